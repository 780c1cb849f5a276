"""Says how a model gets a part of a prompt: as it is, as text, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How a part goes to a model."""

    NATIVE = "native"
    """As it is, in the form that the protocol has for it."""
    TEXT = "text"
    """As a named fence of text in the prompt."""
    REFUSED = "refused"
    """Not at all: nothing is sent."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How one model gets one part."""

    way: Way
    sentence: str = ""
    """Of a refused one: why, and what would work instead."""
