"""Opens an address in the user's browser, which gets neither the terminal nor the time of the interface."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

PATIENCE_S = 10.0
"""How long to wait for a word; some browsers stay where they were started, and those have begun."""
OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"


async def open_in_browser(
    address: str, *, environ: Mapping[str, str] = os.environ, patience_s: float = PATIENCE_S
) -> bool:
    """Whether a browser has taken `address`; it is chosen as Python's `webbrowser` says."""
    # In a process of its own: some are waited for by `webbrowser`, and some write to the terminal they were started in.
    # Without TERM none is taken that is made for a terminal: it would draw over ours.
    nothing = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            OPEN,
            address,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
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
