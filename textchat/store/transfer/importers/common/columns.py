"""Reads columns of other programs' databases, which other versions of them may lack."""

from __future__ import annotations

import json
import sqlite3
from typing import Any


def column(row: sqlite3.Row, name: str) -> Any:
    """The value of a column; None if the table has none of that name."""
    return row[name] if name in row.keys() else None  # noqa: SIM118


def json_in(row: sqlite3.Row, name: str) -> Any:
    """The JSON value of a column; None for anything that is none."""
    return parsed(column(row, name))


def parsed(text: object) -> Any:
    """The value of a JSON text; None for anything else."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def flag(value: object) -> bool:
    """Whether a column says yes: SQLite has no truth values, and programs write 1, true or "true"."""
    return value in (1, True, "1", "true", "True")
