"""Spells the size of a file: in bytes, and in the tokens that a model takes for it."""

from __future__ import annotations


def size_words(size: int) -> str:
    """A number of bytes as people read it: `812 B`, `3.2 kB`, `14 MB`."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5 or unit == "GB":
            break
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def token_words(count: int) -> str:
    """An estimated number of tokens: `~1,200 tokens`."""
    return f"~{count:,} {'token' if count == 1 else 'tokens'}"
