"""Defines what reading a file of another program comes upon, beside conversations."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.store.record import ConversationRecord


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that could not be imported."""

    where: str
    """Such as `entry 17`."""
    why: str
    """Without a full stop."""


@dataclass(frozen=True, slots=True)
class Empty:
    """A conversation without messages: exports are full of them, and nothing is lost with one."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A kind of content that conversations were imported without."""

    what: str
    """In the singular, such as `voice note`."""
    count: int


Found = ConversationRecord | Skipped | Empty | LeftOut


class NotReadable(ValueError):
    """An entry that does not follow its format; the text says what is wrong, without a full stop."""


class NoMessages(NotReadable):
    """A conversation of a known format in which nobody has said anything."""

    def __init__(self) -> None:
        super().__init__("it has no messages")
