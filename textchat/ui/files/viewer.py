"""Opens a file in the system's viewer, without giving it the terminal or blocking the interface."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from textchat.startup import is_in_browser
from textchat.ui.browser import run_beside
from textchat.ui.clipboard import is_over_ssh

PATIENCE_S = 5.0
"""How long to wait for the exit code; what is still running then is the viewer itself."""
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def is_remote(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the user sits at another machine, or at any browser, where no window of this one is seen."""
    if is_in_browser(environ):
        return True
    return is_over_ssh(environ) and not any(environ.get(name) for name in _DISPLAYS)


async def open_in_viewer(
    path: Path, *, environ: Mapping[str, str] = os.environ, platform: str = sys.platform, patience_s: float = PATIENCE_S
) -> bool:
    """Open a file in the program that the system has for its kind; returns whether there was one."""
    if platform == "win32":
        return await asyncio.to_thread(_start_on_windows, path)
    program = "open" if platform == "darwin" else "xdg-open"
    return await run_beside((program, str(path)), environ, patience_s)


def _start_on_windows(path: Path) -> bool:
    if sys.platform != "win32":
        return False
    try:
        os.startfile(path)
    except OSError:
        return False
    return True
