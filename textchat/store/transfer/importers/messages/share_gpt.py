"""Imports dialogues in the form of ShareGPT, which many datasets have: `conversations` with `from` and `value`.

The form and its words for tools, `system` and preferences are described in
https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md; the first dumps of sharegpt.com call the list `items`
and hold replies as HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.parts.part import Part
from textchat.core.text.html_markdown import markdown_of
from textchat.core.text.json_fields import as_table, as_text, items, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import media_type_of
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.lineage import Lineage
from textchat.store.transfer.importers.common.marked_text import say_and_show, think_and_say
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.chat_messages import chat_turn
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment, role_of

_LISTS = ("conversations", "conversation", "items")
_REPLIES = frozenset(("chatgpt", "bing", "bard", "claude", "gemini"))
_RETURNED = frozenset(("observation", "function_response", "tool_response", "tool"))
_HTML = re.compile(r"\s*<(?:div class=\"[^\"]*\bmarkdown\b|p>|ol>|ul>|pre>)")
_FILES = {"images": "picture", "videos": "video", "audios": "recording"}


def matches(entry: Any) -> bool:
    return bool(_dialogue(entry))


def _dialogue(entry: object) -> list[Mapping[str, Any]]:
    """The rows of a dialogue; many datasets have messages of chat interfaces under ShareGPT's key."""
    for key in _LISTS:
        found = [row for row in rows(entry, key) if _is_row(row) or (key != "items" and _is_message(row))]
        if found:
            return found
    return []


def _is_row(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("from"), str) and "value" in row


def _is_message(row: Mapping[str, Any]) -> bool:
    return isinstance(row.get("role"), str) and "content" in row


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the dialogue; a reply that is preferred to another one is a version beside it. Raises NotReadable."""
    model = model_name(entry.get("model"))
    lineage = Lineage()
    last = lineage.add(None, [ImportedMessage("", None, Role.SYSTEM, text(entry, "system"))])
    for number, row in enumerate(_dialogue(entry)):
        turn = _turn(row, model, reading)
        if number == 0:
            _attach_files(entry, turn)
        last = lineage.add(last, turn.messages())
    above = last
    for place, key in enumerate(("chosen", "rejected")):
        version = table(entry, key)
        if _is_row(version):
            end = lineage.add(above, _turn(version, model, reading).messages())
            last = end if place == 0 else last
    yield lineage.record(
        "sharegpt",
        as_text(entry.get("id")) or last or "",
        title=text(entry, "title"),
        created_at=moment(entry.get("created_at") or entry.get("date")) or reading.modified_at,
        leaf=last,
    )


def _turn(row: Mapping[str, Any], model: str | None, reading: Reading) -> Turn:
    if not _is_row(row):
        return chat_turn("", row, model, reading)
    sender = row["from"].lower()
    role = Role.ASSISTANT if sender in _REPLIES or sender == "function_call" else role_of(sender)
    role = Role.TOOL if sender in _RETURNED else role
    turn = Turn(ImportedMessage("", None, role, "", model=model if role is Role.ASSISTANT else None), reading)
    value = as_text(row["value"])
    if sender == "function_call":
        _read_calls(value, turn)
    elif role is Role.ASSISTANT and _HTML.match(value):
        turn.say(markdown_of(value))
    elif role is Role.ASSISTANT:
        think_and_say(value, turn)
    else:
        say_and_show(value, turn)
    return turn


def _read_calls(value: str, turn: Turn) -> None:
    """The calls that a text names as JSON; any other text is what was said."""
    try:
        calls = json.loads(value)
    except (ValueError, RecursionError):
        calls = None
    for call in calls if isinstance(calls, list) else [calls]:
        if name := text(call, "name"):
            turn.call(ToolCall("", name, as_text(as_table(call).get("arguments"))))
        else:
            turn.say(value)
            return


def _attach_files(entry: Mapping[str, Any], turn: Turn) -> None:
    """The files of a dialogue, which stand beside in a folder."""
    for key, noun in _FILES.items():
        for name in items(entry, key):
            folder = turn.reading.path.rpartition("/")[0]
            path = as_text(name).removeprefix("./")
            data = turn.reading.assets.content(f"{folder}/{path}" if folder else path)
            if data:
                turn.attach(Part(path.rpartition("/")[2], media_type_of(path, data), data))
            else:
                turn.reading.leave_out(noun)


FORMAT = EntryFormat("ShareGPT", matches, read)
