"""Makes one tree of rows that each became several messages, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textchat.store.transfer.importers.build import Chain, ImportedMessage


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a source with the messages in it, which hang below each other."""

    id: str
    parent: str | None
    messages: Sequence[ImportedMessage]


class Woven:
    """The messages of all rows: what hangs below an empty row hangs below what is above it."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows: Mapping[str, Row] = {row.id: row for row in rows}
        self.messages: list[ImportedMessage] = []
        for row in self._rows.values():
            chain = Chain(self.end(row.parent if row.parent != row.id else None))
            for message in row.messages:
                chain.add(message)
            self.messages += chain.messages

    def end(self, id_: str | None) -> str | None:
        """The last message of a row, of an empty one that of the row above; None if there is no such row."""
        seen: set[str] = set()
        while id_ is not None and id_ not in seen:
            seen.add(id_)
            row = self._rows.get(id_)
            if row is None:
                return None
            if row.messages:
                return row.messages[-1].id
            id_ = row.parent
        return None
