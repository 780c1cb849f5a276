"""A strip without caches, for lines that are made by the thousand, kept, and not worked on any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache
from textual.strip import Strip


class _KeepsNothing(FIFOCache[Any, Any]):
    """A cache that stays empty, so that all strips can share it."""

    def set(self, key: object, value: object) -> None:
        pass

    __setitem__ = set


_NOTHING = _KeepsNothing(0)


class PlainStrip(Strip):
    """A strip that takes a tenth of the memory of Textual's, and refers to nothing that was made of it.

    Textual's has seven caches of its own, 1.1 KB while they are empty. And it keeps itself in them where a cut changes
    nothing, so that each line that was ever shown waits for Python's collector.
    """

    __slots__ = ()

    def __init__(self, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        self._segments = list(segments)
        self._cell_length = cell_length
        self._divide_cache = self._crop_cache = self._style_cache = self._filter_cache = _NOTHING
        self._line_length_cache = self._crop_extend_cache = self._offsets_cache = _NOTHING
        self._render_cache = self._link_ids = self._cell_count = None
