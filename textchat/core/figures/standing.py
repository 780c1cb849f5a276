"""Where a message stands among the versions beside it: its number, its vote, and who began its text."""

from __future__ import annotations

from typing import NamedTuple

from textchat.core.conversation import Conversation, Message
from textchat.core.merging.naming import source_names


class Standing(NamedTuple):
    """What a conversation knows of one of its messages beside the message itself."""

    number: int = 1
    """Which of the versions it is, from 1."""
    versions: int = 1
    score: float | None = None
    """In a vote; None without one."""
    begun_by: str = ""
    """The model that wrote the beginning of its text, where another one continued it."""
    merged_from: tuple[str, ...] | None = None
    """What it was merged from, by the names or letters of these; None for any other answer."""


def standing_of(conversation: Conversation, message_id: str) -> Standing:
    """The standing of a message; that of an only version for an unknown one."""
    message = conversation.messages.get(message_id)
    if message is None:
        return Standing()
    versions = conversation.siblings(message_id)
    begun_by = "" if message.earlier is None else _begun_by(message, [conversation.messages[id_] for id_ in versions])
    merged = None if message.merged is None else tuple(source_names(conversation, message.merged))
    return Standing(versions.index(message_id) + 1, len(versions), conversation.score_of(message_id), begun_by, merged)


def _begun_by(continued: Message, versions: list[Message]) -> str:
    """The model of the version that was continued: the one whose text is the longest beginning of this one."""
    begun = [
        version
        for version in versions
        if version.id != continued.id and version.text and continued.text.startswith(version.text)
    ]
    model = max(begun, key=lambda version: len(version.text)).model if begun else None
    return "" if model is None or model == continued.model else model
