"""Estimates the tokens of a text locally, and selects the vocabulary that counts them better."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from textchat.core.conversation import Message

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for English text and code; used only where nothing better is known, and shown with `~`."""
TOKENS_PER_MESSAGE = 4
"""What a chat template adds around each message, roughly; OpenAI's cookbook names the same figure for its models."""


def estimate_tokens(characters: int) -> int:
    """Estimate for a text of so many characters: at least 1 for a text that is not empty."""
    return -(-characters // CHARACTERS_PER_TOKEN)


def estimate_input_tokens(messages: Iterable[Message], system: str | None = None) -> int:
    """Estimate for a whole branch, including the overhead of each message."""
    texts = [len(message.text) for message in messages]
    if system:
        texts.append(len(system))
    return sum(estimate_tokens(length) + TOKENS_PER_MESSAGE for length in texts)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A vocabulary of tiktoken, and how well it fits a model."""

    name: str
    is_exact: bool
    """Whether it is the model's own; a count by one that is only near is an estimate."""
    shows_all: bool = True
    """Whether the models show all they generate; where some think unseen, a count of what is seen is an estimate."""


_VOCABULARIES = (
    # tiktoken's own table of OpenAI's models. gpt-oss adds control tokens to o200k, its text is split the same.
    (re.compile(r"gpt-(4o|4\.1|4\.5|oss)|chatgpt-4o"), Vocabulary("o200k_base", is_exact=True)),
    (re.compile(r"gpt-5|o[134](-|:|$)"), Vocabulary("o200k_base", is_exact=True, shows_all=False)),
    (re.compile(r"gpt-(4|3\.5|35)"), Vocabulary("cl100k_base", is_exact=True)),
    # Built on cl100k's 100,000 tokens with tens of thousands of others added: English text and code come out the same
    # within a few per cent, other scripts too high. ("The Llama 3 Herd of Models", 3.2; "Qwen Technical Report", 2.2.)
    (re.compile(r"(meta-)?llama-?3|qwen"), Vocabulary("cl100k_base", is_exact=False)),
)


def vocabulary_of(model: str) -> Vocabulary | None:
    """The vocabulary for a model, with or without `PROVIDER/`; None if tiktoken's would be misleading.

    The vocabularies of Claude and Gemini are not public, those of Mistral, DeepSeek and Llama 4 are not tiktoken's.
    """
    name = model.lower().rsplit("/", 1)[-1].removeprefix("ft:")
    for pattern, vocabulary in _VOCABULARIES:
        if pattern.match(name):
            return vocabulary
    return None
