"""Keeps Textual's strips from keeping themselves, so that what is drawn goes when its widget does.

A strip caches what was cut of it. Where a cut changes nothing that is the strip itself, with its seven caches: three
quarters of all that waited for Python's collector, megabytes between two collections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.style import Style
from textual.strip import Strip

_crop_extend, _divide = Strip.crop_extend, Strip.divide


def let_strips_go() -> None:
    """Have `crop_extend` and `divide` cache nothing where the strip stays whole."""
    strip: Any = Strip
    strip.crop_extend = _uncyclic_crop_extend
    strip.divide = _uncyclic_divide


def _uncyclic_crop_extend(strip: Strip, start: int, end: int, style: Style | None) -> Strip:
    return strip if start == 0 and end == strip.cell_length else _crop_extend(strip, start, end, style)


def _uncyclic_divide(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    length = strip.cell_length
    cuts = [cut for cut in cuts if cut <= length]
    return [strip] if cuts == [length] else _divide(strip, cuts)
