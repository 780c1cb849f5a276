"""Lays out a comparison in lines: side by side if there is room, else one side below the other.

Each line has a sign before it, and changed words are underlined, so that nothing depends on colours: `-` only left, `+`
only right, `~` both but otherwise, `↑` `↓` moved and the other place is above or below, `¶` `&` a paragraph split or
joined here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise, zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from textchat.core.text.sanitize import visible
from textchat.render.cells import graphemes, is_simple, width_of, wrap
from textchat.render.contrast import ground_for, readable
from textchat.render.diff.comparison import Change, Diff, DiffRow, DiffSide
from textchat.render.markdown import BlockKind
from textchat.render.styles import Styles

BESIDE_FROM = 84
"""Cells from which on there is room for two columns."""
BETWEEN = " │ "
SIGN_WIDTH = 2
CONTEXT = 3
"""Unchanged lines that stay around a difference when the others are folded."""


@dataclass(frozen=True)
class DiffStyles:
    """The styles of a comparison in one theme."""

    text: Styles
    removed: Style
    added: Style
    changed: Style
    removed_word: Style
    added_word: Style
    note: Style

    @classmethod
    def from_theme(cls, variables: Mapping[str, str], *, dark: bool, ansi: bool) -> DiffStyles:
        """Styles from Textual's theme variables; with `ansi`, from the terminal's own sixteen colours."""
        text = Styles.from_theme(variables, dark, ansi)
        if ansi:
            removed, added, changed = (Style(color=name) for name in ("bright_red", "bright_blue", "magenta"))
            strong = Style(underline=True, bold=True)
            return cls(text, removed, added, changed, removed + strong, added + strong, Style(dim=True))
        background, foreground = Color.parse(variables["background"]), _solid(variables, "foreground")

        def ink(name: str) -> Style:
            return Style(color=readable(background.blend(_solid(variables, name), 0.9), (background,)).rich_color)

        def word(name: str) -> Style:
            ground = ground_for(foreground, background, _solid(variables, name), 0.3)
            return Style(color=foreground.rich_color, bgcolor=ground.rich_color, underline=True, bold=True)

        return cls(text, ink("error"), ink("success"), ink("warning"), word("error"), word("success"), text.dim)


def _solid(variables: Mapping[str, str], name: str) -> Color:
    color = Color.parse(variables[name])
    return color if color.a == 1 else Color.parse(variables["background"]) + color


@dataclass(frozen=True, slots=True)
class _DrawnSide:
    """One side of a row as it is drawn."""

    text: str
    marks: tuple[tuple[int, int], ...]
    style: Style
    mark_style: Style
    sign: str
    sign_style: Style
    rows: tuple[tuple[int, int], ...]

    def segments(self, row: int, width: int) -> list[Segment]:
        """The sign and a row of the text, padded to `width` cells."""
        start, end = self.rows[row]
        segments = [Segment(self.sign.ljust(SIGN_WIDTH), self.sign_style)]
        segments += _styled(self.text, start, end, self.marks, self.style, self.mark_style)
        used = SIGN_WIDTH + width_of(self.text[start:end])
        return [*segments, Segment(" " * max(0, width - used), self.style)]


_DiffLine = tuple[tuple[_DrawnSide, int] | None, tuple[_DrawnSide, int] | None, bool]
"""A row of the left and one of the right, and whether it is the same on both sides."""


class DiffLines:
    """Lays out a `Diff` for a width in cells."""

    def __init__(self, diff: Diff, styles: DiffStyles, width: int, *, is_folded: bool = True) -> None:
        self._diff = diff
        self._styles = styles
        self.width = max(width, 2 * SIGN_WIDTH + len(BETWEEN))
        self.is_beside = width >= BESIDE_FROM
        """Whether the two stand side by side."""
        self.left_width = (self.width - len(BETWEEN)) // 2 if self.is_beside else self.width
        self._right_width = self.width - len(BETWEEN) - self.left_width if self.is_beside else self.width
        self._lines: list[_DiffLine | int] = []
        self.differences: list[int] = []
        """The lines where a stretch of differences begins."""
        self._arrange(is_folded)

    @property
    def height(self) -> int:
        return len(self._lines)

    def line(self, y: int) -> Strip:
        """Line `y`, padded to the exact width in cells."""
        line = self._lines[y]
        if isinstance(line, int):
            note = f"⋯ {line} unchanged {'line' if line == 1 else 'lines'}"
            return Strip([Segment(" " * SIGN_WIDTH + note, self._styles.note)]).adjust_cell_length(self.width)
        left, right, _ = line
        segments = self._half(left, self.left_width)
        if self.is_beside:
            segments += [Segment(BETWEEN, self._styles.note), *self._half(right, self._right_width)]
        elif left is None:
            segments = self._half(right, self._right_width)
        return Strip(segments).adjust_cell_length(self.width)

    def _half(self, part: tuple[_DrawnSide, int] | None, width: int) -> list[Segment]:
        if part is None:
            return [Segment(" " * width)]
        return list(Strip(part[0].segments(part[1], width)).adjust_cell_length(width))

    # -- arranging ---------------------------------------------------------------------------------------------------

    def _arrange(self, is_folded: bool) -> None:
        runs = [(is_same, list(run)) for is_same, run in groupby(self._all_lines(), key=lambda line: line[2])]
        for number, (is_same, lines) in enumerate(runs):
            if not is_same:
                self.differences.append(len(self._lines))
                self._lines += lines
                continue
            head = CONTEXT if number else 0
            tail = CONTEXT if number < len(runs) - 1 else 0
            hidden = len(lines) - head - tail
            if is_folded and hidden > 1:
                self._lines += [*lines[:head], hidden, *lines[head + hidden :]]
            else:
                self._lines += lines

    def _all_lines(self) -> Iterator[_DiffLine]:
        for pairs in self._pairs():
            for row, other in pairs:
                yield from self._lines_of(row, other)

    def _pairs(self) -> Iterator[Sequence[tuple[DiffRow | None, DiffRow | None]]]:
        """Rows for two columns: lines only on the left are put beside lines only on the right, to save room."""
        for is_pair, run in groupby(self._diff.rows, key=lambda row: bool(row.left and row.right)):
            rows = list(run)
            if is_pair:
                yield [(row, row) for row in rows]
                continue
            removed = [row for row in rows if row.left]
            added = [row for row in rows if row.right]
            if self.is_beside:
                yield list(zip_longest(removed, added))
            else:
                yield [*((row, None) for row in removed), *((None, row) for row in added)]

    def _lines_of(self, row: DiffRow | None, other: DiffRow | None) -> Iterator[_DiffLine]:
        left = self._text(self._diff.left, row.left, row, is_left=True) if row and row.left else None
        right = self._text(self._diff.right, other.right, other, is_left=False) if other and other.right else None
        is_same = row is not None and row.change is Change.SAME
        ours = [(left, at) for at in range(len(left.rows))] if left else []
        theirs = [(right, at) for at in range(len(right.rows))] if right else []
        if self.is_beside:
            for mine, yours in zip_longest(ours, theirs):
                yield mine, yours, is_same
        else:
            yield from ((mine, None, is_same) for mine in ours)
            yield from ((None, yours, is_same) for yours in ([] if row and _stands_once(row) else theirs))
        if any(side is not None and self._is_apart(side) for side in (row, other)):
            yield None, None, is_same

    def _is_apart(self, row: DiffRow) -> bool:
        """Whether a blank line follows the row in the source."""
        sides = ((self._diff.left, row.left), (self._diff.right, row.right))
        ends = (text[side.start : side.end] for text, side in sides if side)
        return any("\n" in end[len(end.rstrip()) :].replace("\r\n", "\n")[1:] for end in ends)

    def _text(self, source: str, side: DiffSide, row: DiffRow, *, is_left: bool) -> _DrawnSide:
        text, marks = _drawn(source, side)
        styles = self._styles
        own, word = (styles.removed, styles.removed_word) if is_left else (styles.added, styles.added_word)
        base = _base_style(row.kind, styles.text)
        sign, sign_style = row.change.value, own + Style(bold=True)
        match row.change:
            case Change.SAME:
                pass
            case Change.CHANGED | Change.SPLIT | Change.JOINED if self.is_beside or _stands_once(row):
                sign_style = styles.changed + Style(bold=True)
            case Change.CHANGED | Change.SPLIT | Change.JOINED:
                sign = (Change.REMOVED if is_left else Change.ADDED).value
            case Change.MOVED_UP | Change.MOVED_DOWN:
                base, sign_style = base + styles.changed, styles.changed + Style(bold=True)
            case Change.REMOVED | Change.ADDED:
                base = base + own
        width = (self.left_width if is_left else self._right_width) - SIGN_WIDTH
        return _DrawnSide(text, marks, base, word, sign, sign_style, tuple(wrap(text, width)))


def _stands_once(row: DiffRow) -> bool:
    """Whether both sides have the same words, so that one is enough where they share a column."""
    return not (row.change is Change.CHANGED or any(side and side.marks for side in (row.left, row.right)))


def _base_style(kind: BlockKind, styles: Styles) -> Style:
    if kind is BlockKind.HEADING:
        return styles.headings[2]
    return styles.code_block if kind is BlockKind.CODE else styles.text


def _drawn(source: str, side: DiffSide) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text of a side as drawn, with its marks: without trailing newlines, tabs as spaces."""
    end = side.start + len(source[side.start : side.end].rstrip())
    if end == side.start:
        return "", ()
    bounds = [side.start, *(bound for mark in side.marks for bound in mark), end]
    parts = [_plain(source[start:stop]) for start, stop in pairwise(bounds)]
    places = [0, *accumulate(map(len, parts))]
    marks = tuple((places[index], places[index + 1]) for index in range(1, len(parts), 2))
    return "".join(parts), marks


def _plain(text: str) -> str:
    return visible(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\t", "    ")


def _styled(
    text: str, start: int, end: int, marks: Sequence[tuple[int, int]], style: Style, mark_style: Style
) -> Iterator[Segment]:
    """The characters [start, end) as segments of one style; a grapheme is never split."""
    bounds = {start, end}
    for first, last in marks:
        if first < end and last > start:
            bounds |= {max(first, start), min(last, end)}
    cuts = sorted(bounds)
    if len(cuts) > 2 and not is_simple(text[start:end]):
        whole = {start + first for first, _, _ in graphemes(text[start:end])} | {end}
        cuts = [cut for cut in cuts if cut in whole]
    for first, last in pairwise(cuts):
        is_marked = any(begin < last and first < stop for begin, stop in marks)
        yield Segment(text[first:last], style + mark_style if is_marked else style)
