"""Imports Open WebUI's JSON export, a list of chats, and the inner `chat` object alone.

A chat has the columns of `backend/open_webui/models/chats.py` (https://github.com/open-webui/open-webui); its `chat`
holds `history`: `messages` by id with `parentId`, and `currentId`. Several models side by side are replies to one
prompt. Oldest exports have a list `messages` in place of the history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from textchat.core.conversation import Role, Status
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_list, as_table, as_text, items, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.marked_text import say_and_show
from textchat.store.transfer.importers.common.measures import cost_of, seconds_of, timing_in, tokens_in
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.databases.open_webui_replies import read_reply
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.blocks import read_content
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment, role_of

_NANOSECOND = 1e-9


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat with what its row, or the envelope in an export, says of it."""

    id: str
    chat: Mapping[str, Any]
    title: str = ""
    created_at: float = 0.0
    updated_at: float = 0.0
    is_archived: bool = False
    is_pinned: bool = False
    tags: tuple[str, ...] = ()
    file_of: Callable[[str], Mapping[str, Any]] = lambda id_: {}
    """Finds an uploaded file by its id: `filename`, and `content` with the text found in it."""


def is_chat(value: object) -> bool:
    """Whether it is the inner object of a chat."""
    history = table(value, "history")
    if isinstance(history.get("messages"), dict):
        return "currentId" in history or all(map(_is_node, history["messages"].values()))
    return False


def _is_node(message: object) -> bool:
    return isinstance(message, dict) and "role" in message and ("parentId" in message or "childrenIds" in message)


def matches(entry: Any) -> bool:
    chat = table(entry, "chat")
    is_old = isinstance(chat.get("messages"), list) and "models" in chat
    return is_chat(chat) or is_old or is_chat(entry)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the chat with all its branches; raises NotReadable."""
    if is_chat(entry):
        id_ = as_text(entry.get("id")) or next(iter(table(entry["history"], "messages")), "")
        yield record_of(ChatRow(id_, entry, created_at=moment(entry.get("timestamp"))), reading)
        return
    chat = entry["chat"]
    if as_text(entry.get("user_id")).startswith("shared-"):
        return  # a copy of another chat, for those who have its link
    tags = [*items(table(entry, "meta"), "tags"), *items(chat, "tags")]
    row = ChatRow(
        as_text(entry.get("id") or chat.get("id")),
        chat,
        text(entry, "title"),
        moment(entry.get("created_at") or entry.get("timestamp") or chat.get("timestamp")),
        moment(entry.get("updated_at")),
        entry.get("archived") is True,
        entry.get("pinned") is True,
        tuple(tag for tag in (as_text(as_table(tag).get("name", tag)) for tag in tags) if tag),
    )
    yield record_of(row, reading)


def record_of(row: ChatRow, reading: Reading) -> ConversationRecord:
    """The conversation of a chat; raises NotReadable."""
    tree, chat = Tree(), row.chat
    above: str | None = None
    if system := as_text(table(chat, "params").get("system") or chat.get("system")).strip():
        tree.add("system", None, [ImportedMessage("system", None, Role.SYSTEM, system)])
        above = "system"
    messages = _messages(chat)
    for id_, message in messages.items():
        parent = as_text(message.get("parentId")) or None
        parent = parent if parent in messages else above
        tree.add(id_, parent, _of_message(id_, message, row, reading))
        _add_merged(tree, id_, message)
        reading.leave_out("rating", bool(table(message, "annotation")))
    current = as_text(table(chat, "history").get("currentId")) or next(reversed(messages), "")
    return conversation_from(
        "open-webui",
        row.id,
        tree.messages(),
        title=title_in(row.title, as_text(chat.get("title"))),
        created_at=row.created_at,
        updated_at=row.updated_at,
        leaf=tree.end_of(current),
        is_archived=row.is_archived,
        is_pinned=row.is_pinned,
        tags=row.tags,
    )


def _messages(chat: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The messages by id; those of a list hang below each other."""
    nodes = table(table(chat, "history"), "messages")
    if nodes:
        return {id_: node for id_, node in nodes.items() if isinstance(node, dict)}
    found: dict[str, Mapping[str, Any]] = {}
    for number, message in enumerate(map(as_table, items(chat, "messages"))):
        id_ = as_text(message.get("id")) or str(number)
        found[id_] = {"parentId": next(reversed(found), None), **message} if "parentId" not in message else message
    return found


