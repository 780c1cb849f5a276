"""Entry point of the command `textchat`: runs the module of a command and maps every ending to an exit code.

0 complete, 1 a reply failed or something could not be done, 2 bad usage or configuration, 3 a reply does not fit its
schema or pass its checks, 70 textchat itself failed, 130 cancelled by Ctrl+C, 143 by SIGTERM, 129 by SIGHUP or a
terminal that has gone, 131 by SIGQUIT, 138 by SIGUSR1, 141 the reader of standard output has gone, as the shell reports
it for any other program.
"""

from __future__ import annotations

import _thread
import atexit
import importlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from textchat.core.crashes import CRASHED, Caught, caught_elsewhere, caught_in_tasks, log_crash, reported_without_log
from textchat.signals import ProgramEnd, ending_as_by_ctrl_c

if TYPE_CHECKING:
    from argparse import Namespace

FAILED = 1
BAD_USAGE = 2
CANCELLED = 130
TERMINAL_GONE = 129
READER_GONE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. `--help`, `--version` and wrong arguments raise SystemExit."""
    crashes: list[BaseException] = []
    end = ProgramEnd()

    def tell(failure: BaseException) -> None:
        crashes.append(failure)
        with Caught(_tell_briefly, BaseException):
            _tell_crash(failure)

    def tell_from_thread(failure: BaseException) -> None:
        tell(failure)
        if threading.current_thread() is not threading.main_thread():
            _thread.interrupt_main()  # what waits for that thread would wait for ever
            if argv is None:
                end.make_certain(CRASHED)

    if argv is None:
        end.begin()
        atexit.register(_tell_of_last_errors)  # the last to be registered is the first to be called
    with (
        suppress(KeyboardInterrupt),  # one that comes before or behind all that handles it
        Caught(tell, BaseException),
        caught_elsewhere(tell_from_thread),
        reported_without_log(_report),
    ):
        _main(argv, tell, end)
    code = CRASHED if crashes else CANCELLED if end.code is None else end.code
    if argv is None:
        end.finish(code)
    return code


def _report(failure: BaseException) -> str:
    from textchat.config.crash_report import write_report

    return str(write_report(failure) or "")


def _tell_of_last_errors() -> None:
    """What is raised behind the end of the program is printed by Python, perhaps with a prompt."""
    sys.unraisablehook = lambda arguments: _tell_crash(arguments.exc_value)


def _main(argv: Sequence[str] | None, tell: Callable[[BaseException], None], end: ProgramEnd) -> None:
    _fill_closed_streams()
    with ending_as_by_ctrl_c() as ending:
        try:
            # All that takes time to load is loaded in here, where Ctrl+C is an ending like any other.
            words = sys.argv[1:] if argv is None else argv
            code = _run(_parsed(words) if words else None, tell)
            end.code = ending.code(CANCELLED) if code == CANCELLED else code
        except KeyboardInterrupt:
            end.code = ending.code(CANCELLED)
        except BrokenPipeError:
            _drop(1)
            end.code = READER_GONE
        finally:
            _flush_or_drop()


def _tell_crash(failure: BaseException | None) -> None:
    """Write a report of an unexpected exception, and say where it is; Python would print it, perhaps with a prompt."""
    if failure is None:
        return
    from textchat.commands.output.terminal import say
    from textchat.config.crash_report import crash_sentence, write_report

    log_crash(failure)
    say(crash_sentence(failure, write_report(failure)))


def _tell_briefly(failure: BaseException) -> None:
    """Say what can be said where even telling of a failure fails."""
    with suppress(OSError):
        os.write(2, f"textchat failed unexpectedly: {type(failure).__name__}.\n".encode("ascii", "replace"))


def _parsed(argv: Sequence[str]) -> Namespace:
    from textchat.commands.arguments import parse

    try:
        return parse(argv)
    finally:
        _flush_help()


def _flush_help() -> None:
    """Flush what argparse has printed here, so that a failing reader or disk is reported and not lost at exit."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _drop(1)
        print(f"Cannot write to standard output: {error.strerror}.", file=sys.stderr)
        raise SystemExit(FAILED) from error


def _flush_or_drop() -> None:
    """Flush what can be flushed: Python does so at exit, and a terminal that has gone would change the exit code."""
    for descriptor, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _drop(descriptor)


def _drop(descriptor: int) -> None:
    """Redirect a stream to /dev/null, because Python flushes it once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _fill_closed_streams() -> None:
    """Open /dev/null for each closed stream (`>&-`), or the next file or socket would take its number."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number is the one that is missing


def _run(arguments: Namespace | None, tell: Callable[[BaseException], None]) -> int:
    """Run a command, or the app for None: the commonest start has no arguments and need not load argparse."""
    import logging

    from textchat.commands.output.terminal import OutputError, TerminalGone, say
    from textchat.core.errors import ConfigurationError
    from textchat.core.store_error import StoreError

    logging.getLogger().addHandler(logging.NullHandler())  # where no log is kept, Python would print to the terminal
    try:
        if arguments is None:
            from textchat.commands.app import open_app

            return open_app()
        # One module a command, imported only when it is asked for: --version must not pay for the rest.
        from textchat.commands.arguments import module_of

        run = importlib.import_module(f"textchat.commands.{module_of(arguments.command)}").run
        if arguments.command in ("app", "replay"):  # which looks after its own tasks
            code: int = run(arguments)
        else:
            with caught_in_tasks(tell):
                code = run(arguments)
    except TerminalGone:
        return TERMINAL_GONE
    except ConfigurationError as error:
        say(str(error))
        return BAD_USAGE
    except (StoreError, OutputError) as error:
        say(str(error))
        return FAILED
    return code
