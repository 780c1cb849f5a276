"""Defines what a merge is: a reply that a model wrote out of several answers to one prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class MergeWay(StrEnum):
    """How the answers became one."""

    FUSE = "fuse"
    """One answer that has what is best in each."""
    CHECKLIST = "checklist"
    """An answer written from those of their points that the user ticked."""
    TABLE = "table"
    """A table of where they agree and differ."""
    OWN = "own"
    """By an instruction of the user's."""


@dataclass(frozen=True, slots=True)
class Merged:
    """How a reply was merged, and out of what."""

    way: MergeWay
    sources: tuple[str, ...]
    """Ids of the answers, in the order in which the merging model got them; one may have been deleted since."""
    wish: str = ""
    """What the user said to it: his own instruction, or the ticked points, one a line."""

    def as_dict(self) -> dict[str, Any]:
        return {"way": self.way.value, "sources": list(self.sources), **({"wish": self.wish} if self.wish else {})}


def merged_from(value: Mapping[str, Any]) -> Merged:
    """The value of `Merged.as_dict`; raises ValueError for another one."""
    sources, wish = value.get("sources"), value.get("wish", "")
    if not isinstance(sources, list) or not all(isinstance(id_, str) for id_ in sources) or not isinstance(wish, str):
        raise ValueError("not a merge")
    return Merged(MergeWay(str(value.get("way"))), tuple(sources), wish)
