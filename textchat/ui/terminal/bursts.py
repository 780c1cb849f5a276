"""Lines that come in one burst are a paste, from a terminal that does not say so (GNU screen, old ssh clients).

A hand writes one character at a time, a script a line and its Enter. So Enter is a key where nothing but one line came
with it, and a new line where more text stands behind it in what was read in one go: then all of that, its last Enter as
well, and what comes right behind it is one paste. What means nothing, such as the colours of a log, is no part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from textual.message import Message

from textchat.ui.terminal.pieces import Chord, Control, Escape, Lines, Pasted, Text

Arrived = Text | Control | Chord | Escape | Pasted | Message
"""A piece, or what a sequence turned out to be."""

_Typed = Text | Control | Chord | Escape
TOGETHER_S = 0.1
"""What is read so soon after a burst belongs to it: no hand presses Enter so fast after a paste."""
ENTER = "\r"
_BLANKS = "\t\n\r"


class Bursts:
    """Finds the bursts in what arrives. A long paste comes in several reads: it remembers when the last one was."""

    def __init__(self) -> None:
        self._until = 0.0

    def joined(self, arrived: Iterable[Arrived], now: float, *, is_early: bool = False) -> Iterator[Arrived]:
        """The same, with each burst of lines as one paste.

        `is_early`: it may have been typed and have waited for the program. So what is no line was pressed.
        """
        for is_other, run in groupby(arrived, key=_is_other_early if is_early else _is_message):
            if is_other:
                self._until = 0.0  # somebody pressed a key
                yield from run
            else:
                yield from self._lines([each for each in run if isinstance(each, _Typed)], now)

    def _lines(self, run: list[_Typed], now: float) -> Iterator[Arrived]:
        """What was typed, or a burst. What ESC makes of text in it, such as the `ESC ( B` of a log, is no key."""
        places = [place for place, each in enumerate(run) if isinstance(each, Text | Control)]
        characters = [each for each in run if isinstance(each, Text | Control)]
        if not characters or not (now < self._until or _has_lines(characters)):
            self._until = 0.0
            yield from run
            return
        yield from run[: places[0]]
        yield from self._one_paste(characters, now)
        yield from run[places[-1] + 1 :]

    def _one_paste(self, run: list[Text | Control], now: float) -> Iterator[Arrived]:
        """The characters of a burst, with the paste in it: keys before or behind it stay keys."""
        start, end = 0, len(run)
        while start < end and not _is_line(run[start]):
            start += 1
        while end > start and not _is_line(run[end - 1]):
            end -= 1
        yield from run[:start]
        if start < end:
            self._until = now + TOGETHER_S
            text = "".join(each.text if isinstance(each, Text) else each.character for each in run[start:end])
            yield Lines(text.replace("\x00", ""))
        yield from run[end:]


def _has_lines(run: list[Text | Control]) -> bool:
    """Whether text stands behind an Enter."""
    enters = [place for place, each in enumerate(run) if isinstance(each, Control) and each.character == ENTER]
    return bool(enters) and any(isinstance(each, Text) for each in run[enters[0] :])


def _is_line(piece: Arrived) -> bool:
    return isinstance(piece, Text) or (isinstance(piece, Control) and piece.character in _BLANKS)


def _is_message(arrived: Arrived) -> bool:
    return not isinstance(arrived, _Typed)


def _is_other_early(arrived: Arrived) -> bool:
    return not _is_line(arrived)
