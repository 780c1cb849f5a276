"""Chooses the effort that a model gets for a wanted one, and says so where it is another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textchat.core.parameters import Effort
from textchat.providers.capabilities.efforts import nearest_effort


class TakenEffort(NamedTuple):
    """What a model gets of a wanted effort."""

    effort: Effort | None
    """None: nothing is said to it."""
    note: str = ""
    """A sentence, where it is not what was wanted."""


def taken_effort(model: str, wanted: Effort | None, known: Sequence[Effort] | None) -> TakenEffort:
    """The effort for `model`; `known` are those it takes, None if that is unknown."""
    if wanted is None:
        return TakenEffort(None)
    nearest = nearest_effort(wanted, known)
    if nearest is None:
        note = "" if wanted is Effort.OFF else f"{model} takes no effort, so it was left out."
        return TakenEffort(None, note)
    if nearest is wanted:
        return TakenEffort(nearest)
    return TakenEffort(nearest, f"{model} takes no effort “{wanted.value}”, so it got “{nearest.value}”.")
