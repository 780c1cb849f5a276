"""Reads fields of foreign JSON, which may be missing, null, or of another type than promised; nothing here raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MOST_TOKENS = 2**53


def text(document: object, name: str) -> str:
    """The string in a field, empty for anything else."""
    value = _field(document, name)
    return value if isinstance(value, str) else ""


def table(document: object, name: str) -> Mapping[str, Any]:
    """The object in a field, empty for anything else."""
    return as_table(_field(document, name))


def items(document: object, name: str) -> list[Any]:
    """The list in a field, empty for anything else."""
    return as_list(_field(document, name))


def rows(document: object, name: str) -> list[Mapping[str, Any]]:
    """The objects in a list in a field, in order."""
    return [row for row in items(document, name) if isinstance(row, dict)]


def count(document: object, name: str) -> int | None:
    """The number of tokens in a field, None for anything that is none."""
    value = _field(document, name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_TOKENS else None


def total(*counts: int | None) -> int | None:
    """The sum of those that are known, None where none is."""
    known = [number for number in counts if number is not None]
    return sum(known) if known else None


def as_table(value: object) -> Mapping[str, Any]:
    """An object as it is, empty for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """A list as it is, empty for anything else."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """A string as it is, null as nothing, anything else as JSON: arguments of tools come as a text or as an object."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bytes():  # SQLite may hold them in any column
            return value.decode("utf-8", "replace")
        case _:
            return json.dumps(value, ensure_ascii=False)


def _field(document: object, name: str) -> object:
    return document.get(name) if isinstance(document, dict) else None