def _of_message(id_: str, message: Mapping[str, Any], row: ChatRow, reading: Reading) -> list[ImportedMessage]:
    role = role_of(message.get("role"))
    shared = ImportedMessage(id_, None, role, "", created_at=moment(message.get("timestamp")))
    if role is not Role.ASSISTANT:
        turn = Turn(shared, reading)
        if isinstance(message.get("content"), list):
            read_content(message["content"], turn)
        else:
            say_and_show(as_text(message.get("content")), turn)
        _attach_files(message, row, turn)
        return turn.messages()
    turn = Turn(_with_figures(shared, message, row), reading)
    read_reply(message, turn)
    _attach_files(message, row, turn)
    made = turn.messages()
    if message.get("error"):
        reading.leave_out("error message")
        made = made and [*made[:-1], replace(made[-1], status=Status.FAILED)]
    return made


def _with_figures(message: ImportedMessage, source: Mapping[str, Any], row: ChatRow) -> ImportedMessage:
    models = as_list(row.chat.get("models"))
    info = table(source, "info")
    usage = {**info, **table(info, "openai"), **table(info, "usage"), **table(source, "usage")}
    return replace(
        message,
        model=model_name(source.get("model")) or (model_name(models[0]) if len(models) == 1 else None),
        usage=tokens_in(usage),
        timing=timing_in(seconds_of(usage.get("total_duration"), _NANOSECOND)),
        cost_usd=cost_of(usage.get("cost")),
        status=Status.INTERRUPTED if source.get("done") is False else Status.COMPLETE,
    )


def _add_merged(tree: Tree, id_: str, prompt: Mapping[str, Any]) -> None:
    """What was merged of several replies is one more version of them."""
    merged = as_text(table(prompt, "merged").get("content"))
    if merged.strip():
        at = moment(prompt.get("timestamp"))
        message = ImportedMessage(f"{id_} merged", None, Role.ASSISTANT, merged, created_at=at)
        tree.add(message.id, id_, [message])


def _attach_files(message: Mapping[str, Any], row: ChatRow, turn: Turn) -> None:
    for entry in map(as_table, items(message, "files")):
        url = as_text(entry.get("url"))
        if url.startswith("data:"):
            turn.attach_url("picture", url, as_text(entry.get("name")))
        elif (file := _file(entry, url, row, turn.reading)) is not None:
            turn.attach(file)
        else:
            kind = as_text(entry.get("type"))
            turn.reading.leave_out({"image": "picture", "collection": "collection", "chat": "chat"}.get(kind, "file"))


def _file(entry: Mapping[str, Any], url: str, row: ChatRow, reading: Reading) -> Part | None:
    """The file itself, or the text that Open WebUI has found in it."""
    inner = table(entry, "file")
    id_ = as_text(entry.get("id") or inner.get("id")) or _id_in(url)
    known = row.file_of(id_)
    name = as_text(entry.get("name") or inner.get("filename") or known.get("filename"))
    if len(id_) > 8 and (upload := reading.assets.find(id_, name)) is not None:
        return upload
    content = as_text(table(inner, "data").get("content") or known.get("content") or entry.get("content"))
    if not content.strip():
        return None
    return Part(name or "file", "text/plain", content.encode("utf-8", "replace"))


def _id_in(url: str) -> str:
    """The id of a file from its address on the server, `/api/v1/files/ID/content` or `/cache/…/ID.png`."""
    if "/cache/" in url:
        return url.rpartition("/")[2].partition(".")[0]
    return url.partition("/files/")[2].partition("/")[0] or ("" if "/" in url else url)


FORMAT = EntryFormat("Open WebUI", matches, read)
