"""Defines a blind comparison: its panes stand under letters instead of names until the vote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any


@dataclass(frozen=True, slots=True)
class Blind:
    """Which panes are compared without their names, and which letter each has."""

    pane_ids: tuple[str, ...]
    """In the order of their letters, the first one A. A pane keeps its letter when another is closed or moved."""
    is_paced: bool = False
    """Whether all replies are shown at one speed, so that none is known by its own."""

    def letter(self, pane_id: str) -> str | None:
        """The letter of a pane; None for one that is not part of it."""
        return letter(self.pane_ids.index(pane_id)) if pane_id in self.pane_ids else None

    def as_dict(self) -> dict[str, Any]:
        return {"panes": list(self.pane_ids), "paced": self.is_paced}


def letter(place: int) -> str:
    """A to Z, then AA, AB, …: the letter of a place, counted from 0."""
    rest, last = divmod(place, len(ascii_uppercase))
    return (letter(rest - 1) if rest else "") + ascii_uppercase[last]


def blind_from(value: Mapping[str, Any]) -> Blind:
    """The value of `Blind.as_dict`; raises ValueError for another one."""
    panes, paced = value.get("panes"), value.get("paced")
    if not isinstance(panes, list) or not all(isinstance(id_, str) for id_ in panes) or not isinstance(paced, bool):
        raise ValueError("not a blind comparison")
    return Blind(tuple(panes), paced)
