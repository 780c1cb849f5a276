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
        self._ends: dict[str, str | None] = {}
        self.messages: list[ImportedMessage] = []
        for row in self._rows.values():
            chain = Chain(self.end(row.parent if row.parent != row.id else None))
            for message in row.messages:
                chain.add(message)
            self.messages += chain.messages

    def end(self, id_: str | None) -> str | None:
        """The last message of a row, of an empty one that of the row above; None if there is no such row."""
        way: list[str] = []
        while id_ is not None and id_ not in self._ends and (row := self._rows.get(id_)) is not None:
            self._ends[id_] = row.messages[-1].id if row.messages else None  # None: so that a loop has an end
            if row.messages:
                break
            way.append(id_)
            id_ = row.parent
        end = None if id_ is None else self._ends.get(id_)
        self._ends.update(dict.fromkeys(way, end))
        return end
