"""Imports ChatGPT's data export: `conversations.json`, a list of conversations with a `mapping` of message nodes.

The format is described by its own files (Settings → Data controls → Export data,
https://help.openai.com/en/articles/7260999): each node has `message`, `parent` and `children`; a message has `author`,
`content` with a `content_type`, `recipient` and `metadata`. Nodes without anything to show are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Attachment, Role, ToolCall
from textchat.core.text.json_fields import as_table, as_text, items, table
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import Assets
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment, role_of

_FINISH = {"stop": "stop", "max_tokens": "length", "content_filter": "content_filter"}


def matches(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("mapping"), dict)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation with all its branches; raises NotReadable."""
    nodes: Mapping[str, Any] = entry["mapping"]
    imported: dict[str, ImportedMessage] = {}
    kept: dict[str, tuple[str | None, str]] = {}
    for node_id in _from_the_roots(nodes):
        node = as_table(nodes[node_id])
        parent = node.get("parent")
        above, thought = kept.get(parent, (None, "")) if isinstance(parent, str) else (None, "")
        message = _message(node_id, above, table(node, "message"), thought, reading.assets)
        if message is None or message.is_empty:
            # What was thought is shown with the answer it led to.
            own = _thought(table(node, "message"))
            kept[node_id] = (above, joined((thought, own)))
        else:
            imported[node_id] = message
            kept[node_id] = (node_id, "")
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
    )


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
    node_id: str, parent: str | None, message: Mapping[str, Any], thought: str, assets: Assets
) -> ImportedMessage | None:
    content, metadata = table(message, "content"), table(message, "metadata")
    if not content or metadata.get("is_visually_hidden_from_conversation") is True:
        return None
    if content.get("content_type") in ("thoughts", "reasoning_recap"):
        return None
    role = role_of(table(message, "author").get("role"))
    text, attachments = _content(content, items(metadata, "attachments"), assets)
    recipient = message.get("recipient")
    calls: tuple[ToolCall, ...] = ()
    if role is Role.ASSISTANT and isinstance(recipient, str) and recipient not in ("all", ""):
        text, calls = "", (ToolCall(as_text(message.get("id")), recipient, text),)
    answer = role is Role.ASSISTANT
    finish = table(metadata, "finish_details").get("type")
    return ImportedMessage(
        node_id,
        parent,
        role,
        text,
        reasoning=thought if answer else "",
        tool_calls=calls,
        attachments=attachments,
        model=model_name(metadata.get("model_slug")) if answer else None,
        created_at=moment(message.get("create_time")),
        finish_reason=_FINISH.get(finish) if answer and isinstance(finish, str) else None,
    )


def _thought(message: Mapping[str, Any]) -> str:
    content = table(message, "content")
    if content.get("content_type") != "thoughts":
        return ""
    thoughts = map(as_table, items(content, "thoughts"))
    return joined(joined((as_text(thought.get("summary")), as_text(thought.get("content")))) for thought in thoughts)


def _content(content: Mapping[str, Any], attached: list[Any], assets: Assets) -> tuple[str, tuple[Attachment, ...]]:
    """The text and attachments of a message; files missing from the export are named in the text."""
    match content.get("content_type"):
        case "code":
            return as_text(content.get("text")), ()
        case "tether_quote":
            return joined(as_text(content.get(key)) for key in ("title", "url", "text")), ()
        case "tether_browsing_display":
            return as_text(content.get("result")), ()
    files = {as_text(file.get("id")): as_text(file.get("name")) for file in map(as_table, attached)}
    texts, attachments = [], []
    for part in items(content, "parts"):
        pointer = _pointer(as_table(part))
        id_ = pointer.rpartition("/")[2]
        if not pointer:
            texts.append(as_text(as_table(part).get("text", part)))
        elif attachment := assets.find(id_, files.pop(id_, "")):
            attachments.append(attachment)
        else:
            texts.append(f"[{as_text(part.get('content_type'))}: {pointer}]")
    if not items(content, "parts"):
        texts.append(as_text(content.get("text") or content.get("result")))
    for id_, name in files.items():
        if attachment := assets.find(id_, name):
            attachments.append(attachment)
        else:
            texts.append(f"[attachment: {name or id_}]")
    return joined(texts), tuple(attachments)


def _pointer(part: Mapping[str, Any]) -> str:
    """The file reference of a part, for a spoken part its audio; empty if it has none."""
    pointer = part.get("asset_pointer") or table(part, "audio_asset_pointer").get("asset_pointer")
    return pointer if isinstance(pointer, str) else ""


FORMAT = EntryFormat("ChatGPT", matches, read)
