"""Exports conversations into a folder, one file each; a later export renews those that textchat wrote.

A file is found again by the part of the id in its name, so its name stays when the title changes, and whoever links to
it still finds it. It is replaced only as textchat wrote it: what somebody has changed since, or another program's file,
is left and named.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import defaultdict
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from textchat.config.private_files import private_folder, remove_left_over
from textchat.core.conversation import Conversation
from textchat.core.text.sanitize import escaped
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export_forms import ExportForm, document
from textchat.store.transfer.export_mark import id_in, is_unchanged, marked
from textchat.store.transfer.file_names import file_name, key_of_name, longer_name, same_name
from textchat.store.transfer.new_file import new_file
from textchat.store.transfer.parts.markdown_parts import FilesBeside

LARGEST_FILE = 512 * 1024 * 1024
"""In bytes: a larger one is not read, so it counts as somebody else's."""
_OF_THE_FOLDER = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.ENOENT})
"""Errors of the disk or the folder, whatever the file."""


class ExportOutcome(StrEnum):
    """What became of the file of one conversation."""

    WRITTEN = "written"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class FileLeft(Exception):
    """A file in the place of an export that is not textchat's to replace; the text is one sentence that names it."""


class FileNotWritten(Exception):
    """A file that the system does not write; the text is one sentence that names it."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"Cannot write {escaped(path)}: {error.strerror}.")
        self.concerns_all = error.errno in _OF_THE_FOLDER
        """Whether the next file would meet it as well."""
        self.is_taken = error.errno == errno.EEXIST
        """Whether somebody else, such as another export, was faster."""


class ExportFolder:
    """A folder of exported conversations in one format."""

    def __init__(self, folder: Path, form: ExportForm, *, replaces: bool = False) -> None:
        """`replaces`: also files that are somebody else's, or were changed. Raises OSError."""
        private_folder(folder)
        remove_left_over(folder)
        self._folder = folder
        self._form = form
        self._replaces = replaces
        self._names: dict[str, list[str]] = defaultdict(list)
        """Names of files, by the end of the id in them."""
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - no paths of a hundred thousand names
            self._remember(name)

    def _remember(self, name: str) -> None:
        if (key := key_of_name(name, self._form.ending)) is not None:
            self._names[key].append(name)

    def put(self, record: ConversationRecord) -> ExportOutcome:
        """Write the file of a conversation, if it is new or not as it was; raises FileLeft and FileNotWritten."""
        try:
            return self._put(record)
        except FileNotWritten as error:
            if not error.is_taken:
                raise
        return self._put(record)

    def _put(self, record: ConversationRecord) -> ExportOutcome:
        conversation = record.conversation
        path, held = self._file_of(conversation)
        files = FilesBeside(f"{path.stem}-files")
        data = marked(self._form, conversation.id, document(self._form, record, files).encode("utf-8", "replace"))
        is_free = held is None and not os.path.lexists(path)
        if held is None and not is_free:  # not a plain file, or made in this moment
            held = _content(path)
        if held == data:
            self._put_files(files)
            return ExportOutcome.UNCHANGED
        is_reserved = held == b""  # by an export that was killed: see `new_file`
        if not (is_free or is_reserved or self._replaces):
            self._check(path, held, conversation.id)
        self._put_files(files)  # first: no link leads to what is not there yet
        try:
            with new_file(path, replaces=not is_free) as write:
                write(data)
        except OSError as error:
            raise FileNotWritten(path, error) from error
        if is_free:
            self._remember(path.name)
        return ExportOutcome.WRITTEN if is_free or is_reserved else ExportOutcome.UPDATED

    def _put_files(self, files: FilesBeside) -> None:
        """Write the files that are not there; one of the same name has the same content, or was changed since."""
        if not files.files:
            return
        folder = self._folder / files.folder
        path = folder
        try:
            private_folder(folder)
            for name, data in files.files.items():
                path = folder / name
                if not os.path.lexists(path):
                    with suppress(FileExistsError), new_file(path, replaces=False) as write:
                        write(data)
        except OSError as error:
            raise FileNotWritten(path, error) from error

    def _check(self, path: Path, held: bytes | None, conversation_id: str) -> None:
        """Raise FileLeft for a file that is not as textchat wrote it for this conversation."""
        if held is None or id_in(self._form, held) != conversation_id:
            raise FileLeft(f"Left {escaped(path)}: not an export of this conversation.")
        if not is_unchanged(self._form, held):
            raise FileLeft(f"Left {escaped(path)}: changed since its export.")

    def _file_of(self, conversation: Conversation) -> tuple[Path, bytes | None]:
        """Where a conversation goes, and what the file holds now: its own from before, or a name that is not taken."""
        ending = self._form.ending
        usual = file_name(conversation, ending)
        own: dict[str, bytes] = {}
        others: set[str] = set()
        for name in self._names.get(key_of_name(usual, ending) or "", ()):
            data = _content(self._folder / name)
            id_ = None if data is None else id_in(self._form, data)
            if data is not None and id_ == conversation.id:
                own[name] = data
            elif id_ is not None:
                others.add(same_name(name))  # on some systems, a name in capitals is the same name
        if own:  # beside copies of it, which may have been changed
            name = min(own, key=lambda name: (name != usual, not is_unchanged(self._form, own[name])))
            return self._folder / name, own[name]
        path = self._folder / (longer_name(conversation, ending) if same_name(usual) in others else usual)
        return path, _content(path)


def _content(path: Path) -> bytes | None:
    """What a file holds; None for what is not a plain file, such as a link, or cannot be read."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:
            return None
        # Should a link or a pipe take its place in this moment, it is neither followed nor waited for.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            return file.read()
    except OSError:
        return None
