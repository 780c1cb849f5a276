"""Defines a blind comparison: its panes stand under letters instead of names until the vote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from string import ascii_uppercase
from typing import Any


@dataclass(frozen=True, slots=True)
class Blind:
    """Which panes are compared without their names, which letter each has, and which answers are theirs."""

    pane_ids: tuple[str, ...]
    """In the order of their letters, the first one A. A pane keeps its letter when another is closed or moved."""
    is_paced: bool = False
    """Whether all replies are shown at one speed, so that none is known by its own."""
    began_at: float = 0.0
    """Unix time in seconds. What was said before it may be known by who saw it."""
    shared_id: str | None = None
    """The last message that all panes had in common when it began: what stands above it tells no pane from another."""
    answers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By the id of each answer that was asked for since, the pane that asked: its letter stays when that is closed."""

    def letter(self, pane_id: str) -> str | None:
        """The letter of a pane; None for one that is not part of it."""
        return letter(self.pane_ids.index(pane_id)) if pane_id in self.pane_ids else None

    def letter_of_answer(self, message_id: str) -> str | None:
        """The letter of the pane that asked for an answer; None for one that was there before."""
        return self.letter(self.answers.get(message_id, ""))

    def with_answer(self, message_id: str, pane_id: str) -> Blind:
        """A copy that knows whose answer this is."""
        return replace(self, answers={**self.answers, message_id: pane_id})

    def with_panes(self, pane_ids: Iterable[str]) -> Blind:
        """A copy in which each of these panes has a letter: a new one has the next."""
        new = tuple(pane_id for pane_id in pane_ids if pane_id not in self.pane_ids)
        return replace(self, pane_ids=(*self.pane_ids, *new)) if new else self

    def as_dict(self) -> dict[str, Any]:
        return {
            "panes": list(self.pane_ids),
            "paced": self.is_paced,
            "began_at": self.began_at,
            "shared": self.shared_id,
            "answers": dict(self.answers),
        }


def letter(place: int) -> str:
    """A to Z, then AA, AB, …: the letter of a place, counted from 0."""
    rest, last = divmod(place, len(ascii_uppercase))
    return (letter(rest - 1) if rest else "") + ascii_uppercase[last]


def blind_from(value: Mapping[str, Any]) -> Blind:
    """The value of `Blind.as_dict`; raises ValueError for another one."""
    match value:
        case {"panes": list(panes), "paced": bool(is_paced)} if all(isinstance(id_, str) for id_ in panes):
            began_at, shared, answers = value.get("began_at", 0.0), value.get("shared"), value.get("answers", {})
        case _:
            raise ValueError("not a blind comparison")
    if not isinstance(began_at, int | float) or not isinstance(shared, str | None) or not isinstance(answers, dict):
        raise ValueError("not a blind comparison")
    if not all(isinstance(pane_id, str) for pane_id in answers.values()):
        raise ValueError("not a blind comparison")
    return Blind(tuple(panes), is_paced, float(began_at), shared, answers)
