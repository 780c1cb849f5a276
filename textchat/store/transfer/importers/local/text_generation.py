"""Imports histories of text-generation-webui: `user_data/logs/chat/*/*.json`, a chat each.

The file is described by its source (https://github.com/oobabooga/text-generation-webui, `modules/chat.py`): pairs of
what was asked and answered, as the model had them (`internal`) and as they were shown, and `metadata` with dates and
versions. The first versions call them `data` and `data_visible`. Nothing has an id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import number, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.lineage import Lineage
from textchat.store.transfer.importers.common.marked_text import say_and_show, think_and_say
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name

_GREETING = "<|BEGIN-VISIBLE-CHAT|>"
"""Stands in the place of a prompt before what a character says first."""
_KEYS = (("internal", "visible"), ("data", "data_visible"))


def matches(entry: Any) -> bool:
    return any(_are_pairs(entry, internal) and _are_pairs(entry, visible) for internal, visible in _KEYS)


def _are_pairs(entry: object, key: str) -> bool:
    pairs = entry.get(key) if isinstance(entry, dict) else None
    return isinstance(pairs, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the chat with the versions of its replies; raises NotReadable."""
    about = table(entry, "metadata")
    pairs = next(entry[internal] for internal, _ in _KEYS if _are_pairs(entry, internal))
    lineage = Lineage()
    last: str | None = None
    for place, (asked, answered) in enumerate(pairs):
        if asked != _GREETING:
            last = lineage.add(last, _turn(Role.USER, asked, table(about, f"user_{place}"), reading))
        last = _add_versions(last, answered, table(about, f"assistant_{place}"), lineage, reading)
    yield lineage.record(
        "text-generation-webui",
        f"{reading.name} {lineage.first}",
        created_at=next((m.created_at for m in lineage.messages if m.created_at), reading.modified_at),
        leaf=last,
    )


def _add_versions(
    above: str | None, answered: object, about: Mapping[str, Any], lineage: Lineage, reading: Reading
) -> str | None:
    """Add the versions of a reply; returns the last message of the one that is shown."""
    kept = [(text(version, "content"), version) for version in rows(about, "versions")]
    versions: list[tuple[object, Mapping[str, Any]]] = [*kept] or [(answered, about)]
    current = number(about, "current_version_index")
    shown = above
    for place, (said, version) in enumerate(versions):
        end = lineage.add(above, _turn(Role.ASSISTANT, said, {**about, **version}, reading))
        if place == current or shown == above:
            shown = end
    return shown


def _turn(role: Role, said: object, about: Mapping[str, Any], reading: Reading) -> Sequence[ImportedMessage]:
    model = model_name(about.get("model_name")) if role is Role.ASSISTANT else None
    turn = Turn(ImportedMessage("", None, role, "", model=model), reading)
    if isinstance(said, str) and role is Role.ASSISTANT:
        think_and_say(said, turn)
    elif isinstance(said, str):
        say_and_show(said, turn)
    for file in rows(about, "attachments"):
        if "image_data" in file:
            turn.attach_url("picture", file["image_data"], text(file, "name"))
        else:
            turn.attach_text(text(file, "name") or "attachment", text(file, "content"))
    return [replace(message, created_at=_moment(text(about, "timestamp"))) for message in turn.messages()]


def _moment(date: str) -> float:
    """A date such as `Aug 12, 2025 10:00`, which names no zone."""
    for form in ("%b %d, %Y %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(date, form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return 0.0


FORMAT = EntryFormat("text-generation-webui", matches, read)
