"""Imports LobeChat's (LobeHub's) exports: of version 1, of the tables of its database, and of one topic.

They are described by `packages/types/src/exportConfig.ts`, `importer.ts` and `export.ts`, the tables by
`packages/database/src/repositories/dataExporter` (https://github.com/lobehub/lobe-chat). Messages name their topic or
session; a reply names the prompt as its parent, a prompt has none and follows what was said before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.text.json_fields import as_table, as_text, items, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from, stable_id
from textchat.store.transfer.importers.common.marked_text import answer, say_and_show, think_and_say
from textchat.store.transfer.importers.common.measures import cost_of, tokens_in
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.sources import SourceMarks, WebSource
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import moment, role_of

_REPLIES = ("function", "assistantGroup", "supervisor")
_WAITING = "..."
"""The text of a reply that has not begun, or failed."""


def matches(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    if isinstance(entry.get("exportType"), str) and isinstance(entry.get("state"), dict):
        return isinstance(entry["state"].get("messages"), list)
    if entry.get("mode") in ("pglite", "postgres") and isinstance(entry.get("data"), dict):
        return True
    if "schemaHash" in entry and isinstance(table(entry, "data").get("messages"), list):
        return True
    is_topic = isinstance(entry.get("exportedAt"), str) and entry.get("version") == "2.0"
    return is_topic and isinstance(entry.get("messages"), list)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield a conversation for each topic, and for each session what was said in it without a topic."""
    tables = entry.get("state") or entry.get("data") or entry
    store = _Store.of(tables)
    if "exportedAt" in entry and tables is entry:
        title = text(entry, "title")
        known = next((as_text(row.get("topicId")) for row in rows(entry, "messages") if row.get("topicId")), "")
        first = next((as_text(row.get("id")) for row in rows(entry, "messages")), "")
        groups = {known or first or stable_id(0, title): rows(entry, "messages")}
        store = replace(store, topics={id_: {"title": title} for id_ in groups})
    else:
        groups = defaultdict(list)
        for row in rows(tables, "messages"):
            groups[as_text(row.get("topicId") or row.get("sessionId") or row.get("agentId"))].append(row)
    for id_, messages in groups.items():
        yield attempt(f"topic {id_}", _conversation, id_, messages, store, reading)


@dataclass(frozen=True, slots=True)
class _Store:
    """Other tables by id."""

    topics: Mapping[str, Mapping[str, Any]]
    sessions: Mapping[str, Mapping[str, Any]]
    agents: Mapping[str, Mapping[str, Any]]
    """By the id of the session as well as their own."""
    threads: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, tables: Mapping[str, Any]) -> _Store:
        def by_id(name: str) -> dict[str, Mapping[str, Any]]:
            return {as_text(row.get("id")): row for row in rows(tables, name)}

        agents = by_id("agents")
        for row in rows(tables, "agentsToSessions"):
            if (agent := agents.get(as_text(row.get("agentId")))) is not None:
                agents[as_text(row.get("sessionId"))] = agent
        return cls(by_id("topics"), by_id("sessions"), agents, by_id("threads"))


def _conversation(
    id_: str, messages: Sequence[Mapping[str, Any]], store: _Store, reading: Reading
) -> ConversationRecord:
    topic = store.topics.get(id_, {})
    place = as_text(topic.get("sessionId") or topic.get("agentId")) or id_
    session = store.sessions.get(place, {})
    agent = store.agents.get(place) or table(session, "config")
    tree = Tree()
    above: str | None = None
    if system := text(agent, "systemRole").strip():
        tree.add("system", None, [ImportedMessage("system", None, Role.SYSTEM, system)])
        above = "system"
    # Rows of a database come in any order; those of one moment keep theirs.
    ordered = sorted(messages, key=lambda row: moment(row.get("createdAt")))
    ids = {as_text(row.get("id")) for row in ordered}
    ends: dict[str, str] = {}
    for number, row in enumerate(ordered):
        own, parent = as_text(row.get("id")) or str(number), as_text(row.get("parentId"))
        if thread := as_text(row.get("threadId")):  # it goes on from a message of the topic, beside what follows there
            before = ends.get(thread) or as_text(store.threads.get(thread, {}).get("sourceMessageId")) or above
            ends[thread] = own
        else:
            before, above = above, own
        tree.add(own, parent if parent in ids and parent != own else before, _messages(own, row, reading))
    return conversation_from(
        "lobechat",
        id_,
        tree.messages(),
        title=title_in(text(topic, "title"), text(session, "title"), text(table(session, "meta"), "title")),
        created_at=moment(topic.get("createdAt")),
        updated_at=moment(topic.get("updatedAt")),
        leaf=tree.end_of(above),
        is_pinned=topic.get("favorite") in (True, 1) or (not topic and session.get("pinned") is True),
    )


def _messages(id_: str, row: Mapping[str, Any], reading: Reading) -> list[ImportedMessage]:
    is_call = row.get("role") == "function"
    role = (
        Role.ASSISTANT if is_call or row.get("role") in ("assistantGroup", "supervisor") else role_of(row.get("role"))
    )
    message = ImportedMessage(id_, None, role, "", created_at=moment(row.get("createdAt")))
    if role is Role.ASSISTANT:
        message = _with_figures(message, row)
    turn = Turn(message, reading)
    if row.get("error"):
        reading.leave_out("error message")
    if is_call:
        plugin = table(row, "plugin")
        turn.call(_call(plugin, as_text(row.get("tool_call_id"))))
        answer(as_text(row.get("content")), turn)
    else:
        for block in (row, *rows(row, "children")):
            _read(block, turn)
    reading.leave_out("file", len(items(row, "files")) + len(rows(row, "fileList")))
    for picture in rows(row, "imageList"):
        turn.attach_url("picture", picture.get("url"), as_text(picture.get("alt")))
    return turn.messages()


def _read(row: Mapping[str, Any], turn: Turn) -> None:
    reasoning = row.get("reasoning")
    turn.think(as_text(table(row, "reasoning").get("content")) or (reasoning if isinstance(reasoning, str) else ""))
    pages = (WebSource(text(page, "title"), text(page, "url")) for page in rows(table(row, "search"), "citations"))
    marks = SourceMarks.counted(pages)
    content = as_text(row.get("content"))
    if content.strip() != _WAITING:
        (think_and_say if turn.row.role is Role.ASSISTANT else say_and_show)(marks.linked(content), turn)
    if turn.has_text:
        turn.say(marks.unmarked())
    if turn.row.role is Role.ASSISTANT:
        for tool in rows(row, "tools"):
            turn.call(_call(tool, as_text(tool.get("id"))))
            if result := as_table(tool.get("result")):
                answer(as_text(result.get("content")), turn)


def _call(tool: Mapping[str, Any], id_: str) -> ToolCall:
    name = ".".join(part for part in (text(tool, "identifier"), text(tool, "apiName")) if part)
    return ToolCall(id_, name or "tool", as_text(tool.get("arguments")))


def _with_figures(message: ImportedMessage, row: Mapping[str, Any]) -> ImportedMessage:
    extra, figures = table(row, "extra"), table(row, "metadata")
    usage = {**figures, **table(figures, "usage"), **table(row, "usage")}
    provider = row.get("provider") or extra.get("provider") or extra.get("fromProvider")
    model = row.get("model") or extra.get("model") or extra.get("fromModel")
    return replace(
        message, model=provider_model(provider, model), usage=tokens_in(usage), cost_usd=cost_of(usage.get("cost"))
    )


FORMAT = EntryFormat("LobeChat", matches, read)
