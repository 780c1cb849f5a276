"""Defines judgements: what a model said of two answers to one prompt, by one criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Winner(StrEnum):
    """The better answer of two, seen from the one whose line of results holds the judgement."""

    THIS = "this"
    THAT = "that"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict of one judge."""

    judge: str
    """`PROVIDER/MODEL`."""
    against: int
    """The pane of the other answer."""
    winner: Winner
    criterion: str
    swapped: bool
    """Whether the judge was shown the other answer first."""
    why: str | None = None
    judged: str | None = None
    """The digest of what was judged (`JudgedPair.digest`): it is no judgement of any other texts."""

    def as_dict(self) -> dict[str, Any]:
        """As in a line of results."""
        told = {} if self.judged is None else {"judged": self.judged}
        return {
            "judge": self.judge,
            "against": self.against,
            "winner": self.winner.value,
            "criterion": self.criterion,
            "swapped": self.swapped,
            "why": self.why,
            **told,
        }


def judgement_from(value: Mapping[str, Any]) -> Judgement:
    """The value of `Judgement.as_dict`; raises ValueError, KeyError or TypeError for another one."""
    if not isinstance(value["swapped"], bool) or not isinstance(value["against"], int):
        raise TypeError("swapped or against has the wrong type")
    judge, criterion, rest = str(value["judge"]), str(value["criterion"]), (value.get("why"), value.get("judged"))
    if not all(isinstance(text, str | None) for text in rest):
        raise TypeError("why or judged has the wrong type")
    return Judgement(judge, value["against"], Winner(value["winner"]), criterion, value["swapped"], *rest)
