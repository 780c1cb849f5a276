"""Textual's driver for an app in a browser, with our guard in front of the app.

What textual-serve writes is packets: a letter (D is typed, M is a message in JSON), the length in four bytes, big end
first, and so many bytes (`textual.drivers.web_driver`).
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterable
from time import monotonic
from typing import Any

from textual.app import App
from textual.drivers._byte_stream import ByteStream
from textual.drivers.web_driver import WebDriver
from textual.message import Message

from textchat.signals import hang_up
from textchat.ui.terminal.guard import TerminalGuard
from textchat.ui.terminal.reports import Reports

READ_BYTES = 1 << 16
PATIENCE_S = 0.1
"""How often it is looked whether the app has ended."""


class GuardedWebDriver(WebDriver):
    """Reads the browser's terminal through `TerminalGuard`; a server that has gone ends the app, as a terminal does."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.reports = Reports(self.write)

    def run_input_thread(self) -> None:
        """Read until the driver is told to stop."""
        guard, packets = TerminalGuard(self.reports.hear), ByteStream()
        descriptor = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
        while not self.exit_event.is_set():
            try:
                data = self._read(descriptor, guard)
            except (EOFError, OSError):
                if not self.exit_event.is_set():
                    hang_up()
                return
            for kind, payload in packets.feed(data) if data else ():
                if kind == "D":
                    self._post(guard.feed(payload, monotonic()))
                else:
                    self._on_meta(kind, payload)
            self._post(guard.tick(monotonic()))

    def _read(self, descriptor: int, guard: TerminalGuard) -> bytes:
        """What has come; nothing where something that waits has its time first."""
        deadline = guard.deadline
        patience_s = PATIENCE_S if deadline is None else min(PATIENCE_S, max(0.0, deadline - monotonic()))
        if not select.select([descriptor], [], [], patience_s)[0]:
            return b""
        if not (data := os.read(descriptor, READ_BYTES)):
            raise EOFError
        return data

    def _post(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)
