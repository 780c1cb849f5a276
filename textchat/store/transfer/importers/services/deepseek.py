"""Imports DeepSeek's data export: `conversations.json`, a list of trees whose messages have `fragments`.

It is known from its own files (chat.deepseek.com, Settings → Data → Export data): as in ChatGPT's there is a `mapping`
of nodes, but dates are `inserted_at`, and a message has `fragments` of the types REQUEST, THINK, SEARCH, TOOL_SEARCH,
TOOL_OPEN, FILE and RESPONSE; older files have `content`, `reasoning_content` and `search_results` in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.text.json_fields import as_table, as_text, number, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.marked_text import say_and_show
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.sources import SourceMarks, WebSource
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, link, moment, role_of

_MARKS = re.compile(r"\[citation:\d{1,4}(?:\s*,\s*(?:citation:)?\d{1,4})*\]|\[reference:\d{1,4}\]")
_ASKED = ("REQUEST", "FILE")


def matches(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("mapping"), dict):
        return False
    if "inserted_at" in entry:
        return True
    messages = (as_table(node).get("message") for node in entry["mapping"].values())
    return any(isinstance(message, dict) and "fragments" in message for message in messages)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation with all its branches; raises NotReadable."""
    tree = Tree()
    asks: dict[str, bool] = {}
    newest, newest_at = "", 0.0
    nodes: Mapping[str, Any] = {id_: as_table(node) for id_, node in entry["mapping"].items()}
    for id_, node in nodes.items():
        parent = as_text(node.get("parent")) or None
        message = table(node, "message")
        asks[id_] = _is_prompt(message, None if parent is None else asks.get(parent))
        at = moment(message.get("inserted_at"))
        tree.add(id_, parent, _messages(id_, message, asks[id_], reading))
        if message and at >= newest_at:  # which branch was shown last, the file does not say
            newest, newest_at = id_, at
    yield conversation_from(
        "deepseek",
        as_text(entry.get("id")),
        tree.messages(),
        title=title_in(text(entry, "title")),
        created_at=moment(entry.get("inserted_at")),
        updated_at=moment(entry.get("updated_at")),
        leaf=tree.end_of(newest),
        is_pinned=entry.get("pinned") is True,
    )


def _is_prompt(message: Mapping[str, Any], is_above: bool | None) -> bool:
    """Whether the user wrote it: by its role or fragments, else as prompts and replies take turns."""
    if role := message.get("role"):
        return role_of(role) is Role.USER
    types = [fragment.get("type") for fragment in rows(message, "fragments")]
    if types:
        return all(type_ in _ASKED for type_ in types)
    if message.get("reasoning_content") or message.get("search_results"):
        return False
    return is_above is not True and bool(message)


def _messages(id_: str, message: Mapping[str, Any], is_prompt: bool, reading: Reading) -> list[ImportedMessage]:
    at = moment(message.get("inserted_at"))
    if is_prompt:
        row = ImportedMessage(id_, None, Role.USER, "", created_at=at)
    else:
        model = provider_model("deepseek", message.get("model"))
        row = ImportedMessage(id_, None, Role.ASSISTANT, "", model=model, created_at=at)
    turn = Turn(row, reading)
    fragments = rows(message, "fragments")
    found = [result for fragment in fragments for result in rows(fragment, "results")]
    marks = SourceMarks(_sources([*found, *rows(message, "search_results")]), _MARKS)
    for fragment in fragments:
        _read_fragment(fragment, marks, turn)
    if not fragments:
        turn.think(as_text(message.get("reasoning_content") or message.get("thinking_content")))
        say_and_show(marks.linked(as_text(message.get("content"))), turn)
    if turn.has_text:
        turn.say(marks.unmarked())
    files = {as_text(file.get("file_name")) for file in rows(message, "files")}
    files |= {as_text(file.get("file_name")) for fragment in fragments for file in rows(fragment, "files")}
    reading.leave_out("file", len(files))
    return turn.messages()


def _read_fragment(fragment: Mapping[str, Any], marks: SourceMarks, turn: Turn) -> None:
    kind, content = as_text(fragment.get("type")), as_text(fragment.get("content"))
    if kind == "THINK":
        turn.think(content)
    elif kind in ("SEARCH", "TOOL_SEARCH", "TOOL_OPEN"):
        results = rows(fragment, "results") or rows({"result": [fragment.get("result")]}, "result")
        if results or content:
            name = "open" if kind == "TOOL_OPEN" else "search"
            turn.call(ToolCall("", name, as_text(fragment.get("queries") or fragment.get("query"))))
            turn.answer(joined([content, *map(_result, results)]))
    elif kind == "FILE":
        pass  # counted by name
    elif content:
        say_and_show(marks.linked(content), turn)


def _result(result: Mapping[str, Any]) -> str:
    return joined((link(result.get("title"), result.get("url")), as_text(result.get("snippet"))))


def _sources(results: list[Mapping[str, Any]]) -> dict[int, WebSource]:
    """What was found in the web, by the number with which a text cites it, else in its order."""
    sources: dict[int, WebSource] = {}
    for place, result in enumerate(results, start=1):
        source = WebSource(text(result, "title"), text(result, "url"))
        sources.setdefault(number(result, "cite_index") or place, source)
    return sources


FORMAT = EntryFormat("DeepSeek", matches, read)
