"""Estimates how many tokens a file takes in a prompt, where that can be told from its bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from textchat.core.figures.tokens import estimate_tokens
from textchat.core.parts.part import MediaKind, Part

PIXELS_PER_TOKEN = 750
MOST_FOR_A_PICTURE = 1600
"""What most models count for a picture, which they make smaller before."""


def estimated_tokens(parts: Iterable[Part]) -> int | None:
    """Tokens of these files together; None where one of them cannot be told. Slow for long texts."""
    total = 0
    for part in parts:
        tokens = _tokens(part)
        if tokens is None:
            return None
        total += tokens
    return total


def _tokens(part: Part) -> int | None:
    if part.data is None:
        return None
    if part.kind is MediaKind.TEXT:
        return estimate_tokens(part.data.decode("utf-8", "replace"))
    if part.kind is MediaKind.PICTURE and (pixels := _pixels(part.data)):
        return min(MOST_FOR_A_PICTURE, -(-pixels // PIXELS_PER_TOKEN))
    return None


def _pixels(data: bytes) -> int:
    """Width times height of a PNG or a GIF; 0 for what has another header."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
    elif data[:4] == b"GIF8" and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
    else:
        return 0
    return int(width) * int(height)
