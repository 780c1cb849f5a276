"""Imports sessions of Gemini CLI: `~/.gemini/tmp/PROJECT/chats/session-….json`, since 2026 `.jsonl`, a line a record.

The records are defined in https://github.com/google-gemini/gemini-cli (`packages/core/src/services/
chatRecordingTypes.ts`): a head with `sessionId` and `projectHash`, messages, of which a later one with the same id
replaces the first, `$set` for the head and `$rewindTo` for prompts that were taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textchat.core.conversation import Role, ToolCall, Usage
from textchat.core.text.json_fields import as_table, as_text, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.formats import SeriesFormat
from textchat.store.transfer.importers.messages.attached import readable_json
from textchat.store.transfer.importers.messages.figures import usage_in
from textchat.store.transfer.importers.messages.gemini_contents import read_part
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, model_name, moment

_ROLES = {"user": Role.USER, "gemini": Role.ASSISTANT}


def matches(entry: Any) -> bool:
    return bool(text(entry, "sessionId") and text(entry, "projectHash"))


def goes_on(entry: Any) -> bool:
    line = as_table(entry)
    return not matches(line) and ("$set" in line or "$rewindTo" in line or {"id", "type", "timestamp"} <= line.keys())


def read(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the session; raises NotReadable. One of a subagent is left out, unless it is imported alone."""
    session = _Session()
    for entry in entries:
        session.add(as_table(entry))
    if session.head.get("kind") == "subagent" and reading.place is None:
        reading.leave_out("subagent")
        return
    tree = Tree()
    for id_, record in session.records.items():
        tree.add(id_, session.parents[id_], _turn(id_, record, reading).messages())
    yield conversation_from(
        "gemini-cli",
        text(entries[0], "sessionId"),
        tree.messages(),
        title=text(session.head, "summary"),
        created_at=moment(session.head.get("startTime")),
        updated_at=moment(session.head.get("lastUpdated")),
        leaf=tree.end_of(session.way[-1]) if session.way else None,
    )


class _Session:
    """The records of a session; what follows prompts that were taken back is a branch beside them."""

    def __init__(self) -> None:
        self.head: dict[str, Any] = {}
        self.records: dict[str, Mapping[str, Any]] = {}
        self.parents: dict[str, str | None] = {}
        self.way: list[str] = []
        """The ids of the messages that are shown."""

    def add(self, line: Mapping[str, Any]) -> None:
        if "$rewindTo" in line:
            id_ = text(line, "$rewindTo")
            del self.way[self.way.index(id_) if id_ in self.way else 0 :]
        elif id_ := text(line, "id"):
            if id_ not in self.records:
                self.parents[id_] = self.way[-1] if self.way else None
                self.way.append(id_)
            self.records[id_] = line
        else:
            head = table(line, "$set") or line
            self.head |= head
            for record in rows(head, "messages"):
                self.add(record)


def _turn(id_: str, record: Mapping[str, Any], reading: Reading) -> Turn:
    """A record as a turn, which is empty if the program only said something to the user."""
    kind = text(record, "type")
    role = _ROLES.get(kind, Role.SYSTEM)
    is_reply = role is Role.ASSISTANT
    row = ImportedMessage(
        id_,
        None,
        role,
        "",
        model=model_name(record.get("model")) if is_reply else None,
        created_at=moment(record.get("timestamp")),
        usage=_usage(table(record, "tokens")) if is_reply else None,
    )
    turn = Turn(row, reading)
    if role is Role.SYSTEM:
        reading.leave_out("error message" if kind == "error" else "notice")
        return turn
    for thought in rows(record, "thoughts"):
        turn.think(joined((text(thought, "subject"), text(thought, "description"))))
    content = record.get("content")
    for part in content if isinstance(content, list) else [content]:
        read_part({"text": part} if isinstance(part, str) else as_table(part), turn)
    for call in rows(record, "toolCalls"):
        _read_call(call, turn)
    return turn


def _read_call(call: Mapping[str, Any], turn: Turn) -> None:
    turn.call(ToolCall(text(call, "id"), text(call, "name"), as_text(call.get("args"))))
    answers = [table(table(part, "functionResponse"), "response") for part in rows(call, "result")]
    said = joined(readable_json(answer.get("output") or answer) for answer in answers if answer)
    turn.answer(said or as_text(call.get("resultDisplay")))


def _usage(tokens: Mapping[str, Any]) -> Usage | None:
    named = {"input": "promptTokenCount", "output": "candidatesTokenCount", "cached": "cachedContentTokenCount"}
    return usage_in({**{named[key]: tokens.get(key) for key in named}, "thoughtsTokenCount": tokens.get("thoughts")})


FORMAT = SeriesFormat("Gemini CLI", matches, read, goes_on)
