"""Makes foreign text fit for a file that people read: one kind of line end, no control character."""

from __future__ import annotations

import re

_OTHER_ENDS = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_SOFT_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
"""Line ends to Unicode (https://www.unicode.org/reports/tr14/) and not to Markdown."""
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_PICTURES = {
    **{code: 0x2400 + code for code in range(32)},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0x241B),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}


def with_line_feeds(text: str) -> str:
    """`text` with `\\n` in place of every other line end; within the cell of a table, with a space."""
    if _OTHER_ENDS.search(text) is None:
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SOFT_ENDS.search(text) is None:
        return text
    return "\n".join(map(_with_soft_ends, text.split("\n")))


def _with_soft_ends(line: str) -> str:
    first, *parts = _SOFT_ENDS.split(line)
    joined, is_open = [first], _is_open_row(first)
    for part in parts:
        is_in_cell = is_open and part.strip() and not part.lstrip(" ").startswith("|")
        joined += [" " if is_in_cell else "\n", part]
        is_open = not part.rstrip(" ").endswith("|") if is_in_cell else _is_open_row(part)
    return "".join(joined)


def _is_open_row(line: str) -> bool:
    """Whether the line begins the row of a table and does not end it: the line end behind it is within a cell."""
    return line.lstrip(" ").startswith("|") and not line.rstrip(" ").endswith("|")


def readable(text: str) -> str:
    """`text` with line feeds alone, and a picture in place of each control character (ESC is `␛`) but tabs."""
    text = with_line_feeds(text)
    return text if _CONTROLS.search(text) is None else _CONTROLS.sub(lambda found: chr(_PICTURES[ord(found[0])]), text)
