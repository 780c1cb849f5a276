"""Writes beside the frames: what a terminal keeps, in pieces that let frames and keys through."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from textchat.ui.terminal.driver import GuardedDriver

FEW = 4
"""Texts that may wait for a slow terminal before another is added: Textual's queue has thirty places, then blocks."""
PAUSE_S = 0.01


class TerminalWriting:
    """The driver of a running app, if it is ours: any other, as the browser's, takes only frames."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    @property
    def _driver(self) -> GuardedDriver | None:
        if sys.platform == "win32":
            return None
        from textchat.ui.terminal.driver import GuardedDriver

        driver = self._app._driver
        return driver if isinstance(driver, GuardedDriver) else None

    def write(self, text: str) -> None:
        """Write at once; from any thread."""
        if (driver := self._driver) is not None:
            driver.write_aside(text)

    async def write_in_turn(self, text: str) -> None:
        """Write once the terminal has taken most of what was written before."""
        while (driver := self._driver) is not None and driver.unwritten > FEW:
            await asyncio.sleep(PAUSE_S)
        self.write(text)
        await asyncio.sleep(0)

    def at_end(self, farewell: Callable[[], str]) -> None:
        """Write this before the terminal is given back, also for a while."""
        if (driver := self._driver) is not None:
            driver.farewell = farewell
