"""What a picture is drawn on: the way of the terminal, and how large its cells are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PictureForm(StrEnum):
    """How a picture gets to the terminal."""

    BLOCKS = "blocks"
    """Half blocks: two colours a cell."""
    KITTY = "kitty"
    """Pixels of kitty's protocol, in cells that hold their place."""
    SIXEL = "sixel"
    """Pixels of DEC's terminals, over half blocks."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The cells that pictures are drawn in."""

    form: PictureForm
    cell: tuple[int, int]
    """Width and height of a cell, in pixels of the picture."""

    def fitting(self, width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
        """The columns and rows for a picture, of those there are; none is drawn larger than its pixels need."""
        wide, high = self.cell
        scale = min(columns * wide / width, rows * high / height, 1.0)
        fitted = round(width * scale / wide), round(height * scale / high)
        return max(1, min(columns, fitted[0])), max(1, min(rows, fitted[1]))


BLOCKS = Canvas(PictureForm.BLOCKS, (1, 2))
