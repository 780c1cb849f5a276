"""Everything that a terminal sends, made harmless: bytes in, messages for Textual out.

It takes the place of Textual's own parser, which reads keys inside a paste, types what it does not know, and ends the
app for a byte that is no UTF-8. Here no bytes end anything, and no key is pressed that they do not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textual import events
from textual.message import Message

from textchat.ui.input.typed_text import UnmarkedPaste
from textchat.ui.terminal.arrivals import Arrivals
from textchat.ui.terminal.bursts import Arrived, Bursts
from textchat.ui.terminal.keyboard import alt_key, control_key, is_text, typed, with_alt
from textchat.ui.terminal.pieces import Chord, Control, Escape, Lines, Pasted, Piece, Text
from textchat.ui.terminal.pieces import Sequence as Complete
from textchat.ui.terminal.splitter import Splitter


class PasteCut(Message):
    """A paste was longer than what is kept of it."""


class TerminalGuard:
    """Reads what comes; `deadline` is the time at which `tick` has to be called, None where nothing is open."""

    def __init__(self, is_awaited: Callable[[str], bool] = lambda report: False) -> None:
        """`is_awaited` is given each complete sequence first and says whether somebody asked for it."""
        self._is_awaited = is_awaited
        self._splitter = Splitter()
        self._arrivals = Arrivals()
        self._bursts = Bursts()

    @property
    def deadline(self) -> float | None:
        return self._splitter.deadline

    def feed(self, read: bytes, now: float, *, is_early: bool = False) -> list[Message]:
        """The messages for what was read in one go; `is_early`: some of it may have waited for the program's start."""
        arrived = self._bursts.joined(self._arrived(self._splitter.feed(read, now)), now, is_early=is_early)
        return [message for each in arrived for message in self._messages(each)]

    def tick(self, now: float) -> list[Message]:
        """The messages for what waited long enough for its end."""
        return [message for each in self._arrived(self._splitter.tick(now)) for message in self._messages(each)]

    def _arrived(self, pieces: Sequence[Piece]) -> Iterator[Arrived]:
        for piece in pieces:
            if not isinstance(piece, Complete):
                yield piece
            elif not self._is_awaited(piece.text):
                yield from self._read(piece)

    def _read(self, piece: Complete) -> Iterator[Arrived]:
        messages = self._arrivals.of(piece.text)
        if not piece.after_escape:
            yield from messages
        elif all(isinstance(message, events.Key) for message in messages):
            yield from (with_alt(message) for message in messages if isinstance(message, events.Key))
        else:
            yield Escape()
            yield from messages

    def _messages(self, arrived: Arrived) -> Sequence[Message]:
        match arrived:
            case Text(text):
                return typed("".join(filter(is_text, text)))
            case Control(character):
                return [control_key(character)]
            case Chord(character):
                return [alt_key(character)]
            case Escape():
                return [events.Key("escape", "\x1b")]
            case Lines(text):
                return [UnmarkedPaste(text)]
            case Pasted(text, is_cut):
                return [events.Paste(text), *([PasteCut()] if is_cut else [])]
            case _:
                return [arrived]
