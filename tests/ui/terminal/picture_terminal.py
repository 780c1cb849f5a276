"""A terminal that shows pictures, as far as a test must know: what it answers, keeps and shows."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from tests.flow.terminal import Terminal

PLACEHOLDER = "\U0010eeee"
_STRING = re.compile(rb"\x1b([_P])((?:[^\x1b]|\x1b[^\\])*)\x1b\\")
_OPEN_STRING = re.compile(rb"\x1b(?:[_P](?:[^\x1b]|\x1b[^\\])*\x1b?)?\Z")
_SIXEL = re.compile(rb"\x1b\[(\d+);(\d+)H\Z")

KITTY = {
    b"\x1b[>q": b"\x1bP>|kitty(0.42.1)\x1b\\",
    b"\x1b[16t": b"\x1b[6;20;10t",
    b"\x1b[c": b"\x1b[?62;52;c",
    b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\": b"\x1b_Gi=31;OK\x1b\\",
}
SIXEL = {b"\x1b[>q": b"\x1bP>|XTerm(390)\x1b\\", b"\x1b[16t": b"\x1b[6;20;10t", b"\x1b[c": b"\x1b[?64;1;4;22c"}
NEITHER = {b"\x1b[c": b"\x1b[?1;2c"}


WHOLE = 4
"""Signs of a placeholder; of the last that was read, some may still come."""


class PictureTerminal(Terminal):
    """Takes the strings of pictures out of what is drawn, and answers what it is asked."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        answers: Mapping[bytes, bytes],
        *,
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self._answers = dict(answers)
        self.asked: list[bytes] = []
        self.kept: dict[int, bytes] = {}
        """What is kept of kitty's pictures, by number."""
        self.placed: dict[int, tuple[int, int]] = {}
        """Columns and rows of the virtual placements."""
        self.sixels: list[tuple[int, int, bytes]] = []
        """Row, column and string of each, from 1."""
        self._chunks: list[dict[bytes, Any]] = []
        self._unread = self._drawn_last = b""
        super().__init__(argv, environment, columns=columns, rows=rows)

    def picture_cells(self) -> list[tuple[int, int, int]]:
        """Where cells of pictures are: row, column, and the number that they name."""
        cells = []
        for row in range(self._screen.lines):
            for column, cell in sorted(self._screen.buffer[row].items()):
                if cell.data.startswith(PLACEHOLDER) and len(cell.data) == WHOLE:
                    highest = MARKS.index(cell.data[3])
                    cells.append((row, column, highest << 24 | int(cell.fg, 16)))
        return cells

    def _feed(self, data: bytes) -> None:
        data = self._unread + data
        opened = _OPEN_STRING.search(data)
        data, self._unread = (data, b"") if opened is None else (data[: opened.start()], data[opened.start() :])
        last = 0
        for found in _STRING.finditer(data):
            self._draw(data[last : found.start()])
            self._take_string(found[1], found[2], found[0])
            last = found.end()
        self._draw(data[last:])

    def _draw(self, data: bytes) -> None:
        self._answer(data)
        self._drawn_last = (self._drawn_last + data)[-20:]
        super()._feed(data)

    def _answer(self, data: bytes) -> None:
        for question in re.findall(rb"\x1b\[>q|\x1b\[16t|\x1b\[c", data):
            self.asked.append(question)
            if question in self._answers:
                self.send(self._answers[question])

    def _take_string(self, kind: bytes, text: bytes, whole: bytes) -> None:
        if kind == b"P":
            if place := _SIXEL.search(self._drawn_last):
                self.sixels.append((int(place[1]), int(place[2]), text))
            return
        head, _, payload = text.removeprefix(b"G").partition(b";")
        keys: dict[bytes, Any] = dict(each.split(b"=", 1) for each in head.split(b",") if each)
        if keys.get(b"a") == b"q":
            self.asked.append(whole)
            if whole in self._answers:
                self.send(self._answers[whole])
        elif keys.get(b"a") == b"d":
            assert keys[b"d"] == b"I" and not self._chunks, "nothing comes into a picture that is sent"
            self.kept.pop(int(keys[b"i"]), None)
            self.placed.pop(int(keys[b"i"]), None)
        else:
            assert len(payload) <= 4096
            self._chunks.append({**keys, b"payload": payload})
            if keys[b"m"] == b"0":
                first, data = self._chunks[0], b"".join(chunk[b"payload"] for chunk in self._chunks)
                self._chunks = []
                assert (first[b"a"], first[b"U"], first[b"f"], first[b"q"]) == (b"T", b"1", b"100", b"2")
                number = int(first[b"i"])
                self.kept[number] = b64decode(data)
                self.placed[number] = int(first[b"c"]), int(first[b"r"])


def _mark(number: int) -> str:
    from textchat.ui.terminal.graphics.placeholders import MARKS as ours

    return ours[number]


MARKS = [_mark(number) for number in range(256)]
