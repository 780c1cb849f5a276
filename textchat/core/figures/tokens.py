"""Estimates the tokens of a text without a vocabulary, by the scripts it is written in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from textchat.core.conversation import Message

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for English text and code; used only where nothing better is known, and shown with `~`."""
CHARACTERS_PER_FOREIGN_TOKEN = 2.5
"""The same for what is neither ASCII nor one of the scripts below: words in Cyrillic, Arabic, Thai and others."""
TOKENS_PER_MESSAGE = 4
"""What a chat template adds around each message, roughly; OpenAI's cookbook names the same figure for its models."""
_ONE_TOKEN_EACH = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U0001f000-\U0003ffff]"
)
"""Chinese, Japanese and Korean characters with their punctuation, and emoji: about a token each."""


def rough_tokens(text: str) -> float:
    """Estimate for a piece of text; the estimates of pieces add up to that of the whole."""
    if text.isascii():
        return len(text) / CHARACTERS_PER_TOKEN
    ascii_length = len(text.encode("ascii", "ignore"))
    wide = len(_ONE_TOKEN_EACH.findall(text))
    others = len(text) - ascii_length - wide
    return ascii_length / CHARACTERS_PER_TOKEN + wide + others / CHARACTERS_PER_FOREIGN_TOKEN


def estimate_tokens(text: str) -> int:
    """Estimate for a whole text: at least 1 if it is not empty."""
    return whole_tokens(rough_tokens(text))


def whole_tokens(estimate: float) -> int:
    """An estimate as a number of tokens; a sum of fractions may be off by what floats leave out."""
    return math.ceil(round(estimate, 6))


def input_texts(messages: Iterable[Message], system: str | None = None) -> Iterator[str]:
    """The texts of a request for a whole branch, each of which has the overhead of a message."""
    for message in messages:
        yield message.text
    if system:
        yield system


def estimate_input_tokens(messages: Iterable[Message], system: str | None = None) -> int:
    """Estimate for a whole branch, including the overhead of each message."""
    return sum(estimate_tokens(text) + TOKENS_PER_MESSAGE for text in input_texts(messages, system))
