"""Imports the newest format of `llm`'s `logs.db`: `threads` and `turns` over a tree of `messages` with `parts`.

A message's row is shared by all threads that begin alike; who wrote it and when, only the turn knows that added it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_table, as_text, items
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, attempt, conversation_from
from textchat.store.transfer.importers.common.columns import column, json_in
from textchat.store.transfer.importers.common.tree import Tree
from textchat.store.transfer.importers.databases.llm_files import SOURCE, LlmFile, options_of, timing_of
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.values import joined, model_name, moment, role_of, usage_of


@dataclass(frozen=True, slots=True)
class _Node:
    """The row of a message."""

    hash: str
    parent: str | None
    role: Role


class Threads:
    """The threads of a file; every method raises sqlite3.Error."""

    def __init__(self, file: LlmFile) -> None:
        self._file = file
        rows = file.connection.execute("SELECT id, tip_message_hash, name, datetime_utc FROM threads ORDER BY 4, 1")
        self._threads = {as_text(row["id"]): row for row in rows}
        self._originals: dict[str, ImportedMessage] = {}
        """What messages of threads repeat from before the upgrade, for threads that were forked from those."""
        self._results: dict[str, list[str]] = {}
        """The results in each message that has several."""

    def __contains__(self, id_: str) -> bool:
        return id_ in self._threads

    def read(self, *, without: Set[str] = frozenset()) -> Iterator[ConversationRecord | Skipped | Empty]:
        """Yield the threads but those named in `without`."""
        for id_, thread in self._threads.items():
            if id_ in without:
                continue
            yield attempt(f"thread {id_}", self._record, id_, thread)

    def _record(self, id_: str, thread: sqlite3.Row) -> ConversationRecord:
        tree = Tree()
        for message in self._messages(id_).values():
            tree.add(message.id, message.parent, self._apart(message))
        return conversation_from(
            SOURCE,
            id_,
            tree.messages(),
            title=as_text(thread["name"]),
            created_at=moment(thread["datetime_utc"]),
            leaf=tree.end_of(as_text(thread["tip_message_hash"])),
        )

    def continued(self, id_: str, before: Sequence[ImportedMessage]) -> tuple[list[ImportedMessage], str | None]:
        """What was said in a conversation before the upgrade and since, and the last message that it shows.

        Its thread begins with a copy of `before`, which is left away. Raises NotReadable.
        """
        tree = Tree()
        for message in before:
            tree.add(message.id, message.parent, [message])
        copies, known = _Copies(before), {message.id: message for message in before}
        for message in self._messages(id_).values():
            original = copies.original_of(message)
            if original is not None:
                self._originals[message.id] = known[original]
            else:
                tree.add(message.id, copies.ids.get(message.parent or "", message.parent), self._apart(message))
        tip = as_text(self._threads[id_]["tip_message_hash"])
        return tree.messages(), tree.end_of(copies.ids.get(tip, tip)) or (before[-1].id if before else None)

    def _messages(self, id_: str) -> dict[str, ImportedMessage]:
        """The messages of a thread, each after the one above it."""
        own = self._turns.get(id_, [])
        found: dict[str, ImportedMessage] = {}
        tips = (as_text(row["tip_message_hash"]) for row in (self._threads[id_], *own))
        for tip in tips:
            for node in reversed(self._way_up_to(found, tip)):
                found[node.hash] = self._message(node)
        for turn in own:
            self._credit(found, turn, is_own=True)
        for hash_ in [hash_ for hash_, message in found.items() if not message.created_at]:
            if (writer := self._writers.get(hash_)) is not None:
                self._credit(found, writer, is_own=False)
            elif (original := self._originals.get(hash_)) is not None:
                model = original.model if found[hash_].role is Role.ASSISTANT else None
                found[hash_] = replace(found[hash_], created_at=original.created_at, stamped_at=0.0, model=model)
        return found

    def _credit(self, found: dict[str, ImportedMessage], turn: sqlite3.Row, *, is_own: bool) -> None:
        """Set the date on the messages of a turn, the model on its replies, and its figures on the last of them.

        Ids of prompts are older than their dates, and so are those of what is shared with another thread.
        """
        for place, (node, is_reply) in enumerate(self._of_turn(turn)):
            message = found.get(node.hash)
            if message is None or message.created_at:
                continue
            message = replace(message, created_at=moment(turn["datetime_utc"]))
            if not (is_own and is_reply and message.role is Role.ASSISTANT):
                message = replace(message, stamped_at=0.0)
            if is_reply and message.role is Role.ASSISTANT:
                message = replace(message, model=model_name(turn["model"]))
                if place == 0:
                    message = _with_figures(message, turn)
            found[node.hash] = message

    def _of_turn(self, turn: sqlite3.Row) -> Iterator[tuple[_Node, bool]]:
        """What a turn added, from its end: its replies, then the prompt and the results that it answers."""
        is_reply = True
        for node in self._way_up(as_text(turn["tip_message_hash"])):
            is_reply = is_reply and node.hash != turn["parent_message_hash"]
            if not is_reply and node.role is Role.ASSISTANT:
                return
            yield node, is_reply

    def _way_up_to(self, known: Container[str], tip: str) -> list[_Node]:
        """The messages from `tip` to the first one that is known."""
        way: list[_Node] = []
        for node in self._way_up(tip):
            if node.hash in known:
                break
            way.append(node)
        return way

    def _way_up(self, tip: str) -> Iterator[_Node]:
        """The messages from `tip` to the root; a loop is cut."""
        passed: set[str] = set()
        at: str | None = tip
        while at is not None and at not in passed and (node := self._nodes.get(at)) is not None:
            passed.add(at)
            yield node
            at = node.parent

    @cached_property
    def _nodes(self) -> Mapping[str, _Node]:
        rows = self._file.connection.execute("SELECT hash, parent_hash, role FROM messages")
        return {as_text(row[0]): _Node(as_text(row[0]), row[1] and as_text(row[1]), role_of(row[2])) for row in rows}

    @cached_property
    def _turns(self) -> Mapping[str, list[sqlite3.Row]]:
        turns: dict[str, list[sqlite3.Row]] = defaultdict(list)
        for row in self._file.connection.execute("SELECT * FROM turns ORDER BY datetime_utc, id"):
            turns[as_text(row["thread_id"])].append(row)
            if column(row, "schema_id"):
                self._file.reading.leave_out("schema")
        return turns

    @cached_property
    def _writers(self) -> Mapping[str, sqlite3.Row]:
        """The first turn that added each message, in whatever thread."""
        writers: dict[str, sqlite3.Row] = {}
        for turn in (turn for turns in self._turns.values() for turn in turns):
            for node, _ in self._of_turn(turn):
                writers.setdefault(node.hash, turn)
        return writers

    def _message(self, node: _Node) -> ImportedMessage:
        texts: list[str] = []
        thoughts: list[str] = []
        results: list[str] = []
        calls: list[ToolCall] = []
        files: list[Part] = []
        parts = self._file.connection.execute(
            "SELECT * FROM parts WHERE message_hash = ? ORDER BY position", (node.hash,)
        )
        for part in parts.fetchall():
            payload = as_table(json_in(part, "payload"))
            text = as_text(part["text"]) if part["text"] is not None else self._borrowed(payload)
            match part["type"]:
                case "reasoning":
                    thoughts.append(text)
                case "tool_call":
                    name = as_text(column(part, "tool_name")) or as_text(payload.get("name"))
                    calls.append(
                        ToolCall(as_text(payload.get("tool_call_id")), name, as_text(payload.get("arguments")))
                    )
                case "tool_result":
                    results.append(text or as_text(payload.get("output")) or as_text(payload.get("exception")))
                case _:
                    texts.append(text)
            files += self._file.attachments("part_attachments", "part_id", part["id"])
        if len(results) > 1 and not any(texts):
            self._results[node.hash] = results
        return ImportedMessage(
            node.hash,
            node.parent,
            node.role,
            joined(("".join(texts), *results)),
            reasoning="".join(thoughts),
            tool_calls=tuple(calls),
            parts=tuple(files),
        )

    def _apart(self, message: ImportedMessage) -> list[ImportedMessage]:
        """The message, or one for each result of a tool in it; the last of them keeps the id."""
        if message.is_empty:
            return []
        *first, _ = results = self._results.get(message.id, [message.text])
        return [
            *(replace(message, id=f"{message.id}/{place}", text=text, parts=()) for place, text in enumerate(first)),
            replace(message, text=results[-1]),
        ]

    def _borrowed(self, payload: Mapping[str, Any]) -> str:
        """A text composed of literals and of fragments that are stored once."""
        pieces = []
        for segment in map(as_table, items(payload, "text_ref")):
            if isinstance(segment.get("literal"), str):
                pieces.append(segment["literal"])
            elif type(id_ := segment.get("fragment")) is int and self._file.has("fragments", "id", "content"):
                row = self._file.connection.execute("SELECT content FROM fragments WHERE id = ?", (id_,)).fetchone()
                pieces.append("" if row is None else as_text(row["content"]))
        return "".join(pieces)


def _with_figures(message: ImportedMessage, turn: sqlite3.Row) -> ImportedMessage:
    return replace(
        message,
        usage=usage_of(column(turn, "input_tokens"), column(turn, "output_tokens")),
        timing=timing_of(column(turn, "duration_ms")),
        parameters=options_of(turn),
    )


class _Copies:
    """Finds the originals of the messages with which a thread begins, in their order."""

    def __init__(self, before: Sequence[ImportedMessage]) -> None:
        self._before = before
        self._at = 0
        self._system = ""
        self.ids: dict[str, str] = {}
        """The original's id by that of the copy."""

    def original_of(self, copy: ImportedMessage) -> str | None:
        """The id of the message that `copy` repeats; None where something new begins."""
        if copy.parent is not None and copy.parent not in self.ids:
            return None
        if copy.role is Role.SYSTEM and copy.text == self._system and copy.parent is not None:
            self.ids[copy.id] = self.ids[copy.parent]  # said again before each prompt
            return self.ids[copy.id]
        original = list(
            takewhile(lambda message: message.role is Role.TOOL, self._before[self._at :])
        )  # one result each
        original = original or list(self._before[self._at : self._at + 1])
        if original and _says(original) == _says([copy]):
            self._system = copy.text if copy.role is Role.SYSTEM else self._system
            self._at += len(original)
            self.ids[copy.id] = original[-1].id
            return original[-1].id
        return None


def _says(messages: Sequence[ImportedMessage]) -> tuple[Role, str, tuple[str, ...]]:
    """What is compared: a copy may have other spaces, where fragments were joined."""
    text = "".join("".join(message.text.split()) for message in messages)
    return messages[0].role, text, tuple(call.name for message in messages for call in message.tool_calls)
