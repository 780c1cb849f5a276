"""Imports ChatGPT's data export: `conversations.json`, a list of conversations with a `mapping` of message nodes.

The format is described by its own files (Settings → Data controls → Export data,
https://help.openai.com/en/articles/7260999): each node has `message`, `parent` and `children`; a message has `author`,
`content` with a `content_type`, `recipient` and `metadata`. Nodes without anything to show are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Role, Status, ToolCall
from textchat.core.text.json_fields import as_table, as_text, table
from textchat.core.text.json_fields import text as text_in
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.services.chatgpt_content import code_of, content_of, thought_in
from textchat.store.transfer.importers.services.chatgpt_marks import readable, without_marks
from textchat.store.transfer.importers.values import joined, model_name, moment, role_of

_FINISH = {"stop": "stop", "max_tokens": "length", "content_filter": "content_filter"}
_CONTEXTS = {"user_editable_context": "custom instruction", "model_editable_context": "memory note"}
"""What stands before conversations: the same in each, and not a part of any."""
_WORDS = ("user_profile", "user_instructions", "model_set_context")


def matches(entry: Any) -> bool:
    """Whether it has a mapping of messages with authors; those of another service have none."""
    if not isinstance(entry, dict) or not isinstance(entry.get("mapping"), dict):
        return False
    messages = [node["message"] for node in entry["mapping"].values() if isinstance(node, dict) and node.get("message")]
    return any(table(message, "author") for message in messages) or not (messages or "inserted_at" in entry)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation with all its branches; raises NotReadable."""
    nodes: Mapping[str, Any] = entry["mapping"]
    imported: dict[str, ImportedMessage] = {}
    kept: dict[str, tuple[str | None, str]] = {}
    model = model_name(_slug(entry))
    for node_id in _from_the_roots(nodes):
        node = as_table(nodes[node_id])
        parent = node.get("parent")
        above, thought = kept.get(parent, (None, "")) if isinstance(parent, str) else (None, "")
        message = _message(node_id, above, table(node, "message"), thought, model, reading)
        if message is None or message.is_empty:
            # What was thought is shown with the answer it led to.
            own = thought_in(table(table(node, "message"), "content"))
            kept[node_id] = (above, joined((thought, own)))
        else:
            imported[node_id] = message
            kept[node_id] = (node_id, "")
    _answer_with_thoughts(nodes, imported, kept, model)
    current = entry.get("current_node")
    id_ = entry.get("conversation_id") or entry.get("id") or next(iter(nodes), "")
    yield conversation_from(
        "chatgpt",
        as_text(id_),
        list(imported.values()),
        title=as_text(entry.get("title")),
        created_at=moment(entry.get("create_time")),
        updated_at=moment(entry.get("update_time")),
        leaf=kept.get(current, (None, ""))[0] if isinstance(current, str) else None,
        is_archived=entry.get("is_archived") is True,
        is_pinned=entry.get("is_starred") is True or bool(moment(entry.get("pinned_time"))),
    )


def _answer_with_thoughts(
    nodes: Mapping[str, Any],
    imported: dict[str, ImportedMessage],
    kept: dict[str, tuple[str | None, str]],
    model: str | None,
) -> None:
    """Make replies of thoughts that led to no answer, as the user stopped them or something went wrong."""
    parents = {as_text(as_table(node).get("parent")) for node in nodes.values()}
    for node_id, (above, thought) in kept.items():
        if thought.strip() and node_id not in parents:
            message = table(as_table(nodes[node_id]), "message")
            reply = ImportedMessage(node_id, above, Role.ASSISTANT, "")
            imported[node_id] = replace(_reply(reply, message, thought, model), status=Status.INTERRUPTED)
            kept[node_id] = (node_id, "")


def _slug(holder: Mapping[str, Any]) -> str:
    """The model's name; `auto` is the name of no model."""
    slug = text_in(holder, "model_slug") or text_in(holder, "default_model_slug")
    return "" if slug == "auto" else slug


def _from_the_roots(nodes: Mapping[str, Any]) -> list[str]:
    """Every node after its parent; raises NotReadable for a cycle."""
    order: dict[str, None] = {}
    for start in nodes:
        way: list[str] = []
        at: object = start
        while isinstance(at, str) and at in nodes and at not in order:
            if len(way) > len(nodes):
                raise NotReadable("its messages form a loop")
            way.append(at)
            at = as_table(nodes[at]).get("parent")
        order.update(dict.fromkeys(reversed(way)))
    return list(order)


def _message(
    node_id: str, parent: str | None, message: Mapping[str, Any], thought: str, model: str | None, reading: Reading
) -> ImportedMessage | None:
    content, metadata = table(message, "content"), table(message, "metadata")
    kind = as_text(content.get("content_type"))
    if kind in _CONTEXTS:
        reading.leave_out(_CONTEXTS[kind], int(any(text_in(content, key).strip() for key in _WORDS)))
        return None
    if not content or metadata.get("is_visually_hidden_from_conversation") is True:
        return None
    if kind in ("thoughts", "reasoning_recap"):
        return None
    role = role_of(table(message, "author").get("role"))
    recipient = text_in(message, "recipient")
    if role is Role.ASSISTANT and recipient not in ("all", ""):
        call = ToolCall(as_text(message.get("id")), recipient, code_of(content))
        return _reply(ImportedMessage(node_id, parent, role, "", tool_calls=(call,)), message, thought, model)
    found = content_of(content, metadata, reading)
    text = joined(found.texts)
    if role is Role.ASSISTANT:
        text = readable(text, metadata)
    elif role is Role.TOOL:
        text = without_marks(text)
    imported = ImportedMessage(
        node_id,
        parent,
        role,
        text,
        parts=found.placed_parts(text),
        created_at=moment(message.get("create_time")),
    )
    return _reply(imported, message, thought, model) if role is Role.ASSISTANT else imported


def _reply(imported: ImportedMessage, message: Mapping[str, Any], thought: str, model: str | None) -> ImportedMessage:
    """A message of the assistant with what is known of it: who wrote it, after which thoughts, how it ended."""
    metadata = table(message, "metadata")
    finish = text_in(table(metadata, "finish_details"), "type")
    partial = message.get("status") == "finished_partial_completion"
    return replace(
        imported,
        reasoning=thought,
        model=model_name(_slug(metadata)) or model,
        created_at=moment(message.get("create_time")),
        finish_reason="length" if partial else _FINISH.get(finish),
        status=_status(finish, message.get("status")) if imported.text else Status.COMPLETE,
    )


def _status(finish: str, status: object) -> Status:
    if finish == "interrupted":
        return Status.CANCELLED
    return Status.INTERRUPTED if status == "in_progress" else Status.COMPLETE


FORMAT = EntryFormat("ChatGPT", matches, read)
