"""The cells that hold the place of a picture in kitty's graphics protocol.

Each cell is U+10EEEE with three marks: the row, the column, and the highest byte of the picture's number; the other
three bytes are the colour of the text (https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders). To us
they are text: they scroll, and are cut and covered as any.

The lower bytes are the same for all pictures of a process, so that a cell says by its marks alone which picture it
shows: what dims the screen behind a dialog changes the colour, and it can be set again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

PLACEHOLDER = "\U0010eeee"
_MARKS = (
    "305,30d-30e,310,312,33d-33f,346,34a-34c,350-352,357,35b,363-36f,483-487,592-595,597-599,59c-5a1,5a8-5a9,"
    "5ab-5ac,5af,5c4,610-617,657-65b,65d-65e,6d6-6dc,6df-6e2,6e4,6e7-6e8,6eb-6ec,730,732-733,735-736,73a,73d,"
    "73f-741,743,745,747,749-74a,7eb-7f1,7f3,816-819,81b-823,825-827,829-82d,951,953-954,f82-f83,f86-f87,"
    "135d-135f,17dd,193a,1a17,1a75-1a7c,1b6b,1b6d-1b73,1cd0-1cd2,1cda-1cdb,1ce0,1dc0-1dc1,1dc3-1dc9,1dcb-1dcc,"
    "1dd1-1de6,1dfe,20d0-20d1,20d4-20d7,20db-20dc,20e1,20e7,20e9,20f0,2cef-2cf1,2de0-2dff,a66f,a67c-a67d,"
    "a6f0-a6f1,a8e0-a8f1,aab0,aab2-aab3,aab7-aab8,aabe-aabf,aac1,fe20-fe26,10a0f,10a38,1d185-1d189,1d1aa-1d1ad,"
    "1d242-1d244"
)
"""The protocol's own list, rowcolumn-diacritics.txt: what stands for 0 is first."""


def _ranges(listed: str) -> list[str]:
    found: list[str] = []
    for each in listed.split(","):
        first, _, last = each.partition("-")
        found += map(chr, range(int(first, 16), int(last or first, 16) + 1))
    return found


MARKS: Sequence[str] = _ranges(_MARKS)
LARGEST = len(MARKS)
"""Rows or columns of a picture, at the most."""
_CELL = re.compile(f"(?:{PLACEHOLDER}[{''.join(MARKS)}]{{3}})+")
_LOWER = int.from_bytes(os.urandom(3)) or 1
"""The lower bytes of the numbers: two programs in one window do not take the same."""
_COLOUR = Style(color=Color.from_rgb(*_LOWER.to_bytes(3)))


def number_of(highest: int) -> int:
    """The number of a picture in the terminal, by its highest byte, 1 to 255."""
    return highest << 24 | _LOWER


def placeholder_lines(highest: int, columns: int, rows: int) -> list[Strip]:
    """The cells of a picture: each says which it is, for any may be written alone."""
    behind = MARKS[highest]
    cells = [[f"{PLACEHOLDER}{MARKS[row]}{MARKS[column]}{behind}" for column in range(columns)] for row in range(rows)]
    return [Strip([Segment("".join(line), _COLOUR)], columns) for line in cells]


def with_colour(segment: Segment) -> Segment | None:
    """The same cells in the colour that names their picture; None for a segment that holds other text as well."""
    if _CELL.fullmatch(segment.text) is None:
        return None
    return Segment(segment.text, _COLOUR if segment.style is None else segment.style + _COLOUR)
