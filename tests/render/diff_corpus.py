"""Pairs of texts with their right alignment, from `diff_corpus.toml`, in the same notation as what is found."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textchat.render.diff.comparison import Change, Diff, DiffSide

SIGNS = {
    Change.SAME: "=",
    Change.CHANGED: "~",
    Change.REMOVED: "-",
    Change.ADDED: "+",
    Change.MOVED_UP: "^",
    Change.MOVED_DOWN: "v",
    Change.SPLIT: "S",
    Change.JOINED: "J",
}


@dataclass(frozen=True)
class DrawnRow:
    """A row by its sign, the text of each side with blanks as one, and the marked pieces; None: whatever is marked."""

    sign: str
    left: str
    right: str
    marks: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def is_drawn_as(self, wanted: DrawnRow) -> bool:
        """Whether this row, which was found, is the one that was written down by its beginnings."""
        return (
            self.sign == wanted.sign
            and _begins(self.left, wanted.left)
            and _begins(self.right, wanted.right)
            and wanted.marks in (None, self.marks)
        )


@dataclass(frozen=True)
class CorpusPair:
    name: str
    left: str
    right: str
    rows: tuple[DrawnRow, ...]


def _begins(text: str, beginning: str) -> bool:
    return text.startswith(beginning) if beginning else not text


def drawn(found: Diff) -> list[DrawnRow]:
    """The rows of a comparison that hold more than blanks."""
    rows = [
        DrawnRow(
            SIGNS[row.change],
            _words(found.left, row.left),
            _words(found.right, row.right),
            (_marks(found.left, row.left), _marks(found.right, row.right)),
        )
        for row in found.rows
    ]
    return [row for row in rows if row.left or row.right]


def _words(text: str, side: DiffSide | None) -> str:
    return " ".join(text[side.start : side.end].split()) if side else ""


def _marks(text: str, side: DiffSide | None) -> tuple[str, ...]:
    pieces = (text[start:end].strip() for start, end in side.marks) if side else ()
    return tuple(piece for piece in pieces if piece)


def _read(rows: str) -> Iterator[DrawnRow]:
    for line in rows.strip().splitlines():
        sides, *marks = line[1:].split(" :: ") if " :: " in line else (line[1:],)
        left, right = (side.strip() for side in sides.split("||"))
        yield DrawnRow(line[0], left, right, _read_marks(marks[0]) if marks else None)


def _read_marks(marks: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left, right = (tuple(piece.strip() for piece in side.split(" / ") if piece.strip()) for side in marks.split("//"))
    return left, right


def _load() -> list[CorpusPair]:
    pairs = tomllib.loads((Path(__file__).parent / "diff_corpus.toml").read_text(encoding="utf-8"))["pair"]
    return [CorpusPair(pair["name"], pair["left"], pair["right"], tuple(_read(pair["rows"]))) for pair in pairs]


CORPUS = _load()
