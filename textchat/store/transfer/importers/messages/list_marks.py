"""Reads what programs write beside the messages of a list: dates, the conversation of each, what each one follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textchat.core.text.json_fields import as_table, as_text, items, rows
from textchat.store.transfer.importers.values import moment

_IDS = ("id", "_id", "messageId")
_PARENTS = ("parentId", "parent_id", "parent", "parentMessageId")
_CONVERSATIONS = (
    "conversationId",
    "conversation_id",
    "convId",
    "threadId",
    "thread_id",
    "chatId",
    "chat_id",
    "sessionId",
    "session_id",
)
_DATES = ("created_at", "createdAt", "created", "create_time", "created_utc", "timestamp", "date", "time")
FIRST = -1
"""Stands for what is above the first message."""


def date_in(row: Mapping[str, Any]) -> float:
    """Unix time in seconds, 0 without a date."""
    return next(filter(None, (moment(row.get(name)) for name in _DATES)), 0.0)


def conversations_in(entries: Sequence[Any]) -> Mapping[str, list[Any]]:
    """The entries of each conversation by its name, in the order of their dates if all have one and it is not alone."""
    found: dict[str, list[Any]] = {}
    for entry in entries:
        found.setdefault(_first(entry, _CONVERSATIONS), []).append(entry)
    if len(found) == 1:
        return found
    if "" in found:  # some name none: they are of one after all
        return {"": list(entries)}
    return {id_: sorted(each, key=date_in) if all(map(date_in, each)) else each for id_, each in found.items()}


def heads_in(head: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """What an object says of the conversations whose messages it holds, by their names: rows of its other lists."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in (row for key in head for row in rows(head, key) if "role" not in row):
        for name in (*_IDS, *_CONVERSATIONS):
            found.setdefault(_first(row, (name,)), row)
    return found


def parents_in(entries: Sequence[Any]) -> Mapping[int, int]:
    """The place of the message above each, `FIRST` for none, as far as entries say so; empty if one follows another."""
    places: dict[str, int] = {}
    found: dict[int, int] = {}
    for place, entry in enumerate(entries):
        parent = _first(entry, _PARENTS)
        if parent in places:
            found[place] = places[parent]
        elif any(name in as_table(entry) for name in _PARENTS):
            found[place] = FIRST  # none, or an id that stands for none
        if id_ := _first(entry, _IDS):
            places[id_] = place
    return found if any(above >= 0 and above != place - 1 for place, above in found.items()) else {}


def place_of(id_: object, entries: Sequence[Any]) -> int | None:
    """The place of the entry with this id; None if there is none."""
    return next((place for place, entry in enumerate(entries) if id_ and _first(entry, _IDS) == id_), None)


def content_in(message: Mapping[str, Any]) -> object:
    """The content of a message, under the name that most programs have for it or another."""
    content = message.get("content")
    if isinstance(content, str) and content.strip():
        return content
    others = (message.get(name) for name in ("text", "message") if isinstance(message.get(name), str))
    return content or next(filter(None, (*others, items(message, "contentChunks"), items(message, "parts"))), content)


def _first(row: object, names: Sequence[str]) -> str:
    values = (as_table(row).get(name) for name in names)
    return next((as_text(value) for value in values if isinstance(value, str | int) and value != ""), "")
