"""Textual's driver for Linux and macOS with a guard in front of the app, and the size that the window really has."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message

from textchat.signals import hang_up
from textchat.ui.terminal.output import TerminalOutput
from textchat.ui.terminal.reports import Reports
from textchat.ui.terminal.telling.title import TerminalTitle

if TYPE_CHECKING:
    from textchat.ui.terminal.guard import TerminalGuard

READ_BYTES = 1 << 16
LONG_READ_BYTES = 1 << 10
MOST_AT_ONCE = 1 << 18
STDOUT = 1
ALTERNATE_SCREEN, HIDDEN_CURSOR, FOCUS_REPORTS = "\x1b[?1049h", "\x1b[?25l", "\x1b[?1004h"
KITTY_FLAGS = 1 | 8 | 16
"""Keys that can be told apart, all of them, with their text (https://sw.kovidgoyal.net/kitty/keyboard-protocol/)."""
KITTY_BEGIN, KITTY_AGAIN, KITTY_END = f"\x1b[>{KITTY_FLAGS}u", f"\x1b[={KITTY_FLAGS};1u", "\x1b[<u"
LINUX_CONSOLE = "linux"
"""The TERM of a terminal without that protocol, which in older versions prints the end of what asks for it."""
RESET = (
    "\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[<u"
    "\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""What Textual's driver writes to stop, in one piece."""


class GuardedDriver(LinuxDriver):
    """Reads the terminal through `TerminalGuard`. It sleeps until a byte comes or something that waits has its time."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # Textual writes to standard error, which may be a file: what is drawn belongs to the terminal that is read.
        encoding = sys.__stdout__.encoding if sys.__stdout__ is not None else "utf-8"
        self._output = TerminalOutput(STDOUT, encoding, hang_up)
        self._file = self._output  # type: ignore[assignment]
        self._is_drawing = False
        self._is_to_stop = False
        self.is_early = True
        """Whether what is read may have been typed while nobody read it yet; until the app says that it is there."""
        self._is_suspending = False
        self._is_lent = False
        """Whether another program has the terminal: what is drawn meanwhile goes nowhere, and all is drawn anew."""
        self._is_over = False
        """Whether the terminal has been given back for good: a signal that comes so late changes nothing."""
        self.farewell: Callable[[], str] = str
        """What is written before the terminal is given back: it is to forget what it keeps for us."""
        self._size = size or self._get_terminal_size()
        self.reports = Reports(self._ask)
        self._title = TerminalTitle(os.environ)
        self._is_console = os.environ.get("TERM") == LINUX_CONSOLE
        self.exit_event = self._stop_sign = _StopSign()

    def _sigtstp_application(self, *_: object) -> None:
        """Stop at the next turn of the loop: what this interrupts may hold the lock of what it would write to."""
        self._is_to_stop = True
        with suppress(RuntimeError):  # the loop has been closed
            self._loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        if not self._is_to_stop or self._is_over:
            return
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        if self._is_to_stop:  # no SIGCONT has come meanwhile, which would be the only one
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        self._is_to_stop = False
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(super()._sigcont_application)

    def suspend_application_mode(self) -> None:
        self._is_suspending = True
        try:
            super().suspend_application_mode()
        finally:
            self._is_suspending = False
            self._is_lent = True

    def write(self, data: str) -> None:
        """Write, unless the terminal is lent: the thread that writes has ended, and its queue would fill."""
        if not self._is_lent and not (self._is_console and data in (KITTY_BEGIN, KITTY_AGAIN, KITTY_END)):
            super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal; a SIGCONT that no suspending came before finds it taken, perhaps changed by a shell."""
        if self._is_over:
            return
        if self._is_drawing:
            self._take_again()
        else:
            self._is_lent = False
            try:
                super().start_application_mode()  # type: ignore[no-untyped-call]
            finally:
                self._is_drawing = self._writer_thread is not None
            self.tell(self._title.enter())
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._draw_anew)

    def _draw_anew(self) -> None:
        """Draw the whole screen, of which nothing stands there; Textual does so for another size alone."""
        if self._app.screen_stack:
            self._app.screen.refresh()

    def stop_application_mode(self) -> None:
        self._is_over = not self._is_suspending
        if not self._is_drawing:  # it ends while it is suspended: what is given back twice takes from the shell
            return
        has_writer = self._writer_thread is not None and self._writer_thread.is_alive()
        if has_writer:
            self.write(self.farewell())
            self.tell(self._title.leave())
        super().stop_application_mode()
        # Only now: if that has waited for a thread, failed or written to nobody, `give_back` is still to be done.
        self._is_drawing = self._is_drawing and not has_writer

    def _take_again(self) -> None:
        """Set what `start_application_mode` sets, without remembering it as what was found."""
        with suppress(termios.error):
            settings = termios.tcgetattr(self.fileno)
            settings[tty.LFLAG] = self._patch_lflag(settings[tty.LFLAG])
            settings[tty.IFLAG] = self._patch_iflag(settings[tty.IFLAG])
            termios.tcsetattr(self.fileno, termios.TCSANOW, settings)
        self.write(f"{ALTERNATE_SCREEN}{HIDDEN_CURSOR}{FOCUS_REPORTS}")
        self.write(KITTY_AGAIN)
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self.tell(self._title.enter())
        self.flush()
        size = Size(*self._get_terminal_size())
        self.send_message(Resize(size, size))

    def give_back(self) -> None:
        """Give the terminal back at once, from any thread, whatever the others are doing; does not wait for it."""
        if not self._is_drawing:
            return
        with suppress(OSError, termios.error):
            os.set_blocking(STDOUT, False)
            reset = RESET.replace(KITTY_END, "") if self._is_console else RESET
            os.write(STDOUT, (self.farewell() + reset + self._title.reset).encode())
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        with suppress(OSError):
            os.set_blocking(STDOUT, True)

    def show_title(self, title: str) -> None:
        """Show a title while the app has the terminal; empty, and at the end, the one that was there before."""
        self.tell(self._title.show(title))

    def tell(self, sequence: str) -> None:
        """Write a sequence that draws nothing, if the app has the terminal."""
        if sequence:
            self.write_aside(sequence)

    def _ask(self, query: str) -> None:
        self.write_aside(query)

    def write_aside(self, text: str) -> None:
        """Write what belongs to no frame; nothing while the terminal is not ours."""
        if self._is_drawing and self._writer_thread is not None:
            self.write(text)
            self.flush()

    @property
    def unwritten(self) -> int:
        """How many texts the terminal has not taken yet; beyond some tens, whoever writes has to wait."""
        return 0 if self._writer_thread is None else self._writer_thread._queue.qsize()

    def _run_input_thread(self) -> None:
        self.run_input_thread()  # what it raises is taken where that of all threads is; Textual would print it

    def run_input_thread(self) -> None:
        """Read until the driver is told to stop; a terminal that has gone ends the app, as its hanging up does."""
        from textchat.ui.terminal.guard import TerminalGuard  # loaded here, beside the first paint

        guard = TerminalGuard(self.reports.hear)
        if self._has_more():  # the terminal's own line editor has made a line feed of Enter
            self._post(guard.feed(self._read().replace(b"\n", b"\r"), monotonic(), is_early=self.is_early))
        while not self.exit_event.is_set():
            try:
                self._take_in(guard)
            except (EOFError, OSError):
                hang_up()
                return

    def _take_in(self, guard: TerminalGuard) -> None:
        """Wait for the next read or deadline, and give the app what comes of it."""
        patience_s = None if guard.deadline is None else max(0.0, guard.deadline - monotonic())
        ready, _, _ = select.select([self.fileno, self._stop_sign], [], [], patience_s)
        if self.fileno in ready:
            self._post(guard.feed(self._read(), monotonic(), is_early=self.is_early))
        else:
            self._post(guard.tick(monotonic()))

    def _read(self) -> bytes:
        """What has come, with what stands ready behind it where that may be one paste."""
        data = os.read(self.fileno, READ_BYTES)
        if not data:
            raise EOFError
        while self._may_be_cut(data) and self._has_more():
            data += os.read(self.fileno, READ_BYTES)
        return data

    @staticmethod
    def _may_be_cut(data: bytes) -> bool:
        """Whether it may be the beginning of a paste: a line and its Enter, or more than a terminal says of itself."""
        return 1 < len(data) < MOST_AT_ONCE and (data.endswith(b"\r") or len(data) >= LONG_READ_BYTES)

    def _has_more(self) -> bool:
        return bool(select.select([self.fileno], [], [], 0)[0])

    def _post(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        """The size of the window: COLUMNS and LINES say what it was somewhere else, or at another time."""
        for stream in (sys.__stdout__, sys.__stderr__, sys.__stdin__):
            with suppress(OSError, ValueError):
                columns, rows = os.get_terminal_size(stream.fileno()) if stream is not None else (0, 0)
                if columns and rows:
                    return columns, rows
        return super()._get_terminal_size()


class _StopSign(Event):
    """An event that also wakes a `select` which waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self._out, self._in = os.pipe()

    def fileno(self) -> int:
        return self._out

    def set(self) -> None:
        if not self.is_set():
            super().set()
            os.write(self._in, b"!")

    def clear(self) -> None:
        if self.is_set():
            os.read(self._out, 1)
            super().clear()
