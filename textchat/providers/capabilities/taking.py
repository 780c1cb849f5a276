"""Decides how a part goes to a model: natively, as text, or not at all."""

from __future__ import annotations

from collections.abc import Set

from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.taking import Taking, Way


def taking(part: Part, natively: Set[MediaKind], server: str) -> Taking:
    """How `part` goes to a server that takes the kinds `natively` as they are."""
    if part.kind in natively:
        return Taking(Way.NATIVE)
    if part.kind is MediaKind.TEXT:
        return Taking(Way.TEXT)
    return Taking(Way.REFUSED, f"{part.name} cannot be sent to {server}. Remove it, or convert it to text.")
