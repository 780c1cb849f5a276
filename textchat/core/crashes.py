"""What is kept and told of an exception that nobody expected: types, places in the code and names of events, no words.

The text of an exception may quote a prompt or a key, and so may the values of variables.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

CRASHED = 70
"""Exit code of a program that failed by itself (EX_SOFTWARE of sysexits.h)."""
MOST_NAMES = 100
MOST_PLACES = 60
"""Of one traceback: an endless recursion has a thousand."""
MOST_EXCEPTIONS = 12
"""That led to another, or are in a group."""


class Caught:
    """Context manager that ends its block at an exception, gives that to `take` and lets the program go on behind it.

    What is meant to end the program or its task passes.
    """

    def __init__(self, take: Callable[[BaseException], object], kind: type[BaseException] = Exception) -> None:
        self._take = take
        self._kind = kind

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(failure, self._kind) or isinstance(failure, KeyboardInterrupt | SystemExit):
            return False
        self._take(failure)
        return True


@contextmanager
def caught_elsewhere(take: Callable[[BaseException], None]) -> Iterator[None]:
    """Give `take` what threads raise while the block runs, and log what destructors raise: Python prints both."""
    in_threads, in_destructors = threading.excepthook, sys.unraisablehook

    def take_from_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not issubclass(arguments.exc_type, SystemExit):
            take(arguments.exc_value)

    threading.excepthook = take_from_thread
    sys.unraisablehook = lambda arguments: log_crash(arguments.exc_value)
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = in_threads, in_destructors


@contextmanager
def caught_in_tasks(take: Callable[[BaseException], None]) -> Iterator[None]:
    """Give `take` what tasks and callbacks of event loops raise that nobody awaits: asyncio only logs it.

    Not errors that are expected, our own and those of connections: whoever was cancelled awaits nothing any more.
    """
    import logging

    def look(record: logging.LogRecord) -> bool:
        failure = record.exc_info[1] if record.exc_info else None
        is_ours = type(failure).__module__.startswith("textchat.")
        if isinstance(failure, Exception) and not isinstance(failure, OSError) and not is_ours:
            take(failure)
        return True

    log = logging.getLogger("asyncio")
    log.addFilter(look)
    try:
        yield
    finally:
        log.removeFilter(look)


# -- what came before ------------------------------------------------------------------------------------------------

_names: deque[tuple[str, int]] = deque(maxlen=MOST_NAMES)
"""The last events and actions; the number says how often in a row."""


def note(name: str) -> None:
    """Remember the name of an event or an action; nothing that a user, a file or a server has named."""
    times = 0
    if _names and _names[-1][0] == name:
        _, times = _names.pop()
    _names.append((name, times + 1))


def last_names() -> list[str]:
    """The last names, the newest last."""
    return [name if times == 1 else f"{name} ({times} times)" for name, times in tuple(_names)]


# -- where it happened -----------------------------------------------------------------------------------------------


def places(failure: BaseException) -> list[str]:
    """Where an exception was raised, after those that led to it, a line each."""
    return [line for each in reversed(_related(failure)) for line in _places_of(each)]


def _related(failure: BaseException) -> list[BaseException]:
    """The exception, what is in it if it is a group, and what led to it."""
    found: list[BaseException] = []
    waiting = [failure]
    while waiting and len(found) < MOST_EXCEPTIONS:
        each = waiting.pop()
        if any(each is known for known in found):
            continue
        found.append(each)
        before = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        waiting += [before] if before is not None else []
        waiting += reversed(each.exceptions) if isinstance(each, BaseExceptionGroup) else ()
    return found


def _places_of(failure: BaseException) -> list[str]:
    lines: list[str] = []
    trace = failure.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"  {_short(code.co_filename)}:{trace.tb_lineno} in {code.co_name}")
        trace = trace.tb_next
    if len(lines) > MOST_PLACES:
        half = MOST_PLACES // 2
        lines[half:-half] = [f"  … {len(lines) - MOST_PLACES} more"]
    kind = f"{type(failure).__module__}.{type(failure).__qualname__}".removeprefix("builtins.")
    return [*lines, kind + _detail(failure)]


def _detail(failure: BaseException) -> str:
    """What libraries tell by a number or a name of their own."""
    if isinstance(failure, OSError) and failure.errno is not None:
        return f" ({errno.errorcode.get(failure.errno, failure.errno)})"
    name = getattr(failure, "sqlite_errorname", None)
    return f" ({name})" if name else ""


def _short(file: str) -> str:
    """The file below the folder it is imported from, which may be named after its owner."""
    for folder in sorted(filter(os.path.isabs, sys.path), key=len, reverse=True):
        if file.startswith(folder + os.sep):
            return file[len(folder) + 1 :]
    return file.rpartition(os.sep)[2]


# -- the log ---------------------------------------------------------------------------------------------------------


_reporters: list[Callable[[BaseException], str]] = []


@contextmanager
def reported_without_log(report: Callable[[BaseException], str]) -> Iterator[None]:
    """Let `report` keep what `kept_details` is given and no log takes; it returns where that is, or nothing."""
    _reporters.append(report)
    try:
        yield
    finally:
        _reporters.remove(report)


def kept_details(failure: BaseException | None) -> str:
    """Log an unexpected exception; returns a clause that says where the details are, if they are anywhere."""
    place = log_crash(failure)
    if place is not None:
        return f"the log has the details ({place})" if place else "the log has the details"
    for report in _reporters[-1:]:
        if failure is not None and (place := report(failure)):
            return f"the details are in {place}"
    return "the log could not be written"


def log_crash(failure: BaseException | None) -> str | None:
    """Log an unexpected exception; returns the name of the log's file, if it has one, and None where no log is kept."""
    import logging  # no start of a command waits for it

    log = logging.getLogger("textchat")
    if not log.handlers:  # without a log, Python would print it between the lines of an answer
        log.addHandler(logging.NullHandler())
    log.error("textchat itself failed", exc_info=failure)
    handlers = [handler for handler in logging.getLogger().handlers if not isinstance(handler, logging.NullHandler)]
    # A file is opened with its first line: one that is not open could not be written.
    files = [handler for handler in handlers if isinstance(handler, logging.FileHandler)]
    written = [handler.baseFilename for handler in files if handler.stream is not None]
    if written:
        return written[0]
    return "" if len(handlers) > len(files) else None
