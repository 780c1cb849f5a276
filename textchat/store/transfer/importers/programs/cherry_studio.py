"""Imports Cherry Studio's backup: `data.json` in a zip file, with `localStorage` and the tables of its `indexedDB`.

It is written and read by `src/renderer/src/services/BackupService.ts` (https://github.com/CherryHQ/cherry-studio);
messages and their blocks are those of `src/renderer/src/types/newMessage.ts`, before version 4 of the backup those of
`legacyMessage.ts` without blocks. Names of topics and prompts of assistants are in the state of the interface. A
backup since version 6 copies the browser's own files, which cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from textchat.core.conversation import Role, Status, ToolCall
from textchat.core.text.json_fields import as_list, as_table, as_text, items, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.columns import parsed
from textchat.store.transfer.importers.common.marked_text import answer, say_and_show, think_and_say
from textchat.store.transfer.importers.common.measures import seconds_of, timing_in, tokens_in
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.sources import SourceMarks, WebSource
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.messages.attached import readable_json
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment, role_of

_MARKS = re.compile(r"\[\^?\d{1,4}\](?![(\[:])")
_MILLISECOND = 1e-3
_STATUS = {"paused": Status.CANCELLED, "error": Status.FAILED}


def matches(entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("localStorage"), dict):
        return False
    stored = entry.get("indexedDB")
    if isinstance(stored, dict):
        return isinstance(stored.get("topics"), list)
    return isinstance(stored, list) and any(map(_is_topic, stored))


def _is_topic(row: object) -> bool:
    """Whether a row of version 1 of the backup, which has pairs of keys and values, is a topic."""
    return text(row, "key").startswith("topic:")


@dataclass(frozen=True, slots=True)
class _Backup:
    topics: Mapping[str, Mapping[str, Any]]
    """What the interface knows of topics, with their `assistant`."""
    blocks: Mapping[str, Mapping[str, Any]]


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield every topic."""
    stored = entry["indexedDB"]
    blocks = {as_text(block.get("id")): block for block in rows(stored, "message_blocks")}
    backup = _Backup(_topics(entry["localStorage"]), blocks)
    if isinstance(stored, list):
        topics = [table(row, "value") for row in stored if _is_topic(row)]
    else:
        topics = rows(stored, "topics")
    for topic in topics:
        yield attempt(f"topic {as_text(topic.get('id'))}", _topic, topic, backup, reading)


