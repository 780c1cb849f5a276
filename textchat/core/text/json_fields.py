"""Reads fields of foreign JSON leniently: missing, null and wrongly typed ones get a default; nothing here raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MOST_TOKENS = 2**53
_LONGEST_NUMBER = 20


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
    """The number of tokens in a field, None for anything else."""
    value = _field(document, name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_TOKENS else None


def number(document: object, name: str) -> int | None:
    """The whole number in a field, or in the text of a field; None for anything else."""
    value = _field(document, name)
    if isinstance(value, str) and len(value) < _LONGEST_NUMBER:
        try:
            value = int(value)
        except ValueError:
            return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def total(*counts: int | None) -> int | None:
    """The sum of the known numbers, None if none is known."""
    known = [number for number in counts if number is not None]
    return sum(known) if known else None


def as_table(value: object) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """A string unchanged, null as an empty one, anything else as JSON: tool arguments come as text or as an object."""
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


def with_whole_numbers(value: Any) -> Any:
    """JSON with its whole numbers as such: in JSON, 1.0 is 1."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case Mapping():
            return {str(name): with_whole_numbers(part) for name, part in value.items()}
        case list() | tuple():
            return [with_whole_numbers(part) for part in value]
    return value
