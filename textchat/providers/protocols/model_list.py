"""Reads lists of models leniently: entries as objects, as names alone, or in a table by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textchat.core.errors import ProtocolError
from textchat.core.text import json_fields as fields

BARE = ""
"""Stands for the document itself in the places of a list."""
_PLACES = ("data", "models", BARE)
"""Where gateways put a list, whatever protocol they speak."""


class NoModelListError(ProtocolError):
    """A server answered with something that is no list of models."""


def model_entries(document: Any, usual: Sequence[str]) -> list[Mapping[str, Any]] | None:
    """The entries of a list of models, each with the name it is listed by in `id` and `name` if it has none itself.

    In the `usual` places of the protocol a list may be empty, and null is an empty one: so says Ollama's `/v1/models`
    without any model. In other places it counts if it names a model. None if there is no list.
    """
    found = [entries for place in usual if (entries := _entries_at(document, place)) is not None]
    if not any(found):
        others = (_entries_at(document, place) for place in _PLACES if place not in usual)
        found = [entries for entries in others if entries] or found
    return max(found, key=bool) if found else None


def first_text(entry: Mapping[str, Any], *names: str) -> str:
    """The first of the named fields that holds a text, empty if none does."""
    return next((text for name in names if (text := fields.text(entry, name))), "")


def _entries_at(document: Any, place: str) -> list[Mapping[str, Any]] | None:
    if place == BARE:
        return _entries(document) if isinstance(document, list) else None
    if not isinstance(document, dict) or place not in document:
        return None
    value = document[place]
    return [] if value is None else _entries(value)


def _entries(value: Any) -> list[Mapping[str, Any]] | None:
    match value:
        case list():
            rows: list[Mapping[str, Any]] = [row for row in value if isinstance(row, dict)]
            return rows or [_named({}, name) for name in value if isinstance(name, str)]
        case dict():
            return [_named(row, name) for name, row in value.items() if isinstance(row, dict)]
    return None


def _named(row: Mapping[str, Any], listed_as: str) -> Mapping[str, Any]:
    """`row` with the name it is listed by, unless it has an id of its own."""
    if not listed_as or first_text(row, "id"):
        return row
    return {**row, "id": listed_as, "name": listed_as}
