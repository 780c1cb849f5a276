"""Imports the second format of llm's `logs.db`: `conversations` with `responses`, of llm 0.5 to 0.31."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from textchat.core.conversation import Role, ToolCall
from textchat.core.text.json_fields import as_text
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.columns import column
from textchat.store.transfer.importers.databases.llm_files import LlmFile, options_of, timing_of
from textchat.store.transfer.importers.values import joined, model_name, moment, usage_of


@dataclass(frozen=True, slots=True)
class LoggedConversation:
    """The messages of a conversation, in one branch."""

    id: str
    name: str
    messages: list[ImportedMessage]


def read_responses(file: LlmFile) -> Iterator[LoggedConversation]:
    """Yield every conversation; a response without one is its own. Raises sqlite3.Error."""
    names: dict[Any, str] = {}
    if file.schema.get("conversations", frozenset()) >= {"id", "name"}:
        rows = file.connection.execute("SELECT id, name FROM conversations")
        names = {row["id"]: as_text(row["name"]) for row in rows}
    # In one pass: no index leads from a conversation to its responses.
    rows = file.connection.execute("SELECT * FROM responses ORDER BY conversation_id, datetime_utc, id")
    for id_, group in groupby(rows, lambda row: row["conversation_id"]):
        if id_ is None:
            for row in group:
                yield LoggedConversation(as_text(row["id"]), "", _messages(file, [row]))
        else:
            yield LoggedConversation(as_text(id_), names.get(id_, ""), _messages(file, group))


def _messages(file: LlmFile, rows: Any) -> list[ImportedMessage]:
    branch = _Branch()
    system = ""
    for row in rows:
        instructions = joined([*file.fragments("system_fragments", row["id"]), as_text(column(row, "system"))])
        if instructions and instructions != system:
            system = instructions
            branch.add(row, "system", Role.SYSTEM, system)
        _add_results(file, branch, row)
        attached = file.attachments("prompt_attachments", "response_id", row["id"])
        prompt = joined([*file.fragments("prompt_fragments", row["id"]), as_text(row["prompt"])])
        if prompt or attached:
            branch.add(row, "prompt", Role.USER, prompt, parts=attached)
        _add_reply(file, branch, row)
        if column(row, "schema_id"):
            file.reading.leave_out("schema")
    return branch.messages


class _Branch:
    def __init__(self) -> None:
        self.messages: list[ImportedMessage] = []

    def add(self, row: sqlite3.Row, part: str, role: Role, text: str, **more: Any) -> None:
        """Add a message of a row; the reply, which has no part's name, keeps the id of the row."""
        id_ = f"{row['id']} {part}" if part else as_text(row["id"])
        parent = self.messages[-1].id if self.messages else None
        self.messages.append(ImportedMessage(id_, parent, role, text, created_at=moment(row["datetime_utc"]), **more))


def _add_results(file: LlmFile, branch: _Branch, row: sqlite3.Row) -> None:
    """Add the results of tools that the model got before this reply."""
    for number, result in enumerate(file.rows_of("tool_results", row["id"])):
        output = as_text(column(result, "output")) or as_text(column(result, "exception"))
        attached = file.attachments("tool_results_attachments", "tool_result_id", result["id"])
        if output or attached:
            branch.add(row, f"result {number}", Role.TOOL, output, parts=attached)


def _add_reply(file: LlmFile, branch: _Branch, row: sqlite3.Row) -> None:
    calls = tuple(
        ToolCall(*(as_text(column(call, name)) for name in ("tool_call_id", "name", "arguments")))
        for call in file.rows_of("tool_calls", row["id"])
    )
    text, reasoning = as_text(row["response"]), as_text(column(row, "reasoning"))
    if not (text.strip() or reasoning or calls):
        return
    branch.add(
        row,
        "",
        Role.ASSISTANT,
        text,
        reasoning=reasoning,
        tool_calls=calls,
        model=model_name(row["model"]),
        parameters=options_of(row),
        usage=usage_of(column(row, "input_tokens"), column(row, "output_tokens")),
        timing=timing_of(column(row, "duration_ms")),
    )
