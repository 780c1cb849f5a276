"""Hangs the messages of a source's rows below each other: a row may become several of them, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from textchat.store.transfer.importers.build import Chain, ImportedMessage
from textchat.store.transfer.importers.found import NotReadable


@dataclass(frozen=True, slots=True)
class _Row:
    parent: str | None
    messages: Sequence[ImportedMessage]


@dataclass(slots=True)
class Tree:
    """The rows of a conversation, in any order; whatever hangs below an empty row hangs below what is above it."""

    _rows: dict[str, _Row] = field(default_factory=dict)

    def add(self, id_: str, parent: str | None, messages: Sequence[ImportedMessage]) -> None:
        """Add a row with its messages, which hang below each other; an id that is there already is passed over."""
        self._rows.setdefault(id_, _Row(parent, messages))

    def __contains__(self, id_: object) -> bool:
        return id_ in self._rows

    def messages(self) -> list[ImportedMessage]:
        """All messages, each after the one that it hangs below; raises NotReadable for a loop."""
        made: list[ImportedMessage] = []
        for id_ in _from_the_roots({id_: row.parent for id_, row in self._rows.items()}):
            row = self._rows[id_]
            chain = Chain(self.end_of(row.parent) if row.messages else None)
            for message in row.messages:
                chain.add(message)
            made += chain.messages
        return made

    def end_of(self, id_: str | None) -> str | None:
        """The id of the last message of a row, or of the nearest row above it that has one; raises NotReadable."""
        for _ in range(len(self._rows) + 1):
            row = self._rows.get(id_) if id_ is not None else None
            if row is None:
                return None
            if row.messages:
                return row.messages[-1].id
            id_ = row.parent
        raise NotReadable("its messages form a loop")


def _from_the_roots(parents: Mapping[str, str | None]) -> list[str]:
    order: dict[str, None] = {}
    for start in parents:
        way: list[str] = []
        at: str | None = start
        while at is not None and at in parents and at not in order:
            if len(way) > len(parents):
                raise NotReadable("its messages form a loop")
            way.append(at)
            at = parents[at]
        order.update(dict.fromkeys(reversed(way)))
    return list(order)
