"""What stands in the terminal, and the cells of an update that differ from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.geometry import Region
from textual.strip import Strip

from textchat.render.cells import width_of

Pieces: TypeAlias = dict[int, dict[int, Strip]]
"""Parts of lines, as the edges of the widgets cut them: by line, and by the column where each begins."""
Look: TypeAlias = tuple[str, str]
"""The parameters of an SGR sequence, and those of a link."""
Run: TypeAlias = tuple[str, Look]
"""Text of one look."""
NO_LOOK: Look = ("", "")
KEPT = 200
"""Lines that are remembered beside those that stand there, at the most: with its strips each takes 5 KB."""

CERTAIN = re.compile(r"[ -~\u00c0-\u024f\u0400-\u04ff\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*")
"""Characters of which all terminals agree how wide they are, and that never join their neighbours. What stands behind
another one is where the terminal has put it, so from there on a line is written whole."""

PARAMETERS = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+")
"""The parameters of SGR sequences, those of a colour together."""
TEXT_COLORS = {*range(30, 40), *range(90, 98)}
GROUND_COLORS = {*range(40, 50), *range(100, 108)}


PICTURE_META = "picture"
"""The key of what a style says of a picture: its number and the row of it, from 0."""


class Mark(NamedTuple):
    """Cells of one row of a picture."""

    picture: int
    row: int
    x: int
    y: int
    cells: int


class Watcher(Protocol):
    """Who draws pictures over cells that were written."""

    @property
    def is_watching(self) -> bool: ...

    def has_written(self, places: Iterable[Region]) -> None: ...

    def has_written_all(self) -> None: ...


class _Line(NamedTuple):
    """A piece of a line as it is written: its text, and the looks of its characters."""

    strip: Strip
    text: str
    certain: int
    """How many characters at the beginning stay where they are, whatever comes behind."""
    ends: list[tuple[int, Look]]
    """Where each look ends, among the characters; neighbours have others."""


class Written:
    """The pieces that were written last; whatever else writes to the terminal has to call `forget`."""

    def __init__(self) -> None:
        self._lines: dict[int, dict[int, _Line]] = {}
        """By line and column; those of a line do not overlap."""
        self._known: dict[int, _Line] = {}
        """By the identity of their strips: a line that is scrolled by stands a line higher next."""
        self._most_known = KEPT
        self._colors = ColorSystem.TRUECOLOR
        self.watcher: Watcher | None = None

    @property
    def is_watched(self) -> bool:
        """Whether there are pictures to be drawn over cells."""
        return self.watcher is not None and self.watcher.is_watching

    def take_whole(self, lines: Iterable[Iterable[Strip]]) -> None:
        """All was written: these lines, each in pieces from left to right."""
        for y, pieces in enumerate(lines):
            x = 0
            for strip in pieces:
                self._lines.setdefault(y, {})[x] = self._line_of(strip, self._colors)
                x += strip.cell_length
        if self.watcher is not None:
            self.watcher.has_written_all()

    def marks(self) -> Iterator[Mark]:
        """The rows of pictures that stand there, as far as nothing covers them."""
        for y, pieces in self._lines.items():
            last: Mark | None = None
            for mark in (mark for x, line in sorted(pieces.items()) for mark in _marks(line.strip, x, y)):
                if last is not None and last[:2] == mark[:2] and last.x + last.cells == mark.x:
                    last = last._replace(cells=last.cells + mark.cells)
                    continue
                if last is not None:
                    yield last
                last = mark
            if last is not None:
                yield last

    def forget(self) -> None:
        """Nothing is known of what stands there: each piece is written whole when it comes next."""
        self._lines.clear()
        self._known.clear()

    def changes(self, y: int, x: int, strip: Strip, colors: ColorSystem) -> tuple[int, list[Run]] | None:
        """The column and the runs to write for a piece that is to stand there; None where it does already."""
        line = self._lines.setdefault(y, {})
        before = line.get(x)
        if before is not None and before.strip is strip:
            return None
        new = self._line_of(strip, colors)
        if before is None or before.strip.cell_length != strip.cell_length:
            end = x + strip.cell_length
            for start in [start for start, old in line.items() if start < end and start + old.strip.cell_length > x]:
                del line[start]  # the edges of the widgets are others now
            line[x] = new
            return x, _between(new, 0, len(new.text))
        line[x] = new
        skipped, changed = _difference(before, new)
        return (x + skipped, changed) if changed else None

    def _line_of(self, strip: Strip, colors: ColorSystem) -> _Line:
        if colors is not self._colors:
            self._colors = colors
            self._known.clear()
        elif len(self._known) > self._most_known:
            self._known = {id(line.strip): line for row in self._lines.values() for line in row.values()}
            self._most_known = len(self._known) + KEPT
        known = self._known.get(id(strip))
        if known is None:
            known = self._known[id(strip)] = _read(strip, colors)
        return known


class ChangedCells(CompositorUpdate):
    """An update that writes those cells of its pieces that differ from what stands there."""

    def __init__(self, pieces: Pieces, written: Written) -> None:
        self._pieces = pieces
        self._written = written

    def render_segments(self, console: Console) -> str:
        colors = console._color_system or ColorSystem.TRUECOLOR
        output = _Output()
        places: list[Region] = []
        watcher = self._written.watcher if self._written.is_watched else None
        for y, pieces in sorted(self._pieces.items()):
            for x, strip in sorted(pieces.items()):
                if (change := self._written.changes(y, x, strip, colors)) is not None:
                    output.write(y, *change)
                    if watcher is not None:
                        places.append(Region(change[0], y, sum(width_of(text) for text, _ in change[1]), 1))
        if watcher is not None and places:
            watcher.has_written(places)
        return output.ended()


class _Output:
    """Sequences for runs at places; a style or a link that goes on is not written again."""

    def __init__(self) -> None:
        self._sequences: list[str] = []
        self._look = NO_LOOK

    def write(self, y: int, x: int, runs: list[Run]) -> None:
        self._sequences.append(f"\x1b[{y + 1};{x + 1}H")
        for text, look in runs:
            self._change_to(look)
            self._sequences.append(text)

    def ended(self) -> str:
        self._change_to(NO_LOOK)
        return "".join(self._sequences)

    def _change_to(self, look: Look) -> None:
        (style, link), (old_style, old_link) = look, self._look
        if link != old_link:
            self._sequences.append(f"\x1b]8;{link or ';'}\x1b\\")
        if style != old_style:
            self._sequences.append(_sgr(old_style, style))
        self._look = look


@lru_cache(1024)
def _sgr(before: str, after: str) -> str:
    """The sequence that changes from the parameters of one style to those of another: what both have stays."""
    old, new = PARAMETERS.findall(before), PARAMETERS.findall(after)
    kinds = {_kind(parameter) for parameter in new}
    if any(_kind(parameter) not in kinds for parameter in old):
        return f"\x1b[0;{after}m" if after else "\x1b[0m"
    return f"\x1b[{';'.join(parameter for parameter in new if parameter not in old)}m"


def _kind(parameter: str) -> str:
    """What a parameter sets: the colour of the text, that of the ground, or the one attribute that it is."""
    number = int(parameter.partition(";")[0])
    return "text" if number in TEXT_COLORS else "ground" if number in GROUND_COLORS else parameter


def _read(strip: Strip, colors: ColorSystem) -> _Line:
    """The text of a strip and its looks; neighbours that differ in what is not drawn are one."""
    text = strip.text
    ends: list[tuple[int, Look]] = []
    at = 0
    for part, style, _ in strip:
        if not part:
            continue
        at += len(part)
        look = _look(style, colors)
        if ends and ends[-1][1] == look:
            ends[-1] = at, look
        else:
            ends.append((at, look))
    return _Line(strip, text, _certain(text), ends)


def _look(style: Style | None, colors: ColorSystem) -> Look:
    if style is None:
        return NO_LOOK
    ansi = Strip.render_ansi(style, colors) if style._ansi is None else style._ansi
    return ansi, f"id={style._link_id};{style._link}" if style._link else ""


def _marks(strip: Strip, x: int, y: int) -> Iterator[Mark]:
    """The cells of pictures in a piece that begins at `x`."""
    for text, style, _ in strip:
        cells = width_of(text)
        if style is not None and style._meta is not None and PICTURE_META in style.meta:
            picture, row = style.meta[PICTURE_META]
            yield Mark(picture, row, x, y, cells)
        x += cells


def _certain(text: str) -> int:
    match = CERTAIN.match(text)
    length = match.end() if match else 0
    # The next may be drawn over the last of them.
    return length if length == len(text) else max(0, length - 1)


def _difference(before: _Line, after: _Line) -> tuple[int, list[Run]]:
    """How many cells at the beginning are the same, and the runs to write from there up to where all is again.

    Whole words are written: a reader of the bytes, such as a recorder or a test, finds each word that has come.
    """
    old, new = before.text, after.text
    certain = min(before.certain, after.certain)
    first = min(_same_at_start(old, new), _alike_at_start(before.ends, after.ends), certain)
    if first == len(new):
        return 0, []
    last = len(new)
    if certain == min(len(old), len(new)):
        most = min(len(old), len(new)) - first
        last -= min(_same_at_end(old, new, most), _alike_at_end(before.ends, after.ends))
        last = max(last, new.find(" ", last)) if " " in new[last:] else len(new)
    first = new.rfind(" ", 0, first) + 1
    return width_of(new[:first]), _between(after, first, last)


def _same_at_start(old: str, new: str) -> int:
    """How many characters at the beginning of both are the same."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old.startswith(new[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _same_at_end(old: str, new: str, most: int) -> int:
    """How many characters at the end of both are the same, `most` at the most."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if old.endswith(new[len(new) - middle : len(new) - low], 0, len(old) - low):
            low = middle
        else:
            high = middle - 1
    return low


def _alike_at_start(old: list[tuple[int, Look]], new: list[tuple[int, Look]]) -> int:
    """How many characters at the beginning of both have the same looks."""
    start = 0
    for (old_end, old_look), (new_end, new_look) in zip(old, new, strict=False):
        if old_look != new_look:
            return start
        if old_end != new_end:
            return min(old_end, new_end)
        start = new_end
    return start


def _alike_at_end(old: list[tuple[int, Look]], new: list[tuple[int, Look]]) -> int:
    """How many characters at the end of both have the same looks."""
    alike = 0
    for place in range(1, min(len(old), len(new)) + 1):
        if old[-place][1] != new[-place][1]:
            break
        in_old = old[-1][0] - (old[-place - 1][0] if place < len(old) else 0)
        in_new = new[-1][0] - (new[-place - 1][0] if place < len(new) else 0)
        alike = min(in_old, in_new)
        if in_old != in_new:
            break
    return alike


def _between(line: _Line, first: int, last: int) -> list[Run]:
    """The characters from `first` to `last`."""
    found: list[Run] = []
    start = 0
    for end, look in line.ends:
        if part := line.text[max(first, start) : min(last, end)]:
            found.append((part, look))
        if end >= last:
            break
        start = end
    return found
