"""Lays out short replies to one prompt side by side, as a table of Markdown that also reads well as plain text.

https://github.github.com/gfm/#tables-extension-
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

WIDEST_TABLE = 120
"""In cells of a terminal: a wider table is no table any more where lines wrap."""


def table_of(rows: Sequence[Sequence[str]]) -> str | None:
    """A table of cells, the first row its head; None where it is wider than `WIDEST_TABLE`."""
    widths = [max(3, *map(_width, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + 3 * len(widths) + 1 > WIDEST_TABLE:
        return None
    padded = [[cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)] for row in rows]
    head, *body = [f"| {' | '.join(row)} |" for row in padded]
    return "\n".join([head, f"|{'|'.join('-' * (width + 2) for width in widths)}|", *body])


def cell_of(text: str) -> str | None:
    """`text` as one cell; None where it is more than one paragraph, or holds what a cell cannot."""
    cell = " ".join(text.split())
    if not cell:
        return ""
    if len(cell) > WIDEST_TABLE or "|" in cell:
        return None
    tokens = _markdown().parse(text)
    if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
        return None
    is_plain = all(child.type not in ("hardbreak", "html_inline") for child in tokens[1].children or ())
    return cell if is_plain else None


def _width(text: str) -> int:
    wide = sum(1 for sign in text if unicodedata.east_asian_width(sign) in "WF")
    return len(text) + wide - sum(1 for sign in text if unicodedata.combining(sign))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table"])
