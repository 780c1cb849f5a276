"""How the app ends: as asked or by an error of its own, with what is stored, and what is said behind the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.config.crash_report import crash_sentence, write_report
from textchat.core.crashes import CRASHED, Caught, log_crash

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace


@dataclass(frozen=True)
class Crash:
    """The exception that ended the app, and the file that tells of it, if it could be written."""

    failure: BaseException
    report: Path | None


class AppEnd:
    """Ends the app once, and stores what is open."""

    def __init__(self, leave: Callable[[int], None], environ: Mapping[str, str]) -> None:
        """`leave` ends the app with an exit code."""
        self._leave = leave
        self._environ = environ
        self.losses: list[str] = []
        """One sentence for each thing that could not be stored by the end."""
        self.crash: Crash | None = None
        """The error of the app itself that has ended it."""
        self.when_crashed: Callable[[], None] = lambda: None
        """Called once the app has begun to end because of an error of its own."""
        self.workspace: Workspace | None = None
        """What is to be stored, once it is open."""
        self.keeps_typed = False
        """Whether what is typed is stored: from when the screen is built."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_asked = False
        self._has_begun = False
        self._was_closed = False
        self._is_stored = False

    def runs_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """The app runs, in `loop`; an end that was asked for before comes now."""
        self._loop = loop
        if self._is_asked:
            loop.call_soon(self._leave, 0)

    def soon(self) -> None:
        """Quit as by the quit key, at the next turn of the loop; to be called by a signal's handler, at any moment."""
        self._is_asked = True
        self._in_loop(lambda: self._leave(0))

    def begin(self) -> None:
        """Interrupt replies that grow before their workers are cancelled, as if by the user."""
        self._has_begun = True
        if self.workspace is not None:
            self.workspace.interrupt()

    async def close(self) -> None:
        """Store and close all that is open; the first call does."""
        was_closed, self._was_closed = self._was_closed, True
        if self.workspace is not None and not was_closed:
            self.losses = self.workspace.losses  # filled while it closes, also where that fails
            await self.workspace.aclose()
            self._is_stored = self.workspace.keeps_all

    # -- errors of the app itself ------------------------------------------------------------------------------------

    def crashed(self, failure: BaseException) -> None:
        """End the app and keep what is there, without the widgets: they may have failed. Later errors are logged."""
        log_crash(failure)
        if self.crash is not None or (self._has_begun and not self.keeps_typed):
            return  # what is closed half-way through its start may fail, and there is nothing to keep
        self.crash = Crash(failure, None)
        with Caught(log_crash):
            self.when_crashed()
            self.crash = Crash(failure, write_report(failure, self._environ))
        with Caught(log_crash):
            if self.workspace is not None:
                self.workspace.unwatch()
            self._leave(CRASHED)

    def crashed_elsewhere(self, failure: BaseException) -> None:
        """As `crashed`, from any thread."""
        self._in_loop(lambda: self.crashed(failure))

    def last_words(self, *, is_orderly: bool) -> list[str]:
        """What is to be said behind the end: a sentence each for what is lost and for what has failed.

        `is_orderly` says whether all widgets have closed in order.
        """
        words = list(self.losses)
        if self.crash is not None:
            is_kept = self.keeps_typed and self._is_stored and is_orderly
            kept = "What you typed and received is kept." if is_kept else ""
            words.append(crash_sentence(self.crash.failure, self.crash.report, kept))
        return words

    def _in_loop(self, act: Callable[[], None]) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # it has been closed
                self._loop.call_soon_threadsafe(act)
