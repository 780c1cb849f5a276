"""Writes a conversation to a new file as Markdown, JSON or one HTML page; never overwrites a file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from textchat.config.private_files import free_path, remove_left_over
from textchat.core.disk import is_folder
from textchat.core.parts.loading import needs_loading
from textchat.live.conversation import LiveConversation
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export import JSON_HEAD, JSON_TAIL, json_entry, running_in, running_line
from textchat.store.transfer.export_folder import ExportFolder, FileLeft, FileNotWritten
from textchat.store.transfer.export_forms import FORMS, ExportForm, document
from textchat.store.transfer.new_file import new_file
from textchat.store.transfer.replay_file import with_timelines


class NotWritten(Exception):
    """A file that was not written; the message is a sentence that says why."""


def free_name(stem: str, folder: Path, suffix: str = ".md") -> Path:
    """A path in `folder` that does not exist yet."""
    return free_path(folder, stem, suffix)


def path_from(text: str, folder: Path) -> Path:
    """The path named by the user, relative to `folder`; raises NotWritten for an unknown home folder."""
    try:
        return folder / Path(text).expanduser()
    except RuntimeError as error:
        raise NotWritten(f"Cannot write {text}: no such home folder.") from error


async def write(live: LiveConversation, path: Path, *, is_replay: bool = False) -> str:
    """Write the whole conversation in the format given by the file's suffix, readable by its owner only.

    For a replay it has the times of the replies.

    In a folder it gets a file of Markdown, which is renewed the next time. Returns what must be known of it: a line on
    replies that were still running, else nothing. Raises NotWritten, and StoreError where the
    store cannot say what is known beside the messages.
    """
    if not is_replay and await asyncio.to_thread(is_folder, path):
        arrival = await _arrival(live)
        await asyncio.to_thread(_put_into, path, arrival)
        return running_line(running_in(arrival.conversation))
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise NotWritten(f"{path}: unknown file type. Use .md, .json or .html.")
    if is_replay and form is ExportForm.MARKDOWN:
        raise NotWritten(f"{path}: Markdown cannot hold a replay. Use .json or .html.")
    arrival = await _arrival(live)
    if is_replay:
        arrival = with_timelines(arrival, await live.history.timelines.of(live.conversation.id))
    await asyncio.to_thread(lambda: _write_new(path, document(form, arrival)))
    return running_line(running_in(arrival.conversation))


async def write_all(lives: Sequence[LiveConversation], path: Path) -> None:
    """Write several conversations to one JSON file, from which they can be imported. Raises as `write`."""
    if path.suffix.lower() != ".json":
        raise NotWritten(f"{path}: several conversations need one file of type .json.")
    entries = [json_entry(await _arrival(live)) for live in lives]
    await asyncio.to_thread(_write_new, path, JSON_HEAD + ",".join(entries) + JSON_TAIL)


async def _arrival(live: LiveConversation) -> ConversationRecord:
    conversation = live.conversation
    for reply in live.replies.values():  # with what has come so far
        conversation = conversation.with_message(reply.freeze())
    if needs_loading(conversation.messages.values()):
        loaded = await live.history.with_content(tuple(conversation.messages.values()))
        conversation = replace(conversation, messages={message.id: message for message in loaded})
    summary = await live.history.summary(conversation.id)
    if summary is None:
        return ConversationRecord(conversation, time.time()).shown
    marks = summary.is_pinned, summary.is_archived
    return ConversationRecord(conversation, summary.updated_at, *marks, summary.tags).shown


def _put_into(folder: Path, arrival: ConversationRecord) -> None:
    try:
        ExportFolder(folder, ExportForm.MARKDOWN).put(arrival)
    except FileLeft as error:
        raise NotWritten(f"{error} Choose another name.") from error
    except FileNotWritten as error:
        raise NotWritten(str(error)) from error
    except OSError as error:
        raise NotWritten(f"Cannot write {folder}: {error.strerror}.") from error


def _write_new(path: Path, text: str) -> None:
    try:
        remove_left_over(path.parent)
        with new_file(path, replaces=False) as put:
            put(text.encode("utf-8", "replace"))
    except FileExistsError as error:
        raise NotWritten(f"{path} already exists and was not changed. Choose another name.") from error
    except OSError as error:
        raise NotWritten(f"Cannot write {path}: {error.strerror}.") from error
