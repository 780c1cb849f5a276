"""Reads files of results again, as `compare --prompts --results` has written them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from textchat.config.input_files import open_named
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.opened_rows import OpenedRows
from textchat.core.evaluation.result_row import ResultRow, result_row
from textchat.core.limits import RESULTS_FILE, too_large

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d{1,9})", re.DOTALL)
"""No id of a conversation has a colon."""


def read_rows(path: Path, named: str) -> list[ResultRow]:
    """The answers of a file of results, without those that a later line takes the place of; others are left out.

    `named` begins the sentence of a ConfigurationError, such as `--open answers.jsonl`.
    """
    return newest(_rows(path, named))


def newest(rows: Iterable[ResultRow]) -> list[ResultRow]:
    """The last row of each answer, in the order of the rows."""
    last: dict[tuple[object, ...], ResultRow] = {}
    for row in rows:
        last.pop(row.key, None)
        last[row.key] = row
    return list(last.values())


def _rows(path: Path, named: str) -> Iterator[ResultRow]:
    size = 0
    try:
        with open_named(path) as file:
            for number, line in enumerate(file, start=1):
                size += len(line)
                if size > RESULTS_FILE.most:
                    raise ConfigurationError(too_large(named, RESULTS_FILE.most, RESULTS_FILE))
                with suppress(ValueError):
                    yield result_row(line, number)
    except OSError as error:
        raise ConfigurationError(f"Cannot read {named}: {error.strerror}.") from error


def opened_row(name: str) -> OpenedRows | None:
    """What to open for `FILE.jsonl:LINE`: that answer as it is now, with the others to its prompt.

    None for what is no such place, but an id. Raises ConfigurationError.
    """
    place = _PLACE.fullmatch(name)
    if place is None:
        if name.endswith(".jsonl"):
            raise ConfigurationError(f"--open {name}: add the line of the file, such as --open {name}:1.")
        return None
    from textchat.live.evaluation.row_conversation import opened_rows  # few starts need it

    file, number = Path(place["file"]), int(place["line"])
    named = f"--open {file}"
    rows = list(_rows(file, named))  # once: it may be a pipe
    chosen = next((row for row in rows if row.number == number), None)
    if chosen is None:
        raise ConfigurationError(f"{named}, line {number}: expected a line of results.")
    asked = chosen.line, chosen.prompt
    beside = newest(row for row in rows if (row.line, row.prompt) == asked)
    return opened_rows(beside, next(row for row in beside if row.key == chosen.key))
