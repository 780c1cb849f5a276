"""Reads the conversations of a JSON file: which format an entry has is decided entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from textchat.core.text.json_fields import items
from textchat.store.transfer.importers.formats import Conversations, EntryFormat, JsonFormat, SeriesFormat
from textchat.store.transfer.importers.found import Empty, Found, NoMessages, NotReadable, Skipped
from textchat.store.transfer.importers.json_entries import JsonEntry, entries, entries_of_lines
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.registry import JSON_FORMATS

MOST_UNKNOWN = 1000
"""After so many entries of which none can be read, a file is of no known format."""
UNKNOWN = "its format is unknown"
_WRAPPINGS = ("conversations", "chats", "threads", "sessions", "data")
"""Where an object of no known format may hold conversations."""


def read_json(pieces: Iterable[str], is_lines: bool, reading: Reading) -> Iterator[Found]:
    """Yield the conversations of a file given in pieces; nothing at all if none of its entries is of a known format.

    Of such a file only what is no JSON is reported, if it is little: it may be what is left of an export.
    """
    skipped: list[Skipped] = []
    is_known = False
    for found in _read(pieces, is_lines, reading):
        if isinstance(found, Skipped) and not is_known:
            skipped.append(found)
            if len(skipped) >= MOST_UNKNOWN:
                return
            continue
        if not is_known:
            yield from skipped
        is_known = True
        yield found
    if not is_known and any(found.why != UNKNOWN for found in skipped):
        yield from skipped


def _read(pieces: Iterable[str], is_lines: bool, reading: Reading) -> Iterator[Found]:
    try:
        yield from _conversations((entries_of_lines if is_lines else entries)(pieces), reading)
    except NotReadable as error:
        yield Skipped("the rest", str(error))


def _conversations(stream: Iterable[JsonEntry], reading: Reading) -> Iterator[Found]:
    """Read entries one by one, and those of a series together, as far as they follow each other in one list."""
    series: _Series | None = None
    for entry in stream:
        try:
            value = entry.value()
        except NotReadable as error:
            yield Skipped(entry.where, str(error))
            continue
        goes_on = series is not None and series.goes_on(value, entry.group)
        known = series.format if series is not None and goes_on else format_of(value)
        if not isinstance(known, SeriesFormat):
            yield from _entry(entry.where, value, known, reading)
            continue
        if series is not None and (series.format, series.group) != (known, entry.group):
            yield from series.read(reading)
            series = None
        if series is None:
            series = _Series(known, entry.group, entry.where)
        series.entries.append(value)
    if series is not None:
        yield from series.read(reading)


@dataclass(slots=True)
class _Series:
    """Entries of a series, until one comes that does not belong to them."""

    format: SeriesFormat
    group: int
    where: str
    entries: list[Any] = field(default_factory=list)

    def goes_on(self, value: Any, group: int) -> bool:
        return group == self.group and self.format.goes_on is not None and self.format.goes_on(value)

    def read(self, reading: Reading) -> Iterator[Found]:
        return _guarded(self.where, self.format.read(self.entries, reading))


def format_of(value: object) -> JsonFormat | None:
    """The format of an entry; None if it is of none that is known."""
    return next((known for known in JSON_FORMATS if known.matches(value)), None)


def _entry(where: str, value: Any, known: EntryFormat | None, reading: Reading) -> Iterator[Found]:
    if known is not None:
        yield from _guarded(where, known.read(value, reading))
        return
    wrapped = next((found for key in _WRAPPINGS if (found := items(value, key))), [])
    for number, inner in enumerate(wrapped, start=1):
        of_inner = format_of(inner)
        if isinstance(of_inner, EntryFormat):
            yield from _guarded(f"conversation {number}", of_inner.read(inner, reading))
        else:
            yield Skipped(f"conversation {number}", UNKNOWN)
    if not wrapped:
        yield Skipped(where, UNKNOWN)


def _guarded(where: str, conversations: Conversations) -> Iterator[Found]:
    """What an importer yields, and as `Skipped` or `Empty` what it raises."""
    try:
        yield from conversations
    except NoMessages:
        yield Empty()
    except NotReadable as error:
        yield Skipped(where, str(error))
    except RecursionError:
        yield Skipped(where, "it is nested too deeply")
