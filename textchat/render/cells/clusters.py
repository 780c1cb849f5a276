"""Cuts text into what is drawn as one character, and counts its cells as the terminal does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from textchat.render.cells.samples import STANDARD, Sample

if TYPE_CHECKING:
    from textchat.render.cells.counting import Counting

_SIMPLE = re.compile(
    "[\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2190-\u2199\u2400-\u2426\u2500-\u25fc]*"
)
"""Characters that are one cell each and join with nothing: an index into such text is a cell."""
_SEPARATE = re.compile(
    "[\x20-\x7e\xa0-\xac\xae-\u05ff\u0606-\u06dc\u06de-\u070e\u0e01-\u0e32\u0e34-\u0e5b\u1e00-\u1fff\u2010-\u2027"
    "\u2030-\u205e\u2070-\u262f\u2638-\u2689\u2690-\u2fff\u3000-\u3163\u3165-\u4dbf\u4e00-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
    "\uff01-\uff9d\uffe0-\uffee\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001f6d7]*"
)
"""Characters whose cells add up, the same in all terminals."""

_LONGEST = 32
"""Code points that may be drawn as one character. A family of emoji has eleven; what has more is cut."""
_JOINER = "\u200d"

_measured: dict[Sample, int] = dict(STANDARD)
_counting: Counting | None = None


def count_like(cells: Mapping[Sample, int]) -> bool:
    """From now on count as a terminal that draws each sample in so many cells; returns whether that is a change."""
    global _measured, _counting
    if (measured := {**STANDARD, **cells}) == _measured:
        return False
    _measured, _counting = measured, None
    _cells.cache_clear()
    _summed.cache_clear()
    return True


def _counted() -> Counting:
    # wcwidth takes 15 ms to load, and an interface in Latin letters has no use for it.
    global _counting
    if _counting is None:
        from textchat.render.cells.counting import Counting

        _counting = Counting(_measured)
    return _counting


@lru_cache(8192)
def _cells(character: str) -> int:
    return _counted().cells(character)


def is_simple(text: str) -> bool:
    """Whether every character is one cell wide on its own. A newline does not count."""
    return text.isascii() or _SIMPLE.fullmatch(text) is not None


def width_of(text: str) -> int:
    """The number of cells that `text` takes."""
    if is_simple(text):
        return len(text)
    return _summed(text) if len(text) < 512 else _sum(text)


@lru_cache(4096)
def _summed(text: str) -> int:
    return _sum(text)


def _sum(text: str) -> int:
    if _SEPARATE.fullmatch(text):
        from wcwidth import wcswidth

        return wcswidth(text)
    return sum(cells for _, _, cells in graphemes(text))


def graphemes(text: str) -> list[tuple[int, int, int]]:
    """The graphemes of a text, each as first index, index after the last, and width in cells.

    They are those of UAX 29; what takes no cell, such as a zero-width space, belongs to the character before it.
    """
    from wcwidth import iter_graphemes

    joins = _counted().joins_letters
    spans: list[tuple[int, int, int]] = []
    start = 0
    for cluster in iter_graphemes(text):
        end = start + len(cluster)
        cells = _cells(cluster) if end - start <= _LONGEST else _cells(cluster[:_LONGEST])
        if spans and (not cells or joins) and _belongs(text, start, cells):
            first, _, before = spans.pop()
            spans.append((first, end, _cells(text[first:end]) if cells else before))
        else:
            spans.append((start, end, cells))
        start = end
    if len(spans) * _LONGEST > len(text) and all(last - first <= _LONGEST for first, last, _ in spans):
        return spans
    return [
        (start, min(start + _LONGEST, last), cells if start == first else 0)
        for first, last, cells in spans
        for start in range(first, last, _LONGEST)
    ]


def _belongs(text: str, start: int, cells: int) -> bool:
    """Whether what begins at `start` is drawn in the cells of what stands before it."""
    if text[start] < " " or text[start - 1] < " ":
        return False
    return not cells or (text[start - 1] == _JOINER and not text[start].isascii())
