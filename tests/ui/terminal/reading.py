"""The guard as tests ask it: bytes in, and what it gives Textual in a short form."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.message import Message

from textchat.ui.terminal.guard import TerminalGuard

AT_ONCE_S = 0.001
"""Between reads that belong together."""


def read(*reads: bytes, pause_s: float = AT_ONCE_S, guard: TerminalGuard | None = None) -> list[str]:
    """What comes of these reads, each `pause_s` after the one before, and of the silence behind them."""
    return [short(message) for message in messages(reads, pause_s, guard or TerminalGuard())]


def messages(reads: Iterable[bytes], pause_s: float, guard: TerminalGuard) -> list[Message]:
    now, given = 0.0, []
    for data in reads:
        now += pause_s
        if guard.deadline is not None and guard.deadline <= now:
            given += guard.tick(guard.deadline)
        given += guard.feed(data, now)
    while guard.deadline is not None:
        given += guard.tick(guard.deadline)
    return given


def short(message: Message) -> str:
    """A key that types as its character in quotes, another key by its name, a paste as `paste:` and its text."""
    match message:
        case events.Key(is_printable=True):
            return f"'{message.character}'"
        case events.Key():
            return message.key
        case events.Paste():
            return f"paste:{message.text}"
        case _:
            return type(message).__name__
