"""Imports LM Studio's chats: `~/.lmstudio/conversations/*.conversation.json`, a chat each.

LM Studio (https://lmstudio.ai/docs/app/basics/chat) describes where they are; in them a message has `versions`, of
which `currentlySelected` is shown, a reply `steps` whose content may be a thought, a call of a tool or its result
(https://github.com/lmstudio-ai/lmstudio-js has the types of these parts). Neither has an id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from textchat.core.conversation import Role, Timing, ToolCall, Usage
from textchat.core.text.json_fields import as_table, as_text, items, number, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.lineage import Lineage
from textchat.store.transfer.importers.common.marked_text import say_and_show, think_and_say
from textchat.store.transfer.importers.common.measures import seconds_of
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.blocks import read_result
from textchat.store.transfer.importers.messages.figures import finish_of
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment, role_of, usage_of

_FINISH = {
    "eosfound": "stop",
    "stopstringfound": "stop",
    "userstopped": "stop",
    "maxpredictedtokensreached": "length",
    "contextlengthreached": "length",
    "toolcalls": "tool_calls",
}


def matches(entry: Any) -> bool:
    messages = rows(entry, "messages")
    return bool(messages or entry_is_empty(entry)) and all(isinstance(row.get("versions"), list) for row in messages)


def entry_is_empty(entry: object) -> bool:
    """Whether it is a chat in which nothing has been said yet."""
    return items(entry, "messages") == [] and "perChatPredictionConfig" in (entry if isinstance(entry, dict) else {})


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the chat with all versions; what follows hangs below those that are shown. Raises NotReadable."""
    created = moment(entry.get("createdAt"))
    model = model_name(text(table(entry, "lastUsedModel"), "identifier"))
    lineage = Lineage()
    last = lineage.add(None, [ImportedMessage("", None, Role.SYSTEM, _system(entry))])
    for row in rows(entry, "messages"):
        above = shown = last
        for place, version in enumerate(rows(row, "versions")):
            end = lineage.add(above, _messages(version, model, reading))
            if place == (number(row, "currentlySelected") or 0) or shown == above:
                shown = end
        last = shown
    yield lineage.record(
        "lm-studio",
        as_text(entry.get("createdAt")) or f"{reading.name} {lineage.first}",
        title=title_in(text(entry, "name")),
        created_at=created,
        updated_at=moment(entry.get("userLastMessagedAt")) or moment(entry.get("assistantLastMessagedAt")),
        leaf=last,
        is_pinned=entry.get("pinned") is True,
    )


def _system(entry: Mapping[str, Any]) -> str:
    """The system prompt: of this chat, or the one that it began with."""
    fields = rows(table(entry, "perChatPredictionConfig"), "fields")
    own = (text(field, "value") for field in fields if field.get("key") == "llm.prediction.systemPrompt")
    return next(filter(str.strip, own), text(entry, "systemPrompt"))


def _messages(version: Mapping[str, Any], model: str | None, reading: Reading) -> list[ImportedMessage]:
    role = role_of(version.get("role"))
    steps = [version, *rows(version, "steps")]
    wrote = next((named for step in steps if (named := model_name(table(step, "genInfo").get("identifier")))), None)
    sender = model_name(text(table(version, "senderInfo"), "senderName"))
    is_reply = role is Role.ASSISTANT
    turn = Turn(ImportedMessage("", None, role, "", model=(wrote or sender or model) if is_reply else None), reading)
    for step in steps:
        _read_step(step, turn)
    messages = [replace(message, created_at=_moment(steps)) for message in turn.messages()]
    info = next((found for step in reversed(steps) if (found := table(step, "genInfo"))), {})
    if messages and is_reply:
        usage, timing = _figures(table(info, "stats"))
        finish = text(table(info, "stats"), "stopReason").lower()
        messages[-1] = replace(
            messages[-1], usage=usage, timing=timing, finish_reason=_FINISH.get(finish) or finish_of(finish)
        )
    return messages


def _moment(steps: Iterable[Mapping[str, Any]]) -> float:
    """When the first step was made, with which its identifier begins."""
    moments = (moment(text(step, "stepIdentifier").partition("-")[0]) for step in steps)
    return next(filter(None, moments), 0.0)


def _read_step(step: Mapping[str, Any], turn: Turn) -> None:
    content = step.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else rows(step, "content")
    for kind, run in groupby(parts, key=lambda part: part.get("type")):
        if kind == "text":
            pieces = [part for part in run if part.get("isStructural") is not True]  # the model's own marks
            style = table(step, "style") or next((table(part, "style") for part in pieces), {})
            said = "".join(text(part, "text") for part in pieces)
            if style.get("type") == "thinking":
                turn.think(said)
            elif turn.row.role is Role.ASSISTANT:
                think_and_say(said, turn)
            else:
                say_and_show(said, turn)
            continue
        for part in run:
            _read_part(part, turn)


def _read_part(part: Mapping[str, Any], turn: Turn) -> None:
    match part.get("type"):
        case "toolCallRequest":
            inner = table(part, "toolCallRequest") or part
            arguments = inner.get("parameters", inner.get("arguments"))
            id_ = as_text(part.get("toolCallRequestId") or inner.get("id") or part.get("callId"))
            turn.call(ToolCall(id_, text(inner, "name"), as_text(arguments)))
        case "toolCallResult":
            read_result(_content(part.get("content")), turn)
        case "file":
            found = turn.reading.assets.find(text(part, "fileIdentifier"))
            if found is not None:
                turn.attach(found)
            else:
                turn.reading.leave_out("picture" if part.get("fileType") == "image" else "file")
        case _:
            turn.reading.leave_out("unknown block")


def _content(content: object) -> object:
    """What a tool returned; content of the Model Context Protocol is kept as a text."""
    if isinstance(content, str) and content.startswith("[{"):
        try:
            parsed = json.loads(content)
        except (ValueError, RecursionError):
            return content
        if all("type" in as_table(block) for block in parsed):
            return parsed
    return content


def _figures(stats: Mapping[str, Any]) -> tuple[Usage | None, Timing | None]:
    first, total, speed = (
        seconds_of(stats.get(key)) for key in ("timeToFirstTokenSec", "totalTimeSec", "tokensPerSecond")
    )
    timing = None if total is None else Timing(first, total, speed)
    return usage_of(number(stats, "promptTokensCount"), number(stats, "predictedTokensCount")), timing


FORMAT = EntryFormat("LM Studio", matches, read)
