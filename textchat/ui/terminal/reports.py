"""Questions to the terminal and its answers: `await ask_terminal(app, query, matching)`.

    answer = await ask_terminal(app, "\\x1b[?2027$p", r"\\x1b\\[\\?2027;(\\d)\\$y")
    place = await ask_terminal(app, "\\x1b[6n", r"\\x1b\\[(\\d+);(\\d+)R")

`matching` is a regular expression for the whole report, from ESC to its last character. The answer is the
match, or None where none came in time or nobody can be asked (no terminal, another driver than ours). A report that was
asked for goes to whoever asked and to nobody else; who asked first for the same report is answered first. A report that
nobody waits for is what it is without a question: something that Textual knows, or nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from threading import Lock
from typing import Any

from textual.app import App

PATIENCE_S = 1.0
"""How long an answer is waited for, unless told otherwise: a terminal far away takes a few hundred milliseconds."""


class Reports:
    """The questions that wait for a report of the terminal: asked in the app's loop, answered by the input thread."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lock = Lock()
        self._waiting: list[_Question] = []

    async def ask(self, query: str, matching: str, patience_s: float = PATIENCE_S) -> re.Match[str] | None:
        """Write `query` to the terminal and wait for the first report that matches as a whole."""
        question = _Question(matching)
        with self._lock:
            self._waiting.append(question)
        try:
            self._write(query)
            async with asyncio.timeout(patience_s):
                return await question.answer
        except TimeoutError:
            return None
        finally:
            self._take(question)

    def hear(self, report: str) -> bool:
        """Give a complete report to the first question that it answers; False where nobody asked for it."""
        with self._lock:
            for question in self._waiting:
                if match := question.matching.fullmatch(report):
                    self._waiting.remove(question)
                    question.give(match)
                    return True
        return False

    def _take(self, question: _Question) -> None:
        with self._lock:
            if question in self._waiting:
                self._waiting.remove(question)


class _Question:
    def __init__(self, matching: str) -> None:
        self.matching = re.compile(matching)
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[re.Match[str]] = self._loop.create_future()

    def give(self, match: re.Match[str]) -> None:
        self._loop.call_soon_threadsafe(self._give, match)

    def _give(self, match: re.Match[str]) -> None:
        if not self.answer.done():  # it may have come too late
            self.answer.set_result(match)


async def ask_terminal(
    app: App[Any], query: str, matching: str, patience_s: float = PATIENCE_S
) -> re.Match[str] | None:
    """Ask the terminal of a running app, from its loop; None where there is no answer."""
    reports = getattr(app._driver, "reports", None)
    return await reports.ask(query, matching, patience_s) if isinstance(reports, Reports) else None
