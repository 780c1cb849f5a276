"""Says whether an answer has the structure that was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StructureCheck:
    """The result of checking an answer against the JSON Schema of its request."""

    is_valid: bool
    why: str | None = None
    """The first fault, as one sentence; None for a valid answer."""
