"""Reads what all formats of llm's `logs.db` have in common: attachments, options and durations."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from textchat.core.conversation import Timing
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_text
from textchat.store.transfer.importers.common.columns import column, json_in
from textchat.store.transfer.importers.common.measures import parameters_of
from textchat.store.transfer.importers.messages.attached import named
from textchat.store.transfer.importers.reading import Reading, Schema

SOURCE = "llm"


class LlmFile:
    """An open `logs.db`; every method raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection, schema: Schema, reading: Reading) -> None:
        self.connection = connection
        self.schema = schema
        self.reading = reading
        self._by_response: dict[str, dict[object, list[int]]] = {}

    def has(self, table: str, *columns: str) -> bool:
        return table in self.schema and self.schema[table] >= set(columns)

    def rows_of(self, table: str, response: object) -> list[sqlite3.Row]:
        """The rows that belong to a response, in order: no index leads from one to them."""
        if not self.has(table, "id", "response_id"):
            return []
        if table not in self._by_response:
            found: dict[object, list[int]] = defaultdict(list)
            for id_, owner in self.connection.execute(f"SELECT id, response_id FROM {table} ORDER BY id"):
                found[owner].append(id_)
            self._by_response[table] = found
        ids = self._by_response[table].get(response, [])
        query = f"SELECT * FROM {table} WHERE id = ?"
        return [row for id_ in ids if (row := self.connection.execute(query, (id_,)).fetchone()) is not None]

    def attachments(self, joined: str, key: str, id_: object) -> tuple[Part, ...]:
        """The attachments that a row of the table `joined` gives to `key`; of some the file has only the address."""
        if not (self.has("attachments", "id", "type") and self.has(joined, "attachment_id", key, "order")):
            return ()
        rows = self.connection.execute(
            f"SELECT a.* FROM attachments a JOIN {joined} j ON j.attachment_id = a.id"
            f' WHERE j.{key} = ? ORDER BY j."order"',
            (id_,),
        ).fetchall()
        found = (self._attachment(row, number) for number, row in enumerate(rows, start=1))
        return tuple(attachment for attachment in found if attachment is not None)

    def _attachment(self, row: sqlite3.Row, number: int) -> Part | None:
        where, kind = as_text(column(row, "path") or column(row, "url")), as_text(row["type"])
        content = column(row, "content")
        name = where.replace("\\", "/").rstrip("/").rpartition("/")[2]
        if isinstance(content, bytes):
            what = "picture" if kind.startswith("image/") else "file"
            return named(Part(name, kind, content), what, number)
        if where:
            return Part(name or where, "text/uri-list", where.encode())
        self.reading.leave_out("attachment")
        return None

    def fragments(self, joined: str, response: object) -> list[str]:
        """The texts that went with a prompt, each stored once."""
        if not (self.has("fragments", "id", "content") and self.has(joined, "fragment_id", "response_id", "order")):
            return []
        rows = self.connection.execute(
            f"SELECT content FROM fragments JOIN {joined} ON fragment_id = fragments.id"
            ' WHERE response_id = ? ORDER BY "order"',
            (response,),
        )
        return [as_text(row["content"]) for row in rows]


def timing_of(milliseconds: object) -> Timing | None:
    """The timing from a duration; None for an invalid one."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or milliseconds < 0:
        return None
    return Timing(None, milliseconds / 1000, None)


def options_of(row: sqlite3.Row) -> Parameters | None:
    """The options of a request that has a duration: a reply with options alone would count as edited by hand."""
    return parameters_of(json_in(row, "options_json")) if timing_of(column(row, "duration_ms")) is not None else None
