"""Writes the report of a crash into a private file, and the sentence that names it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from textchat import __version__
from textchat.config import paths
from textchat.config.private_files import free_path, new_private_file, own_folder
from textchat.core.crashes import last_names, places
from textchat.core.errors import ConfigurationError

REPORTS = 10
"""How many are kept; older ones are deleted."""
LONGEST_TERM = 40


def write_report(failure: BaseException, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Write the report of an unexpected exception; None where that is not possible."""
    try:
        folder = own_folder(paths.state_folder(environ))
        file = free_path(folder, time.strftime("crash-%Y%m%d-%H%M%S"), ".txt")
        stream = new_private_file(file)
    except (OSError, ConfigurationError):
        return None
    try:
        with stream:
            stream.write("\n".join(_lines(failure, environ)) + "\n")
    except OSError:
        _delete(file)
        return None
    _delete_old(folder)
    return file


def crash_sentence(failure: BaseException, report: Path | None, kept: str = "") -> str:
    """What to print where the program ends; `kept` is a sentence about what the user had in it."""
    happened = "textchat failed unexpectedly"
    way = f"Attach {report} to a bug report; it has none of your texts or keys."
    if report is None:
        *_, place, name = "", *places(failure)
        happened, way = f"{happened}: {name}, {place.strip()}", "Copy this line into a bug report."
    return " ".join(filter(None, (f"{happened}.", kept, way)))


def _lines(failure: BaseException, environ: Mapping[str, str]) -> Iterator[str]:
    import platform

    yield f"textchat {__version__} failed unexpectedly. This report has no texts, no keys and no values of variables."
    yield ""
    yield f"Python {platform.python_version()} ({platform.python_implementation()}), {platform.platform()}"
    yield ", ".join(f"{name} {_version(name)}" for name in ("Textual", "Rich", "httpx", "wcwidth"))
    yield f"TERM {ascii(environ.get('TERM', ''))[:LONGEST_TERM]}, {sys.getfilesystemencoding()}"
    yield ""
    yield "What failed, outermost call first:"
    yield from places(failure)
    yield ""
    yield "What came before, newest last:"
    yield from (f"  {name}" for name in last_names())


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _delete_old(folder: Path) -> None:
    with suppress(OSError):
        reports = sorted(folder.glob("crash-*.txt"), key=lambda file: file.lstat().st_mtime_ns)
        for old in reports[:-REPORTS]:
            _delete(old)


def _delete(file: Path) -> None:
    with suppress(OSError):
        file.unlink()
