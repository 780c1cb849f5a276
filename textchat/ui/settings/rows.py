"""The rows of the settings: entries under the heading of their section, and what can be added to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from textchat.config.described.entries import Origin, SettingEntry
from textchat.config.schema import SETTINGS, SettingsTable
from textchat.config.schema_check import dotted
from textchat.ui.keymap import BY_ID
from textchat.ui.keys import display_key, split_keys
from textchat.ui.settings.value_text import Control, control_of, shown

TITLES: Mapping[str, str] = {
    "ui": "Screen",
    "budget": "Spending limits",
    "context": "Long conversations",
    "limits": "Limits",
    "keys": "Keys",
}
UNTIL_RESTART = frozenset({("ui", "discover"), ("ui", "whole_sentences"), ("limits", "attachment_bytes")})
"""Settings that a running textchat has read already."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section, and its table in the file."""

    title: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A setting that can be changed."""

    entry: SettingEntry
    name: str

    @property
    def value(self) -> str:
        """As people read it."""
        entry = self.entry
        if control_of(entry) is Control.KEYS:
            keys = entry.value if isinstance(entry.value, str) else BY_ID[entry.path[1]].keys
            return ", ".join(map(display_key, split_keys(keys))) or "no key"
        return shown(entry.value)

    @property
    def origin(self) -> str:
        """Where the value comes from, in a word or two."""
        match self.entry.origin:
            case Origin.CONFIG:
                return f"config.toml:{self.entry.line}"
            case Origin.PREFERENCES:
                return "changed"
            case Origin.ENVIRONMENT:
                return "environment"
            case Origin.DEFAULT:
                return "default"

    @property
    def doc(self) -> str:
        if control_of(self.entry) is Control.KEYS:
            return f"{BY_ID[self.entry.path[1]].help}."
        return self.entry.what.doc


@dataclass(frozen=True, slots=True)
class AddRow:
    """Adds a model or a provider to the list, or a field to a model."""

    label: str
    to: tuple[str, ...]
    """The table that gets another name."""


Row = Heading | EntryRow | AddRow
LONGEST = 500
"""Characters of a value that are searched."""
ADD_MODEL, ADD_PROVIDER = AddRow("Add a model…", ("models",)), AddRow("Add a provider…", ("providers",))


class SettingRows:
    """The rows of all entries; what is searched is put together once, however often somebody types."""

    def __init__(self, entries: Sequence[SettingEntry] = ()) -> None:
        self._placed = [_Placed(EntryRow(entry, entry.path[-1]), _table_of(entry.path)) for entry in entries]

    def matching(self, query: str) -> list[Row]:
        """The rows for what has all typed words, under their headings."""
        words = query.casefold().split()
        rows: list[Row] = []
        section: tuple[str, ...] | None = None
        for placed in self._placed:
            if words and not all(word in placed.searched for word in words):
                continue
            if placed.table != section:
                rows += _end_of(section or (), words)
                rows.append(placed.heading)
                section = placed.table
            rows.append(placed.row)
        return [*rows, *_end_of(section or (), words), *_adding(words)]


@dataclass(frozen=True)
class _Placed:
    """A row with the table that it belongs to."""

    row: EntryRow
    table: tuple[str, ...]

    @property
    def heading(self) -> Heading:
        return Heading(_title_of(self.table), f"[{dotted(self.table)}]" if self.table else "")

    @cached_property
    def searched(self) -> str:
        row, origin = self.row, self.row.origin
        label = BY_ID[row.name].label if self.table == ("keys",) else ""
        found = (dotted(row.entry.path), _title_of(self.table), row.value[:LONGEST], row.doc, label)
        return " ".join((*found, "" if row.entry.origin is Origin.DEFAULT else origin)).casefold()


def _end_of(table: tuple[str, ...], words: Sequence[str]) -> Iterator[Row]:
    if len(table) == 2 and table[0] == "models" and not words:
        yield AddRow("Add a field of the request…", table)


def _adding(words: Sequence[str]) -> Iterator[Row]:
    adds = [row for row in (ADD_MODEL, ADD_PROVIDER) if all(word in row.label.casefold() for word in words)]
    if adds:
        yield Heading("More")
        yield from adds


def _table_of(path: tuple[str, ...]) -> tuple[str, ...]:
    is_named = isinstance(SETTINGS.keys.get(path[0]), SettingsTable)
    return path[: 2 if path[0] in ("models", "providers") else int(is_named)]


def _title_of(table: tuple[str, ...]) -> str:
    match table:
        case ():
            return "General"
        case ("models", name):
            return f"Model {name}"
        case ("providers", name):
            return f"Provider {name}"
        case _:
            return TITLES.get(table[0], table[0])
