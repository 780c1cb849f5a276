"""Measures text in terminal cells, and wraps it into rows."""

from __future__ import annotations

import re

from rich.cells import cell_len, split_graphemes

_SIMPLE = re.compile(
    "[\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2190-\u2199\u2400-\u2426\u2500-\u25fc]*"
)
"""Characters that are one cell each and join with nothing: an index into such text is a cell."""
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_NOT_FIRST = frozenset("、。，．・：；？！」』】）》〉〕〗’”…ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ％")
_NOT_LAST = frozenset("「『【（《〈〔〖‘“￥＄")


_LONGEST = 32
"""Code points that may be drawn as one character. A family of emoji has eleven; what has more is cut."""
_PER_CELL = 8
"""Code points for each cell of a row beyond which it ends, although they may all take no room."""


def graphemes(text: str) -> list[tuple[int, int, int]]:
    """The graphemes of a text, each as first index, index after the last, and width in cells."""
    spans = split_graphemes(text)[0]
    if _FLAG.search(text):
        spans = _with_flags(text, spans)
    if len(spans) * _LONGEST > len(text) and all(last - first <= _LONGEST for first, last, _ in spans):
        return spans
    return [
        (start, min(start + _LONGEST, last), cells if start == first else 0)
        for first, last, cells in spans
        for start in range(first, last, _LONGEST)
    ]


def _with_flags(text: str, spans: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Join the two regional letters of a flag, which `split_graphemes` counts as two characters."""
    joined: list[tuple[int, int, int]] = []
    for first, last, cells in spans:
        if joined and joined[-1][1] - joined[-1][0] == 1 and _FLAG.fullmatch(text, joined[-1][0], first + 1):
            joined[-1] = (joined[-1][0], last, joined[-1][2] + cells)
        else:
            joined.append((first, last, cells))
    return joined


def is_simple(text: str) -> bool:
    """Whether every character is one cell wide on its own. A newline does not count."""
    return text.isascii() or _SIMPLE.fullmatch(text) is not None


def width_of(text: str) -> int:
    """The number of cells that `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def offset_at(text: str, cell: int) -> int:
    """The index of the character drawn at `cell`, counted from 0; the length of `text` beyond its end."""
    if is_simple(text):
        return min(max(cell, 0), len(text))
    x = 0
    for start, _, width in graphemes(text):
        x += width
        if x > cell:
            return start
    return len(text)


def cut_middle(name: str, width: int) -> str:
    """Shorten `name` to `width` cells with an ellipsis in its middle; below five cells it is not shortened."""
    if (whole := width_of(name)) <= width or width < 5:
        return name
    tail = width // 2
    end = offset_at(name, whole - tail)
    end += width_of(name[end:]) > tail  # half of a wide character is none
    return f"{name[: offset_at(name, width - 1 - tail)]}…{name[end:]}"


def cut_end(text: str, width: int) -> str:
    """Shorten `text` to `width` cells with an ellipsis at its end, if it is longer."""
    if width_of(text) <= width:
        return text
    return f"{text[: offset_at(text, width - 1)].rstrip()}…" if width > 0 else ""


def wrap(text: str, width: int) -> list[tuple[int, int]]:
    """Wrap `text` at `width` cells; returns the rows as index ranges.

    A row ends at a space, which falls away, at a newline, beside a wide character, or inside a word that is too long;
    never inside what is drawn as one character. Text added later changes the last row only.
    """
    width = max(width, 2)
    breaks = _wrap_simple if is_simple(text) else _wrap_wide
    if "\n" not in text:
        return breaks(text, 0, len(text), width)
    rows: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        rows += breaks(text, start, start + len(line), width)
        start += len(line) + 1
    return rows


def _wrap_simple(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    rows = []
    while end - start > width:
        cut = text.rfind(" ", start, start + width + 1)
        if cut <= start or not text[start:cut].strip(" "):
            cut = start + width
        rows.append((start, _row_end(text, start, cut, width)))
        start = cut
        while start < end and text[start] == " ":
            start += 1
    if start < end or not rows:
        rows.append((start, end))
    return rows


def _wrap_wide(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    spans = graphemes(text[start:end])
    rows: list[tuple[int, int]] = []
    row, x, index = start, 0, 0
    chance = words = 0
    while index < len(spans):
        first, last, cells = spans[index]
        character = text[start + first : start + last]  # a space that carries a mark is no space
        if (character != " " and x + cells > width) or start + first - row >= width * _PER_CELL:
            index = chance or index
            stop = start + spans[index][0]
            rows.append((row, _row_end(text, row, stop, width)))
            row, x, chance, words = stop, 0, 0, 0
            continue
        x += cells
        index += 1
        words += character != " "
        if words and index < len(spans):
            first, last, after = spans[index]
            if _may_break(character, cells, text[start + first : start + last], after):
                chance = index
    if row < end or not rows:
        rows.append((row, end if x <= width else _row_end(text, row, end, width)))
    return rows


def _row_end(text: str, start: int, stop: int, width: int) -> int:
    """End of a row that reaches to `stop`: before its trailing spaces, unless it has nothing else."""
    words = len(text[start:stop].rstrip(" "))
    return start + words if words else min(stop, start + width)


def _may_break(left: str, left_cells: int, right: str, right_cells: int) -> bool:
    if right == " ":
        return False
    if left == " ":
        return True
    return (left_cells == 2 or right_cells == 2) and left[-1] not in _NOT_LAST and right[0] not in _NOT_FIRST


def slice_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The index range of the characters drawn in cells [start, end), including those partly inside."""
    if is_simple(text):
        return min(start, len(text)), min(end, len(text))
    x, first, last = 0, len(text), 0
    for begin, stop, width in graphemes(text):
        if x < end and x + max(width, 1) > start:
            first, last = min(first, begin), stop
        x += width
    return first, max(first, last)
