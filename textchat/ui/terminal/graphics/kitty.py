"""Pictures that kitty's graphics protocol keeps in the terminal (https://sw.kovidgoyal.net/kitty/graphics-protocol/).

Each is sent once, as PNG in base64, with a virtual placement: it is seen where its placeholders are.
"""

from __future__ import annotations

import weakref
from base64 import b64encode
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from textchat.render.pictures.picture import Picture
from textchat.ui.terminal.graphics.placeholders import LARGEST, number_of, placeholder_lines
from textchat.ui.terminal.graphics.writing import TerminalWriting

CHUNK = 4096
"""Characters of base64 in a sequence, as the protocol wants it."""
TOGETHER = 4
"""Sequences that are written at once; frames and keys get their turn in between."""
MOST = 255
"""Pictures at a time: their numbers differ in one byte, which is not 0."""


class _Held:
    """A picture in the terminal, for as long as somebody shows it."""

    __slots__ = ("__weakref__",)


class KittyPictures:
    """Sends pictures, and has the terminal forget those that nobody shows any more."""

    def __init__(self, writing: TerminalWriting) -> None:
        self._writing = writing
        self._free = deque(range(1, MOST + 1))
        self._there: set[int] = set()
        self._is_sending = False
        self._to_forget: deque[int] = deque()
        """Those that were let go of while another is sent: nothing may come in between."""

    def takes(self, picture: Picture) -> bool:
        """Whether there is room for one more, and cells can name their places in it."""
        return bool(self._free) and max(picture.cells) <= LARGEST

    async def shown(self, picture: Picture) -> Picture:
        """Send a picture, and give the one that shows it; to be called for one after the other."""
        highest = self._free.popleft()
        self._there.add(highest)
        held = _Held()
        weakref.finalize(held, self._let_go, highest).atexit = False
        self._is_sending = True
        try:
            for text in _together(_sequences(picture.sent, number_of(highest), *picture.cells)):
                await self._writing.write_in_turn(text)
        finally:
            self._is_sending = False
            self._forget_waiting()
        return replace(picture, lines=placeholder_lines(highest, *picture.cells), sent=b"", held=held)

    def farewell(self) -> str:
        """What has the terminal forget all; a sequence that was cut off is ended first."""
        return "".join(["\x1b\\", *map(_deletion, sorted(self._there))]) if self._there else ""

    def _let_go(self, highest: int) -> None:
        """Called when the last that shows it has gone, perhaps in another thread."""
        self._to_forget.append(highest)
        if not self._is_sending:
            self._forget_waiting()

    def _forget_waiting(self) -> None:
        with suppress(IndexError):  # none is left, or another thread has taken it
            while True:
                highest = self._to_forget.popleft()
                self._writing.write(_deletion(highest))
                self._there.discard(highest)
                self._free.append(highest)


def _deletion(highest: int) -> str:
    return f"\x1b_Ga=d,d=I,i={number_of(highest)},q=2\x1b\\"


def _sequences(png: bytes, number: int, columns: int, rows: int) -> Iterator[str]:
    data = b64encode(png).decode()
    keys = f"a=T,U=1,i={number},c={columns},r={rows},f=100,q=2,"
    for at in range(0, len(data), CHUNK):
        yield f"\x1b_G{keys}m={int(at + CHUNK < len(data))};{data[at : at + CHUNK]}\x1b\\"
        keys = "q=2,"


def _together(sequences: Iterator[str]) -> Iterator[str]:
    waiting: list[str] = []
    for sequence in sequences:
        waiting.append(sequence)
        if len(waiting) == TOGETHER:
            yield "".join(waiting)
            waiting.clear()
    yield "".join(waiting)
