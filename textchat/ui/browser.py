"""Opens an address in the user's browser, without giving it the terminal or blocking the interface."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

PATIENCE_S = 10.0
"""How long to wait for the exit code; a browser that is still running then has started."""
OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


async def open_in_browser(
    address: str, *, environ: Mapping[str, str] = os.environ, patience_s: float = PATIENCE_S
) -> bool:
    """Open `address` in the browser chosen by Python's `webbrowser`; returns whether one accepted it."""
    # In a process of its own: some are waited for by `webbrowser`, and some write to the terminal they were started in.
    return await run_beside((sys.executable, "-c", OPEN, address), environ, patience_s)


async def run_beside(command: Sequence[str], environ: Mapping[str, str], patience_s: float) -> bool:
    """Run a program that may open a window; returns whether it ended well, or runs still after `patience_s`."""
    nothing = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            # Without TERM nothing is taken that is made for a terminal: it would draw over ours.
            env={name: value for name, value in environ.items() if name != "TERM"},
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(patience_s):
            return await process.wait() == 0
    except TimeoutError:
        return True
