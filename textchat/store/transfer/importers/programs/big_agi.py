"""Imports big-AGI's conversations: all of them in `conversations`, or one alone.

The file is described by its source (https://github.com/enricoros/big-AGI, `src/common/stores/chat`): a message has
`fragments` of several kinds; before 2024 it had a `text`. Pictures stay in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textchat.core.conversation import Role, Status, ToolCall
from textchat.core.text.json_fields import as_text, items, number, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.marked_text import say_and_show
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import Conversations, EntryFormat
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, moment, role_of, usage_of

_FINISH = {"out-of-tokens": "length", "filter": "content_filter"}


def is_conversation(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("systemPurposeId"), str) and "messages" in entry


def matches(entry: Any) -> bool:
    return is_conversation(entry) or any(map(is_conversation, rows(entry, "conversations")))


def read(entry: Any, reading: Reading) -> Conversations:
    """Yield the conversations, those of a folder with its name as a tag; raises NotReadable."""
    if is_conversation(entry):
        yield _conversation(entry, (), reading)
        return
    tags: dict[str, list[str]] = {}
    for folder in rows(table(entry, "folders"), "folders"):
        for id_ in items(folder, "conversationIds"):
            tags.setdefault(as_text(id_), []).append(text(folder, "title"))
    for place, each in enumerate(filter(is_conversation, rows(entry, "conversations")), start=1):
        yield attempt(f"conversation {place}", _conversation, each, tags.get(text(each, "id"), ()), reading)


def _conversation(entry: Mapping[str, Any], tags: Sequence[str], reading: Reading) -> ConversationRecord:
    chain = Chain()
    for place, row in enumerate(rows(entry, "messages")):
        for message in _turn(text(row, "id") or str(place), row, reading).messages():
            chain.add(message)
    return conversation_from(
        "big-agi",
        text(entry, "id"),
        chain.messages,
        title=title_in(text(entry, "userTitle"), text(entry, "autoTitle")),
        created_at=moment(entry.get("created")),
        updated_at=moment(entry.get("updated")),
        leaf=chain.last,
        is_archived=entry.get("isArchived") is True,
        tags=[tag for tag in tags if tag],
    )


def _turn(id_: str, row: Mapping[str, Any], reading: Reading) -> Turn:
    role = role_of(row.get("role"))
    made_by = table(row, "generator")
    name = text(made_by, "name") or text(row, "originLLM")
    stop = text(made_by, "tokenStopReason")
    metrics = table(made_by, "metrics")
    is_reply = role is Role.ASSISTANT
    message = ImportedMessage(
        id_,
        None,
        role,
        "",
        model=provider_model(table(made_by, "aix").get("vId"), name) if is_reply else None,
        created_at=moment(row.get("created")),
        finish_reason=_FINISH.get(stop),
        usage=usage_of(number(metrics, "TIn"), number(metrics, "TOut")) if is_reply else None,
        status=Status.CANCELLED if stop == "client-abort" else Status.COMPLETE,
    )
    turn = Turn(message, reading)
    for referred in rows(table(row, "metadata"), "inReferenceTo"):
        turn.say("\n".join(f"> {line}" for line in text(referred, "mText").split("\n")))
    for fragment in rows(row, "fragments"):
        _read_part(table(fragment, "part"), text(fragment, "title"), turn)
    if not rows(row, "fragments"):
        say_and_show(text(row, "text"), turn)
    return turn


def _read_part(part: Mapping[str, Any], title: str, turn: Turn) -> None:
    match part.get("pt"):
        case "text":
            say_and_show(text(part, "text"), turn)
        case "ma":
            turn.think(text(part, "aText"))
        case "doc":
            turn.attach_text(text(part, "l1Title") or title or "document", text(table(part, "data"), "text"))
        case "tool_invocation":
            call = table(part, "invocation")
            name = text(call, "name") or text(call, "language")
            turn.call(ToolCall(text(part, "id"), name, text(call, "args") or text(call, "code")))
        case "tool_response":
            failure = part.get("error")
            result = text(table(part, "response"), "result")
            turn.answer(joined((failure if isinstance(failure, str) else "", result)))
        case "image_ref" | "reference":
            source = table(part, "dataRef")
            turn.attach_url("picture", source.get("url"), text(part, "altText"))
        case "error":
            turn.reading.leave_out("error message")
        case "ph" | "_pt_sentinel":
            pass
        case _:
            turn.reading.leave_out("unknown block")


FORMAT = EntryFormat("big-AGI", matches, read)
