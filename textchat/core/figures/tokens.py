"""Estimates the tokens of a text without a vocabulary, by the scripts it is written in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from textchat.core.conversation import Message

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for English text and code; used only where nothing better is known, and shown with `~`."""
CHARACTERS_PER_FOREIGN_TOKEN = 2.5
"""The same for what is neither ASCII nor one of the scripts below: words in Cyrillic, Arabic, Thai and others."""
TOKENS_PER_MESSAGE = 4
"""What a chat template adds around each message, roughly; OpenAI's cookbook names the same figure for its models."""
LONGEST_COUNTED = 1_000_000
"""Characters of a text above which its tokens are counted in passages: all of 20 MB takes ten seconds of CPU."""
PASSAGES, PASSAGE = 100, 2_000
"""How many passages, and the characters of each."""
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
    """Estimate for a whole text: at least 1 if it is not empty; of a long one, by passages of it."""
    passages = passages_of(text)
    return whole_tokens(sum(map(rough_tokens, passages)) * share_of(text, passages))


def passages_of(text: str) -> Sequence[str]:
    """The text or, if it is longer than `LONGEST_COUNTED`, passages from all of it that stand for the whole."""
    if len(text) <= LONGEST_COUNTED:
        return (text,)
    starts = [at * len(text) // PASSAGES for at in range(PASSAGES)]
    return [text[start : start + PASSAGE] for start in starts]


def share_of(text: str, passages: Iterable[str]) -> float:
    """How many times the passages the text is long."""
    looked_at = sum(map(len, passages))
    return len(text) / looked_at if looked_at else 1.0


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
    """Estimate for the texts of a whole branch, including the overhead of each message."""
    return sum(estimate_tokens(text) + TOKENS_PER_MESSAGE for text in input_texts(messages, system))
