"""Completes a path behind a command, as a shell does: the names in its folder that begin so."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

MOST_LOOKED_AT = 20_000
"""Names of one folder."""
MOST_OFFERED = 100


async def path_values(typed: str) -> AsyncIterator[Sequence[str]]:
    """The paths that begin with what is typed, folders with a slash behind them; none for one that is no path.

    Hidden names are offered where a dot is typed.
    """
    with suppress(OSError, ValueError, RuntimeError):  # a folder that is not there, or nobody may look into
        yield await asyncio.to_thread(_beginning_with, typed)


def _beginning_with(typed: str) -> list[str]:
    folder, slash, begin = typed.rpartition("/")
    above = f"{folder}{slash}"
    wanted = begin.casefold()
    found: list[tuple[bool, str]] = []
    with os.scandir(Path(above).expanduser() if above else ".") as entries:
        for entry in islice(entries, MOST_LOOKED_AT):
            name = entry.name
            if name.casefold().startswith(wanted) and (begin.startswith(".") or not name.startswith(".")):
                is_folder = False
                with suppress(OSError):
                    is_folder = entry.is_dir()
                found.append((not is_folder, f"{above}{name}{'/' if is_folder else ''}"))
    return [path for _, path in sorted(found)[:MOST_OFFERED]]
