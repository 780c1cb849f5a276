"""`textchat conversations export`: writes conversations to standard output, to one file, or into a folder."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from textchat.commands.open_store import arrival_of, id_of, records_of
from textchat.commands.output.progress import Progress
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import OutputError, say
from textchat.config.private_files import remove_left_over
from textchat.core.disk import is_device, is_folder
from textchat.core.errors import ConfigurationError
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import escaped
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export import running_in, running_line, title_of
from textchat.store.transfer.export_folder import ExportFolder, ExportOutcome, FileLeft, FileNotWritten
from textchat.store.transfer.export_forms import FORMS, ExportForm, head, part, tail
from textchat.store.transfer.new_file import new_file
from textchat.store.transfer.replay_file import with_timelines

LARGE = 500_000
"""Size of a conversation that may take longer to write than Ctrl+C should wait."""
Count = Callable[[int, int], None]
"""Told how many conversations of how many have been written."""
Tell = Callable[[str], None]
"""Says a sentence on standard error."""


async def export(history: History, arguments: Namespace) -> int:
    """Export conversations; returns the exit code. Raises ConfigurationError for what cannot be written."""
    if arguments.output == "":
        raise ConfigurationError("-o names no file. Pass the name of a file or a folder.")
    ids = await _wanted(history, arguments)
    target = None if arguments.output in (None, "-") else Path(arguments.output)
    named = ExportForm.MARKDOWN if target is None else FORMS.get(target.suffix.lower(), ExportForm.MARKDOWN)
    form = ExportForm(arguments.format) if arguments.format else named
    if arguments.replay:
        form = _form_of_replay(form, arguments)
    if target is None:
        await _print(history, ids, form, is_replay=arguments.replay)
        return 0
    if is_device(target):
        raise ConfigurationError(f"{escaped(target)} is not a file. Leave out -o to write to standard output.")
    if is_folder(target) or arguments.output.endswith(("/", os.sep)):
        return await _FolderExport(history, target, form, replaces=arguments.force, is_replay=arguments.replay).run(ids)
    await _write(history, ids, target, form, replaces=arguments.force, is_replay=arguments.replay)
    return 0


def _form_of_replay(form: ExportForm, arguments: Namespace) -> ExportForm:
    """A replay is JSON unless an HTML page is asked for; raises ConfigurationError for Markdown that was asked for."""
    is_named = arguments.format or Path(arguments.output or "").suffix.lower() in FORMS
    if form is ExportForm.MARKDOWN and is_named:
        raise ConfigurationError("Markdown cannot hold a replay. Use --format json or html.")
    return ExportForm.HTML if form is ExportForm.HTML else ExportForm.JSON


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


async def _records(
    history: History, ids: Sequence[str], tell: Tell, *, is_replay: bool
) -> AsyncIterator[ConversationRecord | StoreError | None]:
    """The records, for a replay with timelines; behind the last one it is said how many replies were still running."""
    running = 0
    async for record in records_of(history, ids):
        if is_replay and isinstance(record, ConversationRecord):
            record = with_timelines(record, await history.timelines.of(record.conversation.id))
        running += running_in(record.conversation) if isinstance(record, ConversationRecord) else 0
        yield record
    if line := running_line(running):
        tell(line)


# -- one file --------------------------------------------------------------------------------------------------------


async def _print(history: History, ids: Sequence[str], form: ExportForm, *, is_replay: bool) -> None:
    out = Output()
    async for piece in _pieces(history, ids, form, is_replay=is_replay):
        out.put(piece)


async def _write(
    history: History, ids: Sequence[str], target: Path, form: ExportForm, *, replaces: bool, is_replay: bool
) -> None:
    try:
        remove_left_over(target.parent)
        with new_file(target, replaces=replaces) as write, Progress(f"Exporting to {target.name}") as progress:
            async for piece in _pieces(history, ids, form, progress.count, progress.say, is_replay=is_replay):
                write(piece.encode("utf-8", "replace"))
    except (asyncio.CancelledError, KeyboardInterrupt):
        say(f"Stopped: {escaped(target)} was not written.")
        raise
    except FileExistsError as error:
        raise ConfigurationError(
            f"{escaped(target)} already exists. Choose another name, or pass --force to replace it."
        ) from error
    except OSError as error:
        raise ConfigurationError(f"Cannot write {escaped(target)}: {error.strerror}.") from error


async def _pieces(
    history: History,
    ids: Sequence[str],
    form: ExportForm,
    count: Count = lambda number, total: None,
    tell: Tell = say,
    *,
    is_replay: bool,
) -> AsyncIterator[str]:
    """The content of the export file, one conversation at a time, so that it may be larger than memory."""
    yield head(form, await _page_title(history, ids) if form is ExportForm.HTML else "")
    is_first = True
    number = 0
    async for record in _records(history, ids, tell, is_replay=is_replay):
        count(number, len(ids))
        number += 1
        if isinstance(record, StoreError):
            raise record
        if record is not None:  # it was not deleted meanwhile
            with _stopped_at_once(record):
                piece = part(form, record, is_first)
            is_first = False
            yield piece
    yield tail(form)


async def _page_title(history: History, ids: Sequence[str]) -> str:
    if len(ids) != 1:
        return f"{len(ids):,} conversations"
    return title_of((await arrival_of(history, ids[0])).conversation)


@contextmanager
def _stopped_at_once(record: ConversationRecord) -> Iterator[None]:
    """Let Ctrl+C end the block, which takes seconds for a large conversation, and not wait for what follows it."""
    if record.size < LARGE or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


# -- a folder --------------------------------------------------------------------------------------------------------


class _FolderExport:
    """Writes each conversation to a file of its own; one that fails, or is left, does not keep the others away."""

    def __init__(self, history: History, folder: Path, form: ExportForm, *, replaces: bool, is_replay: bool) -> None:
        """Raises ConfigurationError for a folder that cannot be made or read."""
        self._history = history
        self._is_replay = is_replay
        self._name = escaped(folder)
        self._done: Counter[str] = Counter()
        try:
            self._folder = ExportFolder(folder, form, replaces=replaces)
        except OSError as error:
            raise ConfigurationError(f"Cannot write {self._name}: {error.strerror}.") from error

    async def run(self, ids: Sequence[str]) -> int:
        """Export and say in one line what was done, also when it is cancelled; returns the exit code."""
        try:
            with Progress(f"Exporting to {self._name}") as progress:
                number = 0
                async for record in _records(self._history, ids, progress.say, is_replay=self._is_replay):
                    progress.count(number, len(ids))
                    self._put(record, progress)
                    number += 1
        except (asyncio.CancelledError, KeyboardInterrupt):
            say(f"Stopped: {self._summary()} Run it again for the rest.")
            raise
        except (StoreError, OutputError):
            say(self._summary())
            raise
        say(self._summary())
        return 1 if self._done["left"] or self._done["failed"] else 0

    def _put(self, record: ConversationRecord | StoreError | None, progress: Progress) -> None:
        """Write one file; raises OutputError where the next would fail as well."""
        if record is None:  # it was deleted meanwhile
            return
        if isinstance(record, StoreError):
            self._fail(str(record), progress)
            return
        try:
            with _stopped_at_once(record):
                self._done[self._folder.put(record)] += 1
        except FileLeft as left:
            self._done["left"] += 1
            progress.say(f"{left} Pass --force to replace it.")
        except FileNotWritten as error:
            if error.concerns_all:
                raise OutputError(str(error)) from error
            self._fail(str(error), progress)

    def _fail(self, sentence: str, progress: Progress) -> None:
        self._done["failed"] += 1
        progress.say(sentence)

    def _summary(self) -> str:
        done = [f"{self._done[outcome]:,} {outcome}" for outcome in ExportOutcome]
        done += [f"{self._done[other]:,} {other}" for other in ("left", "failed") if self._done[other]]
        return f"{', '.join(done)}."
