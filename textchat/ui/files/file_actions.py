"""Shows the files of messages in the system's viewer, and saves them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.text.sanitize import plain_name
from textchat.startup import is_in_browser
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import AskLine, KeyOf
from textchat.ui.files.file_types import saved_name, viewed_suffix

if TYPE_CHECKING:
    import tempfile

    from textchat.core.conversation import Message
    from textchat.core.parts.part import Part


@dataclass(eq=False)
class FileActions:
    """Opens and saves one file at a time. Copies for viewers lie in a private folder until textchat ends."""

    current: CurrentConversation
    ask: AskLine
    notices: Notices
    key_of: KeyOf
    folder: Callable[[], Path] = Path.cwd
    """Where a file is saved unless the user says otherwise."""
    _shown: tempfile.TemporaryDirectory[str] | None = field(default=None, init=False)

    def close(self) -> None:
        """Remove the copies that viewers were given."""
        if self._shown is not None:
            self._shown.cleanup()
            self._shown = None

    async def open(self, message: Message, number: int) -> None:
        """Show a file of a message in the system's viewer."""
        from textchat.ui.files.viewer import is_remote, open_in_viewer

        part = self._part(message, number)
        if part is None:
            return
        name, save = plain_name(part.name) or "the file", self._save_hint()
        suffix = viewed_suffix(part)
        if suffix is None:
            self.notices.say(f"{name} is not opened: it could run something. {save}")
        elif is_remote():
            self.notices.say(f"No viewer {'in a browser' if is_in_browser() else 'over SSH'} for {name}. {save}")
        elif (data := await self._content(part)) is not None:
            try:
                path = await asyncio.to_thread(self._copy, part, data, suffix)
            except OSError as error:
                self.notices.problem(f"Cannot open {name}: {error.strerror or error}.")
                return
            if not await open_in_viewer(path):
                self.notices.say(f"No viewer found for {name}. {save}")

    async def save(self, message: Message, number: int) -> None:
        """Write a file of a message to a new file that the user names; asks again for an unusable name."""
        from textchat.config.private_files import free_path
        from textchat.live.files import NotWritten, path_from
        from textchat.store.transfer.new_file import write_new

        part = self._part(message, number)
        data = None if part is None else await self._content(part)
        if part is None or data is None:
            return
        path = free_path(self.folder(), *saved_name(part))
        while True:
            text = await self.ask("Save to a new file", str(path))
            if text is None or not text.strip():
                return
            try:
                path = path_from(text.strip(), self.folder())
                if await asyncio.to_thread(path.is_dir):
                    path = free_path(path, *saved_name(part))
                await asyncio.to_thread(write_new, path, data)
                self.notices.say(f"Saved to {path}")
                return
            except NotWritten as error:
                self.notices.problem(str(error))
            except FileExistsError:
                self.notices.problem(f"{path} exists already. Choose another name.")
                path = free_path(path.parent, path.stem, path.suffix)
            except OSError as error:
                self.notices.problem(f"Cannot write {path}: {error.strerror or error}.")

    def _part(self, message: Message, number: int) -> Part | None:
        """The file of a message that has any content; None, with a notice, for another."""
        growing = next((reply for reply in self.current.live.replies.values() if reply.id == message.id), None)
        parts = message.parts if growing is None else growing.received.parts
        if number >= len(parts):
            return None
        part = parts[number]
        if part.digest:
            return part
        where = plain_name(part.reference)
        self.notices.say(f"This file is only at the server: {where}" if where else "The content was not sent.")
        return None

    async def _content(self, part: Part) -> bytes | None:
        """The content of a part; None, with a notice, where it cannot be read."""
        with self.notices.store_problems():
            try:
                return await self.current.content(part)
            except ValueError:
                self.notices.problem(f"The content of {plain_name(part.name) or 'the file'} cannot be read.")
        return None

    def _copy(self, part: Part, data: bytes, suffix: str) -> Path:
        """A copy for a viewer, in a folder of its owner; one that is there already is not written again."""
        from textchat.config.private_files import create_new, temporary_folder

        if self._shown is None or not Path(self._shown.name).is_dir():
            self._shown = temporary_folder()
        path = Path(self._shown.name) / f"{saved_name(part)[0]}-{part.digest[:8]}{suffix}"
        if not path.exists():
            with create_new(path) as file:
                file.write(data)
        return path

    def _save_hint(self) -> str:
        key = self.key_of("message.save_file")
        return f"Press {key} in the messages to save it." if key else "Save it instead."
