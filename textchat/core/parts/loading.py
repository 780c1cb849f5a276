"""Says which parts of messages are loaded, lets their content go, and says in a sentence what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textchat.core.conversation import Message
from textchat.core.parts.part import Part
from textchat.core.text.sanitize import plain_line

_NAME_LENGTH = 60


def is_to_load(part: Part) -> bool:
    """Whether a part has a content that is not in memory; a mere reference has none."""
    return part.data is None and bool(part.digest)


def needs_loading(messages: Iterable[Message]) -> bool:
    """Whether the content of a part is in the store alone."""
    return any(is_to_load(part) for message in messages for part in message.parts)


def missing_content(messages: Iterable[Message]) -> str:
    """A sentence on the first part whose content could not be loaded; empty if all is there."""
    for message in messages:
        for part in message.parts:
            if is_to_load(part):
                return lost_sentence(part)
    return ""


def lost_sentence(part: Part) -> str:
    """That the content of a part is not in the store any more, or is damaged."""
    name = plain_line(part.name, _NAME_LENGTH) or part.media_type or "a file"
    return f"The content of “{name}” is missing or damaged. Edit the prompt and attach it again."


def without_content(message: Message) -> Message:
    """The message as an open conversation keeps it: the content of its parts stays in the store."""
    if all(part.data is None for part in message.parts):
        return message
    return replace(message, parts=tuple(part.without_data() for part in message.parts))
