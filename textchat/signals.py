"""Ends the program in order when a signal asks for it, and for certain when the order does not come about.

A command ends as by Ctrl+C: what arrived is kept, and what it changed on the terminal is changed back. The app ends as
by its quit key. The exit code is 128 and the signal's number, as the shell reports it for any other program.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1") if hasattr(signal, name))
PATIENCE_S = 1.6
"""How long the app may take to end in order: what it stores is on the disk twice a second anyway."""

COMMAND_PATIENCE_S = 0.8
"""How long a command may take that keeps nothing but whole transactions."""
MayEnd = Callable[[], bool]


class Ending:
    """The first signal that asked the program to end."""

    def __init__(self, at_last: Callable[[], None] = lambda: None) -> None:
        self.number = 0
        """0 while there was none."""
        self._at_last = at_last
        self._is_certain = False
        self._is_over = threading.Event()

    def note(self, number: int) -> bool:
        """Note a signal; False if one came before."""
        is_first = not self.number
        self.number = self.number or number
        return is_first

    def code(self, otherwise: int) -> int:
        """The exit code that tells of the signal, or `otherwise`."""
        return 128 + self.number if self.number else otherwise

    def make_certain(self, otherwise: int, patience_s: float | None = None, may_end: MayEnd = lambda: True) -> None:
        """If the program still runs so much later, and `may_end` says so, call `at_last` and end the process."""
        if not self._is_certain:
            self._is_certain = True
            arguments = (otherwise, patience_s or PATIENCE_S, may_end)
            threading.Thread(target=self._end, args=arguments, name="textchat-ending", daemon=True).start()

    def is_over(self) -> None:
        """The program has ended in order."""
        self._is_over.set()

    def _end(self, otherwise: int, patience_s: float, may_end: MayEnd) -> None:
        while not self._is_over.wait(patience_s):
            if may_end():
                self._at_last()
                os._exit(self.code(otherwise))


_ending: ContextVar[Ending | None] = ContextVar("ending", default=None)


@contextmanager
def ending_as_by_ctrl_c() -> Iterator[Ending]:
    """Let every signal that ends a program do what Ctrl+C does, for as long as the block runs."""
    ending = Ending()

    def end(number: int, _: object) -> None:
        if ending.note(number):
            if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background, where it would do nothing
                raise KeyboardInterrupt
            signal.raise_signal(signal.SIGINT)

    before = _ending.set(ending)
    try:
        with _handled(ENDING, end):
            yield ending
    finally:
        ending.is_over()
        _ending.reset(before)


def is_asked_to_end() -> bool:
    """Whether a signal other than Ctrl+C has asked the program to end; then it will, whatever still runs."""
    ending = _ending.get()
    if ending is None or not ending.number:
        return False
    ending.make_certain(128 + signal.SIGINT)
    return True


@contextmanager
def ctrl_c_for_others() -> Iterator[None]:
    """Leave Ctrl+C to the program that has the terminal for as long as the block runs."""
    with _handled((signal.SIGINT,), lambda *_: None):
        yield


@contextmanager
def ending_for_certain(may_end: MayEnd = lambda: True) -> Iterator[None]:
    """Let Ctrl+C do what it does, and end the process if that has not happened `COMMAND_PATIENCE_S` later.

    For what may be ended at any moment, such as a transaction, or while `may_end` says so; to be used in the main
    thread.
    """
    ending, before = _ending.get(), signal.getsignal(signal.SIGINT)

    def begin(number: int, frame: FrameType | None) -> None:
        if ending is not None:
            ending.make_certain(128 + signal.SIGINT, COMMAND_PATIENCE_S, may_end)
        if callable(before):
            before(number, frame)

    with _handled((signal.SIGINT,), begin):
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl+C raise KeyboardInterrupt in work that does not return to its event loop, which would hear it."""
    outside, is_interrupted = signal.getsignal(signal.SIGINT), False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal is_interrupted
        is_interrupted = True
        if callable(outside):
            outside(number, frame)
        raise KeyboardInterrupt

    with _handled((signal.SIGINT,), interrupt):
        try:
            yield
        finally:
            if is_interrupted:  # what called the handler may have caught it, as SQLite does
                raise KeyboardInterrupt


@contextmanager
def ending_in_order(end: Callable[[], None], at_last: Callable[[], None]) -> Iterator[Ending]:
    """Call `end` at the first signal; if the block still runs `PATIENCE_S` later, call `at_last` and end the process.

    Ctrl+C as a signal is one of them. `end` is called in the main thread, between two steps of whatever it does there.
    """
    ending = Ending(at_last)

    def begin(number: int, _: object) -> None:
        if ending.note(number):
            ending.make_certain(0)
            end()

    with _handled((signal.SIGINT, *ENDING), begin):
        try:
            yield ending
        finally:
            ending.is_over()


@contextmanager
def keyboard_signals_ignored() -> Iterator[None]:
    """Leave Ctrl+C and Ctrl+\\ to another program that has the terminal; to be used in the main thread.

    The terminal sends them to all programs in its foreground. A handler that does nothing is not inherited by what is
    started; to ignore them would be.
    """
    numbers = tuple(getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name))
    with _handled(numbers, lambda number, frame: None):
        yield


class ProgramEnd:
    """What signals do before and behind all else, and the end of the process, which no thread can hold up."""

    def __init__(self) -> None:
        self.code: int | None = None
        """The exit code, once it is known."""
        self._ending = Ending()

    def begin(self) -> None:
        """From now on every signal that ends a program ends this one at once, unless it is handled."""
        for number in ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, self._end_at_once)

    def _end_at_once(self, number: int, _: object) -> None:
        os._exit(128 + number if self.code is None else self.code)

    def finish(self, code: int) -> None:
        """End with `code` whatever comes: what a thread of a library still waits for, nobody waits for any more."""
        for number in (signal.SIGINT, *ENDING):
            signal.signal(number, signal.SIG_IGN)  # any other handler is taken away while Python ends
        self.make_certain(code)

    def make_certain(self, code: int) -> None:
        """End the process with `code` if it has not ended `PATIENCE_S` later."""
        self._ending.make_certain(code)


@contextmanager
def around_stops(give_back: Callable[[], None], take_again: Callable[[], None]) -> Iterator[None]:
    """Call `give_back` before the program is stopped (Ctrl+Z, SIGTSTP), and `take_again` once it goes on.

    To be used in the main thread.
    """
    if not hasattr(signal, "SIGTSTP"):
        yield
        return

    def stop(*_: object) -> None:
        give_back()
        signal.raise_signal(signal.SIGSTOP)  # returns when the program goes on
        take_again()

    with _handled((signal.SIGTSTP,), stop):
        yield


@contextmanager
def _handled(numbers: tuple[signal.Signals, ...], handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle signals, except those that whoever started the program wants ignored (nohup, a shell's background)."""
    before = {number: signal.getsignal(number) for number in numbers}
    for number, found in before.items():
        if found is not signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, found in before.items():
            if found is not signal.SIG_IGN and found is not None:
                signal.signal(number, found)


def hang_up() -> None:
    """Do what the system does when a terminal goes, which not every system does for every terminal."""
    os.kill(os.getpid(), getattr(signal, "SIGHUP", signal.SIGTERM))
