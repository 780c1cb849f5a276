"""Imports messages as the AI SDK of Vercel keeps them: a list of `UIMessage`, alone or as `messages` of an object.

The parts are described in https://github.com/vercel/ai/blob/main/packages/ai/src/ui/ui-messages.ts; until version 5 a
tool is a `tool-invocation`, a thought has `reasoning` and a file `data`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.text.json_fields import as_table, as_text, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.cited import cite
from textchat.store.transfer.importers.common.marked_text import say_and_show
from textchat.store.transfer.importers.formats import EntryFormat, SeriesFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.messages.blocks import read_result
from textchat.store.transfer.importers.messages.list_marks import conversations_in, heads_in
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import link, model_name, moment, role_of

_KINDS = {"image": "picture", "audio": "recording", "video": "video"}
_NOTHING = ("step-start", "start-step", "finish-step")


def is_message(entry: Any) -> bool:
    parts = rows(entry, "parts")
    return (
        bool(parts) and isinstance(entry.get("role"), str) and all(isinstance(part.get("type"), str) for part in parts)
    )


def matches(entry: Any) -> bool:
    return any(map(is_message, rows(entry, "messages")))


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield the conversation of an object, or each of those whose messages it holds; raises NotReadable."""
    yield from _conversations(entry, rows(entry, "messages"), reading)


def read_series(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield the conversation, or each of those, of messages that follow each other; raises NotReadable."""
    yield from _conversations({}, entries, reading)


def _conversations(
    head: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], reading: Reading
) -> Iterator[ConversationRecord | Skipped | Empty]:
    parts = conversations_in(messages)
    if len(parts) < 2:
        yield _conversation(head, messages, reading)
        return
    heads = heads_in(head)
    for id_, own in parts.items():
        yield attempt(f"chat {id_}", _conversation, {**heads.get(id_, {}), "id": _name(own)}, own, reading)


def _conversation(
    head: Mapping[str, Any], messages: Sequence[Mapping[str, Any]], reading: Reading
) -> ConversationRecord:
    chain = Chain()
    for number, message in enumerate(messages):
        for made in _turn(text(message, "id") or str(number), message, reading).messages():
            chain.add(made)
    return conversation_from(
        "ai-sdk",
        as_text(head.get("id") or head.get("chatId")) or _name(messages),
        chain.messages,
        title=text(head, "title"),
        created_at=moment(head.get("createdAt") or head.get("created_at")),
        updated_at=moment(head.get("updatedAt") or head.get("updated_at")),
        leaf=chain.last,
    )


def _name(messages: Sequence[Mapping[str, Any]]) -> str:
    """The id of the first message, which the SDK makes at random; a digest of it where it has none."""
    first = messages[0] if messages else {}
    content = json.dumps(first, sort_keys=True).encode()
    return text(first, "id") or hashlib.sha256(content).hexdigest()[:24]


def _turn(id_: str, message: Mapping[str, Any], reading: Reading) -> Turn:
    role = role_of(message.get("role"))
    about = table(message, "metadata")
    model = model_name(message.get("model")) or model_name(about.get("model"))
    row = ImportedMessage(
        id_,
        None,
        role,
        "",
        model=model if role is Role.ASSISTANT else None,
        created_at=moment(message.get("createdAt") or about.get("createdAt")),
    )
    turn = Turn(row, reading)
    sources: dict[str, tuple[object, object]] = {}
    for part in rows(message, "parts"):
        source = table(part, "source") or part
        if part.get("type") in ("source-url", "source"):
            title, url = source.get("title"), source.get("url")
            sources[link(title, url)] = title, url
        else:
            _read_part(part, turn)
    turn.say(cite(sources.values(), ", ".join(filter(None, sources)), is_below=True))
    if not rows(message, "parts"):
        say_and_show(as_text(message.get("content")), turn)
    for file in rows(message, "experimental_attachments"):
        turn.attach_url(_kind(text(file, "contentType")), file.get("url"), text(file, "name"))
    return turn


def _read_part(part: Mapping[str, Any], turn: Turn) -> None:
    kind = text(part, "type")
    match kind:
        case "text":
            say_and_show(text(part, "text"), turn)
        case "reasoning":
            turn.think(text(part, "text") or text(part, "reasoning"))
        case "tool-invocation":
            call = table(part, "toolInvocation")
            _read_tool(text(call, "toolName"), call, call.get("args"), call.get("result"), turn)
        case "file":
            media_type = text(part, "mediaType") or text(part, "mimeType")
            if "data" in part:
                turn.attach_base64(_kind(media_type), part["data"], media_type, text(part, "filename"))
            else:
                turn.attach_url(_kind(media_type), part.get("url"), text(part, "filename"))
        case "source-document":
            turn.reading.leave_out("source document")
        case _ if kind == "dynamic-tool" or kind.startswith("tool-"):
            name = text(part, "toolName") or kind.removeprefix("tool-")
            arguments = part.get("rawInput") if part.get("input") is None else part["input"]
            _read_tool(name, part, arguments, part.get("output") or text(part, "errorText") or None, turn)
        case _ if kind not in _NOTHING:
            turn.reading.leave_out("data part" if kind.startswith("data-") else "unknown block")


def _read_tool(name: str, part: Mapping[str, Any], arguments: object, result: object, turn: Turn) -> None:
    turn.call(ToolCall(text(part, "toolCallId"), name, as_text(arguments)))
    if result is not None:
        content = as_table(result).get("content")
        read_result(content if isinstance(content, list) else result, turn)


def _kind(media_type: str) -> str:
    return _KINDS.get(media_type.partition("/")[0], "file")


OBJECT = EntryFormat("AI SDK", matches, read)
SERIES = SeriesFormat("AI SDK", is_message, read_series)
