"""Shortens names of models so that what tells them apart stays."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.text.sanitize import plain_line


def short_names(names: Sequence[str], width: int) -> list[str]:
    """Each of the names in at most `width` characters, without the provider if it must be, and then without its middle.

    Names that differ keep as much of their end as it takes.
    """
    lines = [plain_line(name) for name in names]
    return [_short(line, lines, max(0, width)) for line in lines]


def _short(name: str, others: Sequence[str], width: int) -> str:
    if len(name) <= width:
        return name
    bases = [other.rpartition("/")[2] for other in others if other != name]
    base = name.rpartition("/")[2]
    if len(base) <= width and base not in bases:
        return base
    for head in range((width - 1) // 2, -1, -1):
        tail = width - 1 - head
        if tail < 1 or not any(other[:head] == base[:head] and other[-tail:] == base[-tail:] for other in bases):
            return f"{base[:head]}…{base[-tail:] if tail > 0 else ''}"[:width]
    return f"{base[: max(0, width - 1)]}…"[:width]