def _topics(storage: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    state = as_table(parsed(storage.get("persist:cherry-studio")))
    assistants = as_table(parsed(state.get("assistants")))
    every = [*rows(assistants, "assistants"), table(assistants, "defaultAssistant")]
    return {
        as_text(topic.get("id")): {**topic, "assistant": assistant}
        for assistant in reversed(every)
        for topic in rows(assistant, "topics")
    }


def _topic(topic: Mapping[str, Any], backup: _Backup, reading: Reading) -> ConversationRecord:
    id_ = as_text(topic.get("id"))
    known = backup.topics.get(id_, {})
    assistant = table(known, "assistant")
    tree = Tree()
    above: str | None = None
    if prompt := as_text(known.get("prompt") or assistant.get("prompt")).strip():
        tree.add("system", None, [ImportedMessage("system", None, Role.SYSTEM, prompt)])
        above = "system"
    useful = {as_text(message.get("askId")) for message in rows(topic, "messages") if message.get("useful") is True}
    for place, message in enumerate(rows(topic, "messages")):
        own, asked = as_text(message.get("id")) or str(place), as_text(message.get("askId"))
        is_version = asked in tree and message.get("role") == "assistant"
        tree.add(own, asked if is_version else above, _messages(own, message, backup, reading))
        if not (is_version and asked in useful and message.get("useful") is not True):
            above = own  # what was said next goes on from the reply that was chosen, or else from the last one
    return conversation_from(
        "cherry-studio",
        id_,
        tree.messages(),
        title=title_in(text(known, "name"), text(topic, "name")),
        created_at=moment(known.get("createdAt")),
        updated_at=moment(known.get("updatedAt")),
        leaf=tree.end_of(above),
        is_pinned=known.get("pinned") is True,
        tags=[name] if (name := text(assistant, "name").strip()) and assistant.get("id") != "default" else (),
    )


def _messages(id_: str, message: Mapping[str, Any], backup: _Backup, reading: Reading) -> list[ImportedMessage]:
    if message.get("type") == "clear":
        return []
    role = role_of(message.get("role"))
    row = ImportedMessage(id_, None, role, "", created_at=moment(message.get("createdAt")))
    if role is Role.ASSISTANT:
        row = _with_figures(row, message)
    turn = Turn(row, reading)
    if isinstance(message.get("blocks"), list) and not isinstance(message.get("content"), str):
        blocks = [backup.blocks.get(as_text(name), {}) for name in message["blocks"]]
        reading.leave_out("missing block", sum(not block for block in blocks))
    else:
        blocks = list(_legacy(message))
    marks = SourceMarks.counted([page for block in blocks for page in _pages(block)], _MARKS)
    for block in blocks:
        _read_block(block, marks, turn)
    if turn.has_text:
        turn.say(marks.unmarked())
    return turn.messages()


def _with_figures(row: ImportedMessage, message: Mapping[str, Any]) -> ImportedMessage:
    model, metrics = table(message, "model"), table(message, "metrics")
    first = seconds_of(metrics.get("time_first_token_millsec"), _MILLISECOND)
    return replace(
        row,
        model=provider_model(model.get("provider"), model.get("id")) or model_name(message.get("modelId")),
        usage=tokens_in(table(message, "usage")),
        timing=timing_in(seconds_of(metrics.get("time_completion_millsec"), _MILLISECOND), first),
        status=_STATUS.get(as_text(message.get("status")), Status.COMPLETE),
    )


def _legacy(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The blocks of an older message, in which each kind has its own key."""
    more = table(message, "metadata")
    yield {"type": "thinking", "content": message.get("reasoning_content")}
    for tool in rows(more, "mcpTools"):
        yield {"type": "tool", "metadata": {"rawMcpToolResponse": tool}}
    yield {"type": "main_text", "content": message.get("content")}
    if message.get("translatedContent"):
        yield {"type": "translation"}
    for file in rows(message, "files"):
        yield {"type": "image" if file.get("type") == "image" else "file", "file": file}
    for url in items(message, "images"):
        yield {"type": "image", "url": url}
    if more.get("generateImage"):
        yield {"type": "image", "metadata": {"generateImageResponse": more["generateImage"]}}
    for name in ("webSearch", "annotations", "citations", "groundingMetadata", "webSearchInfo"):
        if more.get(name):
            yield {"type": "citation", "response": {"results": more[name]}}
    if message.get("error"):
        yield {"type": "error"}


def _read_block(block: Mapping[str, Any], marks: SourceMarks, turn: Turn) -> None:
    content = block.get("content")
    match block.get("type"):
        case "main_text":
            said = marks.linked(as_text(content))
            (say_and_show if turn.row.role is Role.USER else think_and_say)(said, turn)
        case "thinking":
            turn.think(as_text(content))
        case "code":
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", as_text(content))), default=0))
            turn.say(f"{fence}{text(block, 'language')}\n{as_text(content)}\n{fence}")
        case "image":
            _show(block, turn)
        case "file":
            _attach(table(block, "file"), "file", turn)
        case "tool":
            _read_tool(block, turn)
        case "compact":
            turn.say(as_text(content))
        case "error":
            turn.reading.leave_out("error message")
        case "translation":
            turn.reading.leave_out("translation")
        case "video":
            turn.reading.leave_out("video")
        case "citation" | "unknown" | None:
            pass
        case _:
            turn.reading.leave_out("unknown block")


def _read_tool(block: Mapping[str, Any], turn: Turn) -> None:
    raw = table(table(block, "metadata"), "rawMcpToolResponse")
    name = as_text(block.get("toolName") or table(raw, "tool").get("name")) or "tool"
    arguments = block.get("arguments") or raw.get("arguments")
    turn.call(ToolCall(as_text(raw.get("toolCallId") or block.get("toolId")), name, as_text(arguments)))
    result = block.get("content") if block.get("content") is not None else raw.get("response")
    parts = as_table(result).get("content", result)
    if isinstance(parts, list) and all("text" in part or "type" in part for part in map(as_table, parts)):
        answer(joined(as_text(part.get("text")) for part in map(as_table, parts)), turn)
        turn.reading.leave_out("picture", sum(part.get("type") == "image" for part in map(as_table, parts)))
    else:
        answer(readable_json(parts), turn)


def _show(block: Mapping[str, Any], turn: Turn) -> None:
    made = table(table(block, "metadata"), "generateImageResponse")
    for picture in items(made, "images"):
        if made.get("type") == "base64" and not as_text(picture).startswith("data:"):
            turn.attach_base64("picture", picture, "")
        else:
            turn.attach_url("picture", picture)
    if block.get("url") and not items(made, "images"):
        turn.attach_url("picture", block["url"])
    elif block.get("file"):
        _attach(table(block, "file"), "picture", turn)


def _attach(file: Mapping[str, Any], kind: str, turn: Turn) -> None:
    """Attach a file that lies in the backup under `Data/Files`, by its id."""
    found = turn.reading.assets.find(as_text(file.get("id")), as_text(file.get("origin_name") or file.get("name")))
    if found is None:
        turn.reading.leave_out(kind)
    else:
        turn.attach(found)


def _pages(block: Mapping[str, Any]) -> Iterator[WebSource]:
    """What a block of citations names, in each of the forms that services give it."""
    if block.get("type") != "citation":
        return
    results = table(block, "response").get("results")
    if isinstance(results, dict):
        results = results.get("results") or results.get("groundingChunks")
    for result in [*as_list(results), *rows(block, "knowledge")]:
        found = as_table(result)
        found = {**found, **table(found, "web"), **table(found, "url_citation")}
        url = result if isinstance(result, str) else found.get("url") or found.get("uri") or found.get("link")
        yield WebSource(text(found, "title"), as_text(url or found.get("sourceUrl")))


FORMAT = EntryFormat("Cherry Studio", matches, read)
