"""Message lists as OpenAI's chat completions take them, in JSON or JSON Lines: `[{"role": …, "content": …}, …]`.

The shape of a message is https://platform.openai.com/docs/api-reference/chat/create; a list may stand alone or as
`messages` in an object, as in files for fine-tuning. Such a list names no conversation, so its content is its name.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from textchat.core.conversation import Attachment, Role, ToolCall
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import (
    ImportedMessage,
    conversation_from,
    joined,
    list_of,
    model_name,
    moment,
    role_of,
    stable_id,
    table_of,
    text_of,
)
from textchat.store.transfer.plain_data import NotReadable


def is_message(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("role"), str)


def is_message_list(entry: object) -> bool:
    if isinstance(entry, dict):
        entry = entry.get("messages")
    return isinstance(entry, list) and all(map(is_message, entry))


def read_messages(entry: Mapping[str, Any] | Sequence[Any]) -> ConversationRecord:
    """Raises NotReadable."""
    head = entry if isinstance(entry, Mapping) else {}
    messages = head["messages"] if isinstance(entry, Mapping) else entry
    model = model_name(head.get("model"))
    notes: list[ImportedMessage] = []
    for number, message in enumerate(messages):
        note = _note(str(number), notes[-1].id if notes else None, message, model)
        if not note.is_empty:
            notes.append(note)
    if not notes:
        raise NotReadable("it holds no message")
    said = json.dumps(messages, sort_keys=True)
    return conversation_from(
        "openai",
        text_of(head.get("id")) or stable_id(0, said),
        notes,
        title=text_of(head.get("title")),
        created_at=moment(head.get("created_at") or head.get("created")),
    )


def _note(id_: str, parent: str | None, message: Mapping[str, Any], model: str | None) -> ImportedMessage:
    role = role_of(message["role"])
    text, attachments = _content(message.get("content"))
    calls = []
    for call in map(table_of, list_of(message.get("tool_calls"))):
        function = table_of(call.get("function"))
        calls.append(
            ToolCall(text_of(call.get("id")), text_of(function.get("name")), text_of(function.get("arguments")))
        )
    return ImportedMessage(
        id_,
        parent,
        role,
        text or text_of(message.get("refusal")),
        reasoning=text_of(message.get("reasoning_content") or message.get("reasoning")),
        tool_calls=tuple(calls),
        attachments=attachments,
        model=(model_name(message.get("model")) or model) if role is Role.ASSISTANT else None,
        created_at=moment(message.get("created_at")),
    )


def _content(content: object) -> tuple[str, tuple[Attachment, ...]]:
    if not isinstance(content, list):
        return text_of(content), ()
    texts: list[str] = []
    attachments: list[Attachment] = []
    for part in map(table_of, content):
        url = table_of(part.get("image_url")).get("url")
        if not isinstance(url, str):
            texts.append(text_of(part.get("text", part)))
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
