"""`textchat conversations export` and `import`: writes conversations to files and reads exports of other programs."""

from __future__ import annotations

import contextlib
import os
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from textchat.commands.open_store import arrival_of, id_of
from textchat.commands.output.progress import Progress
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import say
from textchat.config.private_files import create_new
from textchat.core.errors import ConfigurationError
from textchat.signals import interruptible
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export import JSON_HEAD, JSON_TAIL, file_stem, json_entry, markdown, title_of
from textchat.store.transfer.export_html import page_end, page_head, page_part
from textchat.store.transfer.importers import Skipped, read_file
from textchat.store.transfer.importers.files import Imported

Action = Callable[[History, Namespace], Awaitable[int]]

SUFFIXES = {".json": "json", ".html": "html", ".htm": "html"}
ENDINGS = {"markdown": ".md", "json": ".json", "html": ".html"}
BATCH = 50
"""Number of conversations that are stored in one transaction."""
LARGEST_BATCH = 64 * 1024 * 1024
"""Texts and attachments of one batch, in characters and bytes."""


# -- out -------------------------------------------------------------------------------------------------------------


async def export(history: History, arguments: Namespace) -> int:
    """Export conversations; returns the exit code. Raises ConfigurationError for what cannot be written."""
    ids = await _wanted(history, arguments)
    target = None if arguments.output in (None, "-") else Path(arguments.output)
    form = arguments.format or ("markdown" if target is None else SUFFIXES.get(target.suffix.lower(), "markdown"))
    if target is None:
        out = Output()
        async for piece in _pieces(history, ids, form):
            out.put(piece)
    elif target.is_dir() or arguments.output.endswith(("/", os.sep)):
        for id_ in ids:
            await _write(history, [id_], await _file_in(target, history, id_, form), form, replaces=arguments.force)
    else:
        await _write(history, ids, target, form, replaces=arguments.force)
    return 0


async def _write(history: History, ids: list[str], target: Path, form: str, *, replaces: bool) -> None:
    with _new_file(target, replaces=replaces) as write:
        async for piece in _pieces(history, ids, form):
            write(piece)


async def _file_in(folder: Path, history: History, id_: str, form: str) -> Path:
    """Path of one conversation in a folder: the same each time, so that a later export replaces it."""
    _make(folder)
    conversation = (await arrival_of(history, id_)).conversation
    return folder / f"{file_stem(conversation)}-{id_[-8:]}{ENDINGS[form]}"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"Cannot write {folder}: {error.strerror}.") from error


async def _wanted(history: History, arguments: Namespace) -> list[str]:
    if arguments.all:
        ids: list[str] = []
        last = None
        while page := await history.summaries(200, last, archived=None):
            ids += [summary.id for summary in page]
            last = page[-1]
        return ids
    if not arguments.ids:
        raise ConfigurationError("Nothing to export. Name conversations, or pass --all.")
    return list(dict.fromkeys([await id_of(history, prefix) for prefix in arguments.ids]))


async def _pieces(history: History, ids: list[str], form: str) -> AsyncIterator[str]:
    """The content of the export file, one conversation at a time, so that it may be larger than memory."""
    head, tail = {"json": (JSON_HEAD, JSON_TAIL), "html": ("", page_end()), "markdown": ("", "")}[form]
    yield page_head(await _page_title(history, ids)) if form == "html" else head
    for number, id_ in enumerate(ids):
        arrival = await arrival_of(history, id_)
        match form:
            case "json":
                yield json_entry(arrival, is_first=number == 0)
            case "html":
                yield page_part(arrival)
            case _:
                yield ("\n" if number else "") + markdown(arrival)
    yield tail


async def _page_title(history: History, ids: list[str]) -> str:
    if len(ids) != 1:
        return f"{len(ids):,} conversations"
    return title_of((await arrival_of(history, ids[0])).conversation)


@contextlib.contextmanager
def _new_file(target: Path, *, replaces: bool) -> Iterator[Callable[[str], object]]:
    """Write to a temporary file and rename it to `target` once complete; an old file stays unless it `replaces`."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    is_reserved = False
    try:
        if not replaces:
            target.open("x").close()
            is_reserved = True
        with create_new(beside) as file:
            yield lambda text: file.write(text.encode("utf-8", "replace"))
        beside.replace(target)
        is_reserved = False
    except FileExistsError as error:
        raise ConfigurationError(
            f"{target} already exists. Choose another name, or pass --force to replace it."
        ) from error
    except OSError as error:
        raise ConfigurationError(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        beside.unlink(missing_ok=True)
        if is_reserved:
            target.unlink(missing_ok=True)


# -- in --------------------------------------------------------------------------------------------------------------


async def take_in(history: History, arguments: Namespace) -> int:
    """Import the files; returns 1 if an entry was skipped, which does not keep the others out of the store."""
    skipped = 0
    for name in arguments.files:
        skipped += await _take_in(history, Path(name))
    return 1 if skipped else 0


def _next(entries: Imported) -> ConversationRecord | Skipped | None:
    """The next entry, None at the end; one may take minutes to be read, and Ctrl+C ends that."""
    with interruptible():
        return next(entries, None)


async def _take_in(history: History, file: Path) -> int:
    new = grown = known = skipped = 0
    batch: list[ConversationRecord] = []
    size = 0
    with Progress(file.name) as progress:

        async def store() -> None:
            nonlocal new, grown, known
            added = await history.add(batch)
            new += len(added.new)
            grown += len(added.grown)
            known += len(batch) - len(added.new) - len(added.grown)
            batch.clear()

        try:
            entries = read_file(file, progress.advance_to)
            while (entry := _next(entries)) is not None:
                if isinstance(entry, Skipped):
                    skipped += 1
                    progress.say(f"{file}: skipped {entry.where}: {entry.why}.")
                    continue
                size += _size(entry)
                if batch and (len(batch) >= BATCH or size > LARGEST_BATCH):
                    await store()  # before a large one: that it is interrupted must not concern the others
                    size = _size(entry)
                batch.append(entry)
        finally:  # what was whole before the file turned out to be damaged
            await store()
    more = f" {grown} updated," if grown else ""
    say(f"{file}: {new} imported,{more} {known} already present, {skipped} skipped.")
    return skipped


def _size(arrival: ConversationRecord) -> int:
    """Of texts and attachments together."""
    messages = arrival.conversation.messages.values()
    files = sum(len(attachment.data) for message in messages for attachment in message.attachments)
    return files + sum(len(message.text) + len(message.reasoning) for message in messages)
