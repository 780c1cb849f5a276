"""`textchat conversations import`: reads exports of textchat and of other programs."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from textchat.commands.output.progress import Progress
from textchat.commands.output.terminal import say
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import Skipped, read_file

BATCH = 50
"""Number of conversations that are stored in one transaction."""
LARGEST_BATCH = 64 * 1024 * 1024
"""Attachments of one batch, in bytes."""


async def take_in(history: History, arguments: Namespace) -> int:
    """Import the files; returns 1 if an entry was skipped, which does not keep the others out of the store."""
    skipped = 0
    for name in arguments.files:
        skipped += await _take_in(history, Path(name))
    return 1 if skipped else 0


async def _take_in(history: History, file: Path) -> int:
    new = grown = known = skipped = 0
    batch: list[ConversationRecord] = []
    attached = 0
    with Progress(file.name) as progress:

        async def store() -> None:
            nonlocal new, grown, known, attached
            added = await history.add(batch)
            new += len(added.new)
            grown += len(added.grown)
            known += len(batch) - len(added.new) - len(added.grown)
            batch.clear()
            attached = 0

        try:
            for entry in read_file(file, progress.advance_to):
                if isinstance(entry, Skipped):
                    skipped += 1
                    progress.say(f"{file}: skipped {entry.where}: {entry.why}.")
                    continue
                batch.append(entry)
                attached += _bytes_attached(entry)
                if len(batch) >= BATCH or attached > LARGEST_BATCH:
                    await store()
        finally:  # what was whole before the file turned out to be damaged
            await store()
    more = f" {grown} updated," if grown else ""
    say(f"{file}: {new} imported,{more} {known} already present, {skipped} skipped.")
    return skipped


def _bytes_attached(arrival: ConversationRecord) -> int:
    messages = arrival.conversation.messages.values()
    return sum(len(attachment.data) for message in messages for attachment in message.attachments)
