"""Imports Chatbox's exported data: one object with a key `session:ID` for each session.

The keys are those that `src/renderer/routes/settings/general.tsx` writes, sessions and messages those of
`src/shared/types/session.ts` (https://github.com/chatboxai/chatbox); older files have all in `chat-sessions`, and a
message's text in `content`. A session holds one conversation for each of its threads; `messageForksHash` has what was
said in other versions behind a message. Pictures and files are not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textchat.core.conversation import Role, Status, ToolCall
from textchat.core.text.json_fields import as_table, as_text, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.cited import cite
from textchat.store.transfer.importers.common.marked_text import answer, say_and_show, think_and_say
from textchat.store.transfer.importers.common.measures import seconds_of, timing_in, tokens_in
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import Empty, NoMessages, Skipped
from textchat.store.transfer.importers.messages.attached import readable_json
from textchat.store.transfer.importers.messages.figures import finish_of
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import link, moment, role_of

_SESSION = "session:"
_MILLISECOND = 1e-3
_SHOWN_NAME = re.compile(r"^[^()]*\(([^()]+)\)\s*$")
"""Such as `OpenAI API (gpt-4o)`."""


def matches(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    return (
        isinstance(entry.get("chat-sessions-list"), list)
        or isinstance(entry.get("chat-sessions"), list)
        or "__exported_items" in entry
        or any(key.startswith(_SESSION) and isinstance(value, dict) for key, value in entry.items())
    )


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield a conversation for each thread of each session."""
    for session in _sessions(entry):
        # Of the thread that is shown, the session itself has the name.
        for thread in (*rows(session, "threads"), {"messages": session.get("messages")}):
            yield attempt(f"session {as_text(session.get('id'))}", _thread, thread, session, reading)


def _sessions(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    listed = {as_text(meta.get("id")): meta for meta in rows(entry, "chat-sessions-list")}
    seen: set[str] = set()
    for key, session in entry.items():
        if key.startswith(_SESSION) and isinstance(session, dict):
            id_ = as_text(session.get("id")) or key.removeprefix(_SESSION)
            seen.add(id_)
            yield {**listed.get(id_, {}), **session, "id": id_}
    for session in rows(entry, "chat-sessions"):
        if as_text(session.get("id")) not in seen:
            yield session


@dataclass(frozen=True, slots=True)
class _Branches:
    """The messages of a thread and what was said in other versions of it."""

    tree: Tree
    forks: Mapping[str, Any]
    reading: Reading

    def hang(self, messages: Sequence[Mapping[str, Any]], above: str | None) -> str | None:
        """Add messages below each other, and below them other versions of what follows; the last one's id."""
        waiting = [(messages, above)]
        end: str | None = None
        while waiting:
            messages, above = waiting.pop()
            for place, message in enumerate(messages):
                id_ = as_text(message.get("id")) or f"{above or ''} {place}"
                if id_ in self.tree:
                    break
                self.tree.add(id_, above, _messages(id_, message, self.reading))
                waiting += [(rows(fork, "messages"), id_) for fork in rows(table(self.forks, id_), "lists")]
                above = id_
            end = end if end is not None else above
        return end


def _thread(thread: Mapping[str, Any], session: Mapping[str, Any], reading: Reading) -> ConversationRecord:
    messages = rows(thread, "messages")
    first = next((as_text(message.get("id")) for message in messages if message.get("role") != "system"), "")
    if not first:
        raise NoMessages
    tree = Tree()
    leaf = _Branches(tree, table(session, "messageForksHash"), reading).hang(messages, None)
    name, thread_name = text(session, "name"), text(thread, "name")
    return conversation_from(
        "chatbox",
        # A thread becomes another one when a new one is begun, and what was said in it stays the same.
        f"{as_text(session.get('id'))} {first}",
        tree.messages(),
        title=title_in(thread_name, name),
        leaf=tree.end_of(leaf),
        is_pinned=session.get("starred") is True,
        tags=[name] if thread_name and name and name != thread_name else (),
    )


def _messages(id_: str, message: Mapping[str, Any], reading: Reading) -> list[ImportedMessage]:
    if message.get("isSummary") is True:
        reading.leave_out("summary")
        return []
    role = role_of(message.get("role"))
    row = ImportedMessage(id_, None, role, "", created_at=moment(message.get("timestamp")))
    if role is Role.ASSISTANT:
        row = _with_figures(row, message)
    turn = Turn(row, reading)
    turn.think(as_text(message.get("reasoningContent")))
    parts = rows(message, "contentParts")
    for part in parts:
        _read_part(part, turn)
    content = message.get("content")
    if isinstance(content, str) and not any(part.get("type") == "text" for part in parts):
        _say(content, turn)
    for page in rows(message, "links"):
        title, url = page.get("title"), page.get("url")
        turn.say(cite([(title, url)], link(title, url), is_below=True))
    for kind, name in (("picture", "pictures"), ("file", "files")):
        for file in rows(message, name):
            _attach(kind, file, turn)
    reading.leave_out("error message", bool(message.get("error")))
    return turn.messages()


def _with_figures(row: ImportedMessage, message: Mapping[str, Any]) -> ImportedMessage:
    model = as_text(message.get("model"))
    shown = _SHOWN_NAME.match(model)
    failed, going = bool(message.get("error")), message.get("generating") is True
    return replace(
        row,
        model=provider_model(message.get("aiProvider"), shown[1] if shown else model),
        usage=tokens_in(table(message, "usage")),
        timing=timing_in(seconds_of(message.get("totalLatency"), _MILLISECOND)),
        finish_reason=finish_of(message.get("finishReason")),
        status=Status.FAILED if failed else Status.INTERRUPTED if going else Status.COMPLETE,
    )


def _read_part(part: Mapping[str, Any], turn: Turn) -> None:
    match part.get("type"):
        case "text":
            _say(as_text(part.get("text")), turn)
        case "reasoning":
            turn.think(as_text(part.get("text")))
        case "image":
            _attach("picture", part, turn)
        case "tool-call":
            id_, name = as_text(part.get("toolCallId")), as_text(part.get("toolName"))
            turn.call(ToolCall(id_, name, as_text(part.get("args"))))
            answer(_returned(part.get("result")), turn)
        case "info":
            turn.reading.leave_out("notice")
        case _:
            turn.reading.leave_out("unknown block")


def _say(text_: str, turn: Turn) -> None:
    (think_and_say if turn.row.role is Role.ASSISTANT else say_and_show)(text_, turn)


def _returned(result: object) -> str:
    found = as_table(result)
    return as_text(found["text"]) if isinstance(found.get("text"), str) and len(found) == 1 else readable_json(result)


def _attach(kind: str, file: Mapping[str, Any], turn: Turn) -> None:
    url = as_text(file.get("url"))
    if url:
        turn.attach_url(kind, url, as_text(file.get("name")))
    else:
        turn.reading.leave_out(kind)


FORMAT = EntryFormat("Chatbox", matches, read)
