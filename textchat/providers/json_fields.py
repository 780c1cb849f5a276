"""Reads fields of a server's JSON, which may be missing, null, or of another type than promised."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

MOST_TOKENS = 2**53


def text(document: Any, name: str) -> str:
    """The string in a field, empty for anything else."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""


def table(document: Any, name: str) -> Mapping[str, Any]:
    """The object in a field, empty for anything else."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def rows(document: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects in a list in a field, in order."""
    value = document.get(name) if isinstance(document, dict) else None
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def count(document: Any, name: str) -> int | None:
    """The number of tokens in a field, None for anything that is none."""
    value = document.get(name) if isinstance(document, dict) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_TOKENS else None


def total(*counts: int | None) -> int | None:
    """The sum of those that are known, None where none is."""
    known = [found for found in counts if found is not None]
    return sum(known) if known else None


def json_text(value: Any) -> str:
    """Arguments of a tool call as the text that a model would have written; text stays as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
