"""Imports OpenAI's message lists, in JSON or JSON Lines: `[{"role": …, "content": …}, …]`.

The shape of a message is https://platform.openai.com/docs/api-reference/chat/create; a list may stand alone or as
`messages` in an object, as in files for fine-tuning. Such a list names no conversation, so its content is its name.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Attachment, Role, ToolCall
from textchat.core.text.json_fields import as_table, as_text, items, table
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from, stable_id
from textchat.store.transfer.importers.formats import EntryFormat, SeriesFormat
from textchat.store.transfer.importers.found import NoMessages
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment, role_of


def is_message(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("role"), str)


def matches(entry: Any) -> bool:
    """Whether it is a list of messages, or an object with one."""
    if isinstance(entry, dict):
        entry = entry.get("messages")
    return isinstance(entry, list) and all(map(is_message, entry))


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield one branch with all messages; raises NotReadable."""
    head = entry if isinstance(entry, Mapping) else {}
    messages = head["messages"] if isinstance(entry, Mapping) else entry
    model = model_name(head.get("model"))
    imported: list[ImportedMessage] = []
    for number, message in enumerate(messages):
        answered = _message(str(number), imported[-1].id if imported else None, message, model)
        if not answered.is_empty:
            imported.append(answered)
    if not imported:
        raise NoMessages
    content = json.dumps(messages, sort_keys=True)
    yield conversation_from(
        "openai",
        as_text(head.get("id")) or stable_id(0, content),
        imported,
        title=as_text(head.get("title")),
        created_at=moment(head.get("created_at") or head.get("created")),
    )


def _message(id_: str, parent: str | None, message: Mapping[str, Any], model: str | None) -> ImportedMessage:
    role = role_of(message["role"])
    text, attachments = _content(message.get("content"))
    calls = []
    for call in map(as_table, items(message, "tool_calls")):
        function = table(call, "function")
        calls.append(
            ToolCall(as_text(call.get("id")), as_text(function.get("name")), as_text(function.get("arguments")))
        )
    return ImportedMessage(
        id_,
        parent,
        role,
        text or as_text(message.get("refusal")),
        reasoning=as_text(message.get("reasoning_content") or message.get("reasoning")),
        tool_calls=tuple(calls),
        attachments=attachments,
        model=(model_name(message.get("model")) or model) if role is Role.ASSISTANT else None,
        created_at=moment(message.get("created_at")),
    )


def _content(content: object) -> tuple[str, tuple[Attachment, ...]]:
    if not isinstance(content, list):
        return as_text(content), ()
    texts: list[str] = []
    attachments: list[Attachment] = []
    for part in map(as_table, content):
        url = table(part, "image_url").get("url")
        if not isinstance(url, str):
            texts.append(as_text(part.get("text", part)))
        elif (picture := _picture(url, len(attachments) + 1)) is not None:
            attachments.append(picture)
        else:
            texts.append(url)
    return joined(texts), tuple(attachments)


def _picture(url: str, number: int) -> Attachment | None:
    head, comma, data = url.partition(",")
    if not (comma and head.startswith("data:") and head.endswith(";base64")):
        return None
    media_type = head.removeprefix("data:").removesuffix(";base64")
    try:
        return Attachment(f"image-{number}", media_type, base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return None


OBJECT = EntryFormat("OpenAI message lists", matches, read)
SERIES = SeriesFormat("OpenAI message lists", is_message, read)
