"""Estimates how many tokens a part takes in a prompt."""

from __future__ import annotations

from textchat.core.figures.tokens import estimate_tokens
from textchat.core.parts.part import MediaKind, Part

_BYTES_PER_TOKEN = 4
_PICTURE = 1_000


def part_tokens(part: Part, model: str) -> int:
    """The estimated tokens of `part` for `model`."""
    if part.kind is MediaKind.PICTURE:
        return _PICTURE
    if part.kind is MediaKind.TEXT and part.data is not None:
        return estimate_tokens(part.data.decode("utf-8", "replace"))
    return part.size // _BYTES_PER_TOKEN
