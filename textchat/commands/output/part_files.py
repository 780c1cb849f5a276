"""Writes the files of replies as they come, under names that are safe everywhere; none replaces another."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path, PurePosixPath

from textchat.commands.output.terminal import say
from textchat.config.private_files import create_new, numbered_paths, private_folder
from textchat.core.conversation import Message
from textchat.core.errors import ConfigurationError
from textchat.core.parts.part import Part
from textchat.core.parts.size_words import size_words
from textchat.core.text.sanitize import plain_name, revealed

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


class PartFiles:
    """The files of the replies to one prompt; without a folder, none is written."""

    def __init__(self, folder: str | None = None, panes: Sequence[str] = ("",), *, is_saved: bool = False) -> None:
        """`panes` are the folders of the replies below it. Raises ConfigurationError where it cannot be made."""
        self._is_saved = is_saved
        self._folder = None if folder is None else Path(folder).expanduser()
        self._panes = panes
        self._paths: dict[int, list[str | None]] = {}
        self.has_failed = False
        """Whether a file could not be written; that was said."""
        if self._folder is not None:
            try:
                private_folder(self._folder)
            except OSError as error:
                reason = "not a folder" if isinstance(error, FileExistsError) else error.strerror
                raise ConfigurationError(f"Cannot use --parts {plain_name(str(folder))}: {reason}.") from error

    async def take(self, pane: int, part: Part) -> str | None:
        """Write a file that has come, where there is a folder; its path, None if it was not written."""
        path = None
        if self._folder is not None and part.data is not None:
            try:
                path = await asyncio.to_thread(self._write, self._folder, self._panes[pane], part, part.data)
            except OSError as error:
                self.has_failed = True
                say(f"Cannot write {plain_name(part.name)} to {self._folder}: {error.strerror}.")
        self._paths.setdefault(pane, []).append(None if path is None else str(path))
        return self._paths[pane][-1]

    def written(self, pane: int, message: Message) -> list[tuple[Part, str | None]]:
        """The files of a reply, and where each was written."""
        paths = self._paths.get(pane, [])[: len(message.parts)]
        return list(zip_longest(message.parts, paths))

    def line(self, part: Part, path: str | None) -> str:
        """The line about a file: what it is, and where it went."""
        part = replace(part, name=part.shown_name, media_type=plain_name(part.media_type, 60))
        if path is not None:
            where = f" · written to {path}"
        elif part.reference and not part.size:
            return revealed(f"+ {part.name} · {part.media_type} · kept by the server alone")
        elif self._is_saved or self._folder is not None:
            where = ""
        else:
            where = " · not kept: add --parts FOLDER, or --save"
        return revealed(f"+ {part.name} · {part.media_type} · {size_words(part.size)}{where}")

    @staticmethod
    def _write(folder: Path, pane: str, part: Part, data: bytes) -> Path:
        from textchat.store.transfer.file_names import safe_stem  # few replies have files

        folder /= safe_stem(pane)
        private_folder(folder)
        stem = safe_stem(PurePosixPath(part.name.replace("\\", "/")).stem) or part.kind.value
        for path in numbered_paths(folder, stem, _ending(part)):
            try:
                file = create_new(path)
            except FileExistsError:
                continue
            try:
                with file:
                    file.write(data)
            except OSError:
                path.unlink(missing_ok=True)  # half a picture is none
                raise
            return path
        raise AssertionError("names do not end")


def _ending(part: Part) -> str:
    """The ending of the name where it agrees with what the file is, else the usual one of its kind."""
    import mimetypes

    from textchat.core.parts.media_types import ending_of

    media_type = part.media_type.partition(";")[0].strip().lower()
    own = PurePosixPath(part.name.replace("\\", "/")).suffix
    if _ENDING.fullmatch(own) and mimetypes.guess_type(f"name{own}")[0] == media_type:
        return own.lower()
    return ending_of(media_type) or ".bin"
