"""ChatGPT's data export: `conversations.json`, a list of conversations whose messages hang in a `mapping` of nodes.

The format is described by its own files (Settings → Data controls → Export data,
https://help.openai.com/en/articles/7260999): each node has `message`, `parent` and `children`; a message has `author`,
`content` with a `content_type`, `recipient` and `metadata`. Nodes without anything to show are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.core.conversation import Attachment, Role, ToolCall
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.archive import Assets
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
from textchat.store.transfer.plain_data import NotReadable

_FINISH = {"stop": "stop", "max_tokens": "length", "content_filter": "content_filter"}


def read_chatgpt(entry: Mapping[str, Any], assets: Assets) -> ConversationRecord:
    """Raises NotReadable."""
    nodes: Mapping[str, Any] = entry["mapping"]
    notes: dict[str, ImportedMessage] = {}
    kept: dict[str, tuple[str | None, str]] = {}
    for node_id in _from_the_roots(nodes):
        node = table_of(nodes[node_id])
        parent = node.get("parent")
        above, thought = kept.get(parent, (None, "")) if isinstance(parent, str) else (None, "")
        note = _note(node_id, above, table_of(node.get("message")), thought, assets)
        if note is None or note.is_empty:
            # What was thought is shown with the answer it led to.
            own = _thought(table_of(node.get("message")))
            kept[node_id] = (above, joined((thought, own)))
        else:
            notes[node_id] = note
            kept[node_id] = (node_id, "")
    current = entry.get("current_node")
    id_ = entry.get("conversation_id") or entry.get("id") or next(iter(nodes), "")
    return conversation_from(
        "chatgpt",
        text_of(id_),
        list(notes.values()),
        title=text_of(entry.get("title")),
        created_at=moment(entry.get("create_time")),
        updated_at=moment(entry.get("update_time")),
        leaf=kept.get(current, (None, ""))[0] if isinstance(current, str) else None,
        is_archived=entry.get("is_archived") is True,
    )


def _from_the_roots(nodes: Mapping[str, Any]) -> list[str]:
    """Every node after its parent; raises NotReadable for a circle."""
    order: dict[str, None] = {}
    for start in nodes:
        way: list[str] = []
        at: object = start
        while isinstance(at, str) and at in nodes and at not in order:
            if len(way) > len(nodes):
                raise NotReadable("its messages hang below each other in a circle")
            way.append(at)
            at = table_of(nodes[at]).get("parent")
        order.update(dict.fromkeys(reversed(way)))
    return list(order)


def _note(
    node_id: str, parent: str | None, message: Mapping[str, Any], thought: str, assets: Assets
) -> ImportedMessage | None:
    content, metadata = table_of(message.get("content")), table_of(message.get("metadata"))
    if not content or metadata.get("is_visually_hidden_from_conversation") is True:
        return None
    if content.get("content_type") in ("thoughts", "reasoning_recap"):
        return None
    role = role_of(table_of(message.get("author")).get("role"))
    text, attachments = _content(content, list_of(metadata.get("attachments")), assets)
    recipient = message.get("recipient")
    calls: tuple[ToolCall, ...] = ()
    if role is Role.ASSISTANT and isinstance(recipient, str) and recipient not in ("all", ""):
        text, calls = "", (ToolCall(text_of(message.get("id")), recipient, text),)
    answer = role is Role.ASSISTANT
    finish = table_of(metadata.get("finish_details")).get("type")
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
    content = table_of(message.get("content"))
    if content.get("content_type") != "thoughts":
        return ""
    thoughts = map(table_of, list_of(content.get("thoughts")))
    return joined(joined((text_of(each.get("summary")), text_of(each.get("content")))) for each in thoughts)


def _content(content: Mapping[str, Any], attached: list[Any], assets: Assets) -> tuple[str, tuple[Attachment, ...]]:
    """What was written, with what was shown in it or attached to it; what the export does not hold is named."""
    match content.get("content_type"):
        case "code":
            return text_of(content.get("text")), ()
        case "tether_quote":
            return joined(text_of(content.get(key)) for key in ("title", "url", "text")), ()
        case "tether_browsing_display":
            return text_of(content.get("result")), ()
    files = {text_of(file.get("id")): text_of(file.get("name")) for file in map(table_of, attached)}
    texts, attachments = [], []
    for part in list_of(content.get("parts")):
        pointer = _pointer(table_of(part))
        id_ = pointer.rpartition("/")[2]
        if not pointer:
            texts.append(text_of(table_of(part).get("text", part)))
        elif found := assets.find(id_, files.pop(id_, "")):
            attachments.append(found)
        else:
            texts.append(f"[{text_of(part.get('content_type'))}: {pointer}]")
    if not list_of(content.get("parts")):
        texts.append(text_of(content.get("text") or content.get("result")))
    for id_, name in files.items():
        if found := assets.find(id_, name):
            attachments.append(found)
        else:
            texts.append(f"[attachment: {name or id_}]")
    return joined(texts), tuple(attachments)


def _pointer(part: Mapping[str, Any]) -> str:
    """Where the file of a part is; of a spoken part its sound. Empty where it is none."""
    pointer = part.get("asset_pointer") or table_of(part.get("audio_asset_pointer")).get("asset_pointer")
    return pointer if isinstance(pointer, str) else ""
