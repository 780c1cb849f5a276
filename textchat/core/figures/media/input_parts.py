"""Adds up the tokens of the pictures and files of a request; costs nothing where it has none."""

from __future__ import annotations

from collections.abc import Iterable

from textchat.core.conversation import Message
from textchat.core.parts.part import Part


def tokens_of_parts(parts: Iterable[Part], model: str) -> int:
    """The estimated tokens of `parts` for `model`."""
    given = tuple(parts)
    if not given:
        return 0
    from textchat.core.figures.media.part_tokens import part_tokens  # a prompt without parts should not wait

    return sum(part_tokens(part, model) for part in given)


def tokens_of_input_parts(messages: Iterable[Message], model: str) -> int:
    """The estimated tokens of the files of a whole branch, beside its texts."""
    return tokens_of_parts((part for message in messages for part in message.parts), model)
