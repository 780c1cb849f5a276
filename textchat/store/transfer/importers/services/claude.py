"""Imports Claude's data export: `conversations.json`, a list of conversations with `chat_messages`.

The format is described by its own files (Settings → Privacy → Export data,
https://support.anthropic.com/en/articles/9450526): a message has `sender`, `text`, and in newer exports `content`
blocks and `parent_message_uuid`; older ones are one branch in the order of the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Attachment, Role, ToolCall
from textchat.core.text.json_fields import as_table, as_text, items
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment, role_of


def matches(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("chat_messages"), list)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation; its attachments are in the entry itself. Raises NotReadable."""
    rows = [as_table(row) for row in entry["chat_messages"]]
    model = model_name(entry.get("model"))
    is_tree = any(row.get("parent_message_uuid") for row in rows)
    imported: list[ImportedMessage] = []
    above: dict[str, str | None] = {}
    for number, row in enumerate(rows):
        id_ = as_text(row.get("uuid")) or str(number)
        parent = as_text(row.get("parent_message_uuid")) if is_tree else (imported[-1].id if imported else None)
        parent = above.get(parent, parent) if parent else None
        message = _message(id_, parent, row, model)
        if message.is_empty:
            above[id_] = parent  # what hangs below it hangs below what is above it
        else:
            imported.append(message)
    leaf = as_text(entry.get("current_leaf_message_uuid"))
    yield conversation_from(
        "claude",
        as_text(entry.get("uuid")),
        imported,
        title=as_text(entry.get("name")),
        created_at=moment(entry.get("created_at")),
        updated_at=moment(entry.get("updated_at")),
        leaf=above.get(leaf, leaf),
    )


def _message(id_: str, parent: str | None, row: Mapping[str, Any], model: str | None) -> ImportedMessage:
    role = role_of(row.get("sender"))
    blocks = [as_table(block) for block in items(row, "content")]
    texts = [as_text(block.get("text")) for block in blocks if block.get("type") == "text"]
    results = [_result(block.get("content")) for block in blocks if block.get("type") == "tool_result"]
    thoughts = [as_text(block.get("thinking")) for block in blocks if block.get("type") == "thinking"]
    calls = [
        ToolCall(as_text(block.get("id")), as_text(block.get("name")), as_text(block.get("input")))
        for block in blocks
        if block.get("type") == "tool_use"
    ]
    return ImportedMessage(
        id_,
        parent,
        role,
        joined([joined([*texts, *results]) or as_text(row.get("text")), *_only_named(row)]),
        reasoning=joined(thoughts),
        tool_calls=tuple(calls),
        attachments=tuple(_attachment(as_table(file)) for file in items(row, "attachments")),
        model=model if role is Role.ASSISTANT else None,
        created_at=moment(row.get("created_at")),
    )


def _result(content: object) -> str:
    """The result of a tool: its texts, and anything else as JSON."""
    if not isinstance(content, list):
        return as_text(content)
    return joined(as_text(as_table(part).get("text", part)) for part in content)


def _only_named(row: Mapping[str, Any]) -> list[str]:
    """Images and other files of which the export contains only the name."""
    held = {as_text(as_table(file).get("file_name")) for file in items(row, "attachments")}
    names = [as_text(as_table(file).get("file_name")) for file in items(row, "files")]
    return [f"[attachment: {name}]" for name in names if name and name not in held]


def _attachment(file: Mapping[str, Any]) -> Attachment:
    """An attachment with the text Claude extracted: the export does not contain the file."""
    text = as_text(file.get("extracted_content"))
    return Attachment(as_text(file.get("file_name")) or "attachment", "text/plain", text.encode("utf-8", "replace"))


FORMAT = EntryFormat("Claude", matches, read)
