"""Puts the examples of a pane before the messages of its branch, as turns that every protocol knows."""

from __future__ import annotations

from collections.abc import Iterable

from textchat.core.conversation import Message, Role
from textchat.core.parameters import Parameters


def with_examples(messages: Iterable[Message], parameters: Parameters) -> tuple[Message, ...]:
    """The messages of a request: first a prompt and an answer for each example, which are no part of the tree."""
    turns = [
        Message("", None, role, text)
        for example in parameters.examples
        for role, text in ((Role.USER, example.prompt), (Role.ASSISTANT, example.answer))
    ]
    return (*turns, *messages)
