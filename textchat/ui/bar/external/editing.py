"""Edits a text in an editor of the user's, in a private file, while the terminal is the editor's and replies go on."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.config.input_files import read_regular
from textchat.config.paths import NAME
from textchat.config.private_files import copy_private, new_private_file, temporary_folder
from textchat.core.text.sanitize import plain_name
from textchat.live.editor_command import NoEditorError, editor_command
from textchat.signals import keyboard_signals_ignored

if TYPE_CHECKING:
    from asyncio.subprocess import Process

FILE = "prompt.md"
BYTES_PER_CHARACTER = 4
AT_ONCE_S = 0.5
"""An editor that ends sooner and has changed nothing has probably opened a window, and left us without its text."""
GOING_S = 0.5
"""How long an editor may take to go when the app ends, before it is killed."""


class NotEditedError(Exception):
    """The text stays as it was; the error's text is a sentence that says why."""


@dataclass(frozen=True)
class OutsideEditor:
    """Starts the editor. `suspended` gives the terminal away and takes it back; `longest` text is taken, in characters.

    `rescued` is given what was saved last where the app ends before the editor does.
    """

    environ: Mapping[str, str]
    suspended: Callable[[], AbstractContextManager[None]]
    longest: int
    rescued: Callable[[str], None]

    async def edit(self, text: str) -> str:
        """The text as it was saved; raises NotEditedError."""
        try:
            command = editor_command(self.environ)
            with temporary_folder() as folder:
                path = Path(folder) / FILE
                await asyncio.to_thread(_write, path, text)
                began = time.monotonic()
                await self._run(command, path, text)
                ended_at_once = time.monotonic() - began < AT_ONCE_S
                after = await asyncio.to_thread(self._read, path, text)
        except NoEditorError as error:
            raise NotEditedError(str(error)) from None
        except OSError as error:
            raise NotEditedError(f"Not edited: {error.strerror or error}.") from None
        if ended_at_once and after == text:
            raise NotEditedError(f"{_name(command)} ended at once. If it opens a window, add the option to wait.")
        return after

    async def _run(self, command: list[str], path: Path, text: str) -> None:
        """Run the editor to its end; raises NotEditedError where it fails, OSError where it cannot be started."""
        failure: OSError | None = None
        code = 0
        with keyboard_signals_ignored(), self.suspended():  # what is raised in there would leave the terminal away
            try:
                process = await asyncio.create_subprocess_exec(*command, str(path), env=dict(self.environ))
                code = await self._ended(process, path, text)
            except OSError as error:
                failure = error
        if failure is not None:
            raise failure
        if code < 0:
            raise NotEditedError(f"{_name(command)} was ended by signal {-code}. The text is as it was.")
        if code:
            raise NotEditedError(f"{_name(command)} failed with exit code {code}. The text is as it was.")

    async def _ended(self, process: Process, path: Path, text: str) -> int:
        """The editor's exit code. If the app ends before it, it is ended, and what it saved is rescued."""
        try:
            return await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            with suppress(OSError, NotEditedError):
                self.rescued(self._read(path, text))
            raise

    def _read(self, path: Path, before: str) -> str:
        data = read_regular(path, self.longest * BYTES_PER_CHARACTER)
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            raise NotEditedError(f"Not taken: the file is not UTF-8. {_kept(path)}") from None
        if len(data) > self.longest * BYTES_PER_CHARACTER or len(text) > self.longest:
            raise NotEditedError(f"Not taken: more than {self.longest:,} characters. {_kept(path)}")
        # Editors end the last line, which nobody has typed.
        return text if before.endswith("\n") else text.removesuffix("\n")


def _name(command: list[str]) -> str:
    return plain_name(Path(command[0]).name, 60)


def _kept(path: Path) -> str:
    """Keep what is not taken, and say where: somebody has written it."""
    copy = Path(tempfile.gettempdir()) / f"{NAME}-{secrets.token_hex(4)}{path.suffix}"
    return f"It is kept in {copy_private(path, copy)}."


def _write(path: Path, text: str) -> None:
    with new_private_file(path) as file:
        file.write(text if not text or text.endswith("\n") else f"{text}\n")


async def _end(process: Process) -> None:
    """End the editor with the app: nobody would be there to take the terminal back from it."""
    with suppress(ProcessLookupError):
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GOING_S)
            return
        process.kill()
