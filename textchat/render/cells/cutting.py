"""Finds characters by their cells, and cuts text to a number of cells."""

from __future__ import annotations

from textchat.render.cells.clusters import graphemes, is_simple, width_of


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


def cut_middle(name: str, width: int) -> str:
    """Shorten `name` to `width` cells with an ellipsis in its middle; below five cells it is not shortened."""
    if (whole := width_of(name)) <= width or width < 5:
        return name
    tail = width // 2
    end = offset_at(name, whole - tail)
    if width_of(name[end:]) > tail:  # half of a wide character is none
        end = next(stop for _, stop, _ in graphemes(name[end:])) + end
    return f"{name[: offset_at(name, width - 1 - tail)]}…{name[end:]}"


def cut_end(text: str, width: int) -> str:
    """Shorten `text` to `width` cells with an ellipsis at its end, if it is longer."""
    if width_of(text) <= width:
        return text
    return f"{text[: offset_at(text, width - 1)].rstrip()}…" if width > 0 else ""


def fitted(text: str, width: int) -> str:
    """`text` in exactly `width` cells: cut, or filled up with spaces."""
    if (used := width_of(text)) > width:
        text = text[: offset_at(text, max(0, width))]
        used = width_of(text)
    return text + " " * (width - used)
