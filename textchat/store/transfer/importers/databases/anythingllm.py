"""Imports AnythingLLM's `anythingllm.db`: a row of `workspace_chats` has a prompt and, as JSON, the response to it.

The tables are those of `server/prisma/schema.prisma`, the response that of `server/utils/chats/stream.js`
(https://github.com/Mintplex-Labs/anything-llm). A workspace has one conversation, and one more for each of its threads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_table, as_text, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.columns import column, json_in
from textchat.store.transfer.importers.common.marked_text import say_and_show, think_and_say
from textchat.store.transfer.importers.common.measures import seconds_of, timing_in, tokens_in
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.sources import SourceMarks, WebSource
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import DatabaseFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading, Schema
from textchat.store.transfer.importers.values import moment

_KEYS = ("workspaceId", "thread_id", "user_id", "api_session_id")


def matches(schema: Schema) -> bool:
    chats, workspaces = schema.get("workspace_chats", frozenset()), schema.get("workspaces", frozenset())
    return {"id", "workspaceId", "prompt", "response", "createdAt"} <= chats and {"id", "name", "slug"} <= workspaces


def read(
    connection: sqlite3.Connection, schema: Schema, reading: Reading
) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield every conversation; raises sqlite3.Error."""
    workspaces = {row["id"]: row for row in connection.execute("SELECT * FROM workspaces")}
    threads: dict[object, sqlite3.Row] = {}
    if {"id", "name"} <= schema.get("workspace_threads", frozenset()):
        threads = {row["id"]: row for row in connection.execute("SELECT * FROM workspace_threads")}
    keys = [key for key in _KEYS if key in schema["workspace_chats"]]
    chats = connection.execute(f"SELECT * FROM workspace_chats ORDER BY {', '.join(keys)}, id")
    for key, group in groupby(chats, lambda row: tuple(row[name] for name in keys)):
        known = dict(zip(keys, key, strict=True))
        workspace, thread = workspaces.get(known["workspaceId"]), threads.get(known.get("thread_id"))
        yield attempt(f"workspace {known['workspaceId']}", _conversation, key, list(group), workspace, thread, reading)


def _conversation(
    key: tuple[object, ...],
    chats: list[sqlite3.Row],
    workspace: sqlite3.Row | None,
    thread: sqlite3.Row | None,
    reading: Reading,
) -> ConversationRecord:
    tree = Tree()
    above: str | None = None
    if workspace is not None and (system := as_text(column(workspace, "openAiPrompt")).strip()):
        tree.add("system", None, [ImportedMessage("system", None, Role.SYSTEM, system)])
        above = "system"
    for chat in chats:
        id_ = str(chat["id"])
        tree.add(id_, above, [*_prompt(id_, chat, reading), *_reply(id_, chat, workspace, reading)])
        above = id_
    name = "" if workspace is None else as_text(workspace["name"])
    slug = "" if workspace is None else as_text(workspace["slug"])
    title = as_text(thread["name"]) if thread is not None else name
    return conversation_from(
        "anythingllm",
        " ".join(map(as_text, (slug, *key))),
        tree.messages(),
        title=title_in(title),
        leaf=tree.end_of(above),
        tags=[name] if thread is not None and name else (),
    )


def _prompt(id_: str, chat: sqlite3.Row, reading: Reading) -> list[ImportedMessage]:
    turn = Turn(ImportedMessage(f"{id_} prompt", None, Role.USER, "", created_at=moment(chat["createdAt"])), reading)
    say_and_show(as_text(chat["prompt"]), turn)
    for file in rows(_response(chat), "attachments"):
        turn.attach_url("picture", file.get("contentString"), text(file, "name"))
    return turn.messages()


def _reply(id_: str, chat: sqlite3.Row, workspace: sqlite3.Row | None, reading: Reading) -> list[ImportedMessage]:
    response = _response(chat)
    metrics = table(response, "metrics")
    provider = None if workspace is None else column(workspace, "chatProvider")
    model = metrics.get("model") or (None if workspace is None else column(workspace, "chatModel"))
    message = ImportedMessage(id_, None, Role.ASSISTANT, "", created_at=moment(chat["createdAt"]))
    message = replace(
        message,
        model=provider_model(metrics.get("provider") or provider, model),
        usage=tokens_in(metrics),
        timing=timing_in(seconds_of(metrics.get("duration"))),
    )
    turn = Turn(message, reading)
    sources = {
        number: WebSource(text(source, "title"), text(source, "url") or text(source, "chunkSource").partition("://")[2])
        for number, source in enumerate(rows(response, "sources"), start=1)
    }
    marks = SourceMarks(sources)
    think_and_say(marks.linked(as_text(response.get("text"))), turn)
    if turn.has_text:
        turn.say(marks.unmarked())
    reading.leave_out("source without an address", sum(not each.url.startswith("http") for each in sources.values()))
    reading.leave_out("rating", column(chat, "feedbackScore") is not None)
    return turn.messages()


def _response(chat: sqlite3.Row) -> Mapping[str, Any]:
    return as_table(json_in(chat, "response"))


FORMAT = DatabaseFormat("AnythingLLM", matches, read, counted=("workspaces", "workspace_threads"))
