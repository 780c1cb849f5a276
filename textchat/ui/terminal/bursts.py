"""Lines that come in one burst are a paste, from a terminal that does not say so (GNU screen, old ssh clients).

A hand writes one character at a time, a script a line and its Enter. So Enter is a key where nothing but one line came
with it, and a new line where more text stands behind it in what was read in one go: then all of that, its last Enter as
well, and what comes right behind it is one paste. What means nothing, such as the colours of a log, is no part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from textual.message import Message

from textchat.ui.terminal.pieces import Chord, Control, Escape, Pasted, Text

Arrived = Text | Control | Chord | Escape | Pasted | Message
"""A piece, or what a sequence turned out to be."""

TOGETHER_S = 0.1
"""What is read so soon after a burst belongs to it: no hand presses Enter so fast after a paste."""
ENTER = "\r"
_BLANKS = "\t\n\r"


class Bursts:
    """Finds the bursts in what arrives. A long paste comes in several reads: it remembers when the last one was."""

    def __init__(self) -> None:
        self._until = 0.0

    def joined(self, arrived: Iterable[Arrived], now: float) -> Iterator[Arrived]:
        """The same, with each burst of lines as one paste."""
        goes_on = now < self._until
        for is_typed, run in groupby(arrived, key=lambda each: isinstance(each, Text | Control)):
            if is_typed:
                yield from self._one_paste([each for each in run if isinstance(each, Text | Control)], goes_on, now)
            else:
                goes_on, self._until = False, 0.0  # somebody pressed a key
                yield from run

    def _one_paste(self, run: list[Text | Control], goes_on: bool, now: float) -> Iterator[Arrived]:
        """A run of typed characters, with the paste in it, if it is one: keys before or behind it stay keys."""
        start, end = 0, len(run)
        while start < end and not _is_line(run[start]):
            start += 1
        while end > start and not _is_line(run[end - 1]):
            end -= 1
        inside = run[start:end]
        if not inside or not (goes_on or _has_lines(inside)):
            yield from run
            return
        self._until = now + TOGETHER_S
        text = "".join(each.text if isinstance(each, Text) else each.character for each in inside)
        yield from run[:start]
        yield Pasted(text.replace("\x00", ""))
        yield from run[end:]


def _has_lines(run: list[Text | Control]) -> bool:
    """Whether text stands behind an Enter."""
    enters = [place for place, each in enumerate(run) if isinstance(each, Control) and each.character == ENTER]
    return bool(enters) and any(isinstance(each, Text) for each in run[enters[0] :])


def _is_line(piece: Text | Control) -> bool:
    return isinstance(piece, Text) or piece.character in _BLANKS
