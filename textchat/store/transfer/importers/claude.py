"""Claude's data export: `conversations.json`, a list of conversations with `chat_messages`.

The format is described by its own files (Settings → Privacy → Export data,
https://support.anthropic.com/en/articles/9450526): a message has `sender`, `text`, and in newer exports `content`
blocks and `parent_message_uuid`; older ones are one branch in the order of the list.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    table_of,
    text_of,
)


def read_claude(entry: Mapping[str, Any]) -> ConversationRecord:
    """Raises NotReadable."""
    messages = [table_of(message) for message in entry["chat_messages"]]
    model = model_name(entry.get("model"))
    is_tree = any(message.get("parent_message_uuid") for message in messages)
    notes: list[ImportedMessage] = []
    above: dict[str, str | None] = {}
    for number, message in enumerate(messages):
        id_ = text_of(message.get("uuid")) or str(number)
        parent = text_of(message.get("parent_message_uuid")) if is_tree else (notes[-1].id if notes else None)
        parent = above.get(parent, parent) if parent else None
        note = _note(id_, parent, message, model)
        if note.is_empty:
            above[id_] = parent  # what hangs below it hangs below what is above it
        else:
            notes.append(note)
    leaf = text_of(entry.get("current_leaf_message_uuid"))
    return conversation_from(
        "claude",
        text_of(entry.get("uuid")),
        notes,
        title=text_of(entry.get("name")),
        created_at=moment(entry.get("created_at")),
        updated_at=moment(entry.get("updated_at")),
        leaf=above.get(leaf, leaf),
    )


def _note(id_: str, parent: str | None, message: Mapping[str, Any], model: str | None) -> ImportedMessage:
    role = role_of(message.get("sender"))
    blocks = [table_of(block) for block in list_of(message.get("content"))]
    texts = [text_of(block.get("text")) for block in blocks if block.get("type") == "text"]
    results = [_result(block.get("content")) for block in blocks if block.get("type") == "tool_result"]
    thoughts = [text_of(block.get("thinking")) for block in blocks if block.get("type") == "thinking"]
    calls = [
        ToolCall(text_of(block.get("id")), text_of(block.get("name")), text_of(block.get("input")))
        for block in blocks
        if block.get("type") == "tool_use"
    ]
    return ImportedMessage(
        id_,
        parent,
        role,
        joined([joined([*texts, *results]) or text_of(message.get("text")), *_only_named(message)]),
        reasoning=joined(thoughts),
        tool_calls=tuple(calls),
        attachments=tuple(_attachment(table_of(file)) for file in list_of(message.get("attachments"))),
        model=model if role is Role.ASSISTANT else None,
        created_at=moment(message.get("created_at")),
    )


def _result(content: object) -> str:
    """What a tool gave back: its texts, and anything else as it is."""
    if not isinstance(content, list):
        return text_of(content)
    return joined(text_of(table_of(part).get("text", part)) for part in content)


def _only_named(message: Mapping[str, Any]) -> list[str]:
    """Pictures and other files, of which the export holds the name alone."""
    held = {text_of(table_of(file).get("file_name")) for file in list_of(message.get("attachments"))}
    names = [text_of(table_of(file).get("file_name")) for file in list_of(message.get("files"))]
    return [f"[attachment: {name}]" for name in names if name and name not in held]


def _attachment(file: Mapping[str, Any]) -> Attachment:
    """The export holds what Claude read of a file, not the file."""
    text = text_of(file.get("extracted_content"))
    return Attachment(text_of(file.get("file_name")) or "attachment", "text/plain", text.encode("utf-8", "replace"))
