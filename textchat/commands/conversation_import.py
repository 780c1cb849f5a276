"""`textchat conversations import`: reads files of other programs into the store."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from textchat.commands.output.progress import Progress
from textchat.commands.output.terminal import say
from textchat.core.errors import ConfigurationError
from textchat.signals import interruptible
from textchat.store.history import History
from textchat.store.record import Added, ConversationRecord
from textchat.store.transfer.importers import Empty, Found, LeftOut, Skipped, read_file

BATCH = 50
"""Number of conversations that are stored in one transaction."""
LARGEST_BATCH = 64 * 1024 * 1024
"""Texts and attachments of one batch, in characters and bytes."""


async def import_files(history: History, arguments: Namespace) -> int:
    """Import the files; returns 1 if an entry was skipped, 2 if a file was; the others are stored."""
    codes = [0]
    for name in arguments.files:
        if not name:  # an empty variable of a script: as a path it would be the working directory
            say("An empty name was given. Name a file or folder to import.")
            codes.append(2)
            continue
        try:
            codes.append(1 if await _import(history, Path(name)) else 0)
        except ConfigurationError as error:
            say(str(error))
            codes.append(2)
    return max(codes)


async def _import(history: History, file: Path) -> int:
    """Import one file and say what came of it; returns the number of entries that were skipped."""
    counts = _Counts()
    batch = _Batch(history, counts)
    with Progress(file.name) as progress:
        try:
            entries = read_file(file, progress.advance_to)
            while (found := _next(entries)) is not None:
                match found:
                    case ConversationRecord():
                        await batch.add(found)
                    case Skipped():
                        progress.say(f"{file}: skipped {found.where}: {found.why}.")
                counts.note(found)
        except (asyncio.CancelledError, KeyboardInterrupt):
            progress.say(f"{file}: stopped. What was imported is kept; import the file again for the rest.")
            raise
        finally:  # what was whole before the file turned out to be damaged
            await batch.store()
    say(f"{file}: {counts.sentence()}")
    return counts.skipped


def _next(entries: Iterator[Found]) -> Found | None:
    """The next entry, None at the end; one may take minutes to be read, and Ctrl+C ends that."""
    with interruptible():
        return next(entries, None)


@dataclass(slots=True)
class _Counts:
    """What came of a file so far."""

    new: int = 0
    grown: int = 0
    known: int = 0
    skipped: int = 0
    empty: int = 0
    left_out: list[LeftOut] = field(default_factory=list)

    def note(self, found: Found) -> None:
        match found:
            case Skipped():
                self.skipped += 1
            case Empty():
                self.empty += 1
            case LeftOut():
                self.left_out.append(found)

    def stored(self, added: Added, count: int) -> None:
        """Note that `count` conversations were given to the store."""
        self.new += len(added.new)
        self.grown += len(added.grown)
        self.known += count - len(added.new) - len(added.grown)

    def sentence(self) -> str:
        more = f" {self.grown} updated," if self.grown else ""
        parts = [f"{self.new} imported,{more} {self.known} already present, {self.skipped} skipped."]
        if self.empty:
            parts.append(f"{self.empty} without messages.")
        if self.left_out:
            parts.append(f"Left out: {', '.join(f'{each.what} ({each.count})' for each in self.left_out)}.")
        return " ".join(parts)


class _Batch:
    """Conversations that are stored in one transaction."""

    def __init__(self, history: History, counts: _Counts) -> None:
        self._history = history
        self._counts = counts
        self._records: list[ConversationRecord] = []
        self._size = 0

    async def add(self, record: ConversationRecord) -> None:
        """Add a conversation; those before it are stored first where the batch would become large.

        That a large one is interrupted must not concern the others.
        """
        if len(self._records) >= BATCH or self._size + record.size > LARGEST_BATCH:
            await self.store()
        self._records.append(record)
        self._size += record.size

    async def store(self) -> None:
        """Store what is in the batch."""
        self._counts.stored(await self._history.add(self._records), len(self._records))
        self._records.clear()
        self._size = 0
