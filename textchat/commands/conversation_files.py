"""`textchat conversations export`: writes conversations to files."""

from __future__ import annotations

import contextlib
import os
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from textchat.commands.open_store import arrival_of, id_of
from textchat.commands.output.streams import Output
from textchat.config.private_files import create_new
from textchat.core.errors import ConfigurationError
from textchat.store.history import History
from textchat.store.transfer.export import JSON_HEAD, JSON_TAIL, file_stem, json_entry, markdown, title_of
from textchat.store.transfer.export_html import page_end, page_head, page_part

Action = Callable[[History, Namespace], Awaitable[int]]

SUFFIXES = {".json": "json", ".html": "html", ".htm": "html"}
ENDINGS = {"markdown": ".md", "json": ".json", "html": ".html"}


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
