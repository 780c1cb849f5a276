"""Defines reasoning that only its server can read: kept as it came, and sent back to it on the next turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealedReasoning:
    """One opaque piece of reasoning: an encrypted item, a signature. It is never shown, and only its model gets it."""

    protocol: str
    """The protocol whose form it has, as in the settings."""
    item: str
    """As the server sent it: JSON text."""
