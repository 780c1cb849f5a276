"""How many tokens a text has, as far as can be said without asking the server."""

from __future__ import annotations

from collections.abc import Iterable

from textchat.core.conversation import Message

CHARACTERS_PER_TOKEN = 4
"""The usual rule of thumb for English text and code; used only where nothing better is known, and shown with `~`."""
TOKENS_PER_MESSAGE = 4
"""What a chat template adds around each message, roughly."""


def estimate_tokens(characters: int) -> int:
    """The estimate for a text of so many characters: at least 1 for a text that is not empty."""
    return -(-characters // CHARACTERS_PER_TOKEN)


def estimate_input_tokens(messages: Iterable[Message], system: str | None = None) -> int:
    """The estimate for a whole branch, each message with its frame."""
    texts = [len(message.text) for message in messages]
    if system:
        texts.append(len(system))
    return sum(estimate_tokens(length) + TOKENS_PER_MESSAGE for length in texts)
