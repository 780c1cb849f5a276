"""Copies text to the clipboard by the best available way, and reports in one sentence which way that was."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.app import App

from textchat.config.private_files import create_new, private_folder
from textchat.core.text.sanitize import unseen_words

PATIENCE_S = 2.0
"""How long a program may take; some wait for a display that does not answer."""
OSC_52_MOST = 74_994
"""Bytes that OSC 52 may carry: in base64 just under the 100,000 characters that terminals commonly take."""
DEAF_TERMS = frozenset({"linux", "dumb", "unknown"})
DEAF_PROGRAMS = frozenset({"Apple_Terminal"})
"""Terminals that are known to ignore OSC 52."""


def is_over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether textchat runs at the far side of ssh."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


@dataclass(frozen=True, slots=True)
class Program:
    """A program that reads the text from its standard input."""

    arguments: tuple[str, ...]
    does: str
    """The result of its success; follows `Copied N characters`."""
    encoding: str = "utf-8"


class Clipboard:
    """Tries the system's own programs, then tmux, then the terminal (OSC 52), and writes a file if none works.

    `environ` says where it runs, `folder` takes the file, `platform` is as `sys.platform`.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        environ: Mapping[str, str] = os.environ,
        folder: Path | None = None,
        platform: str = sys.platform,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._app = app
        self._environ = environ
        self._folder = folder or Path(tempfile.gettempdir())
        self._platform = platform
        self._patience_s = patience_s

    async def copy(self, text: str) -> str:
        """Copy `text` exactly; returns a sentence that says how."""
        if not text:
            return "Nothing to copy."
        length = f"{len(text):,} {'character' if len(text) == 1 else 'characters'}"
        unseen = unseen_words(text)
        sentence = await self._copy(text, length)
        return f"{sentence} It is text with {unseen}: look at it before you paste it." if unseen else sentence

    async def _copy(self, text: str, length: str) -> str:
        if self._app.is_web:  # programs would fill the clipboard of the server
            self._app.copy_to_clipboard(text)
            return f"Sent {length} to the browser's clipboard; it may ask for permission."
        for program in self._programs():
            if await self._run(program, text):
                return f"Copied {length} {program.does}."
        if self._reaches_terminal(text):
            self._app.copy_to_clipboard(text)
            return f"Sent {length} to the terminal's clipboard (OSC 52); some terminals ignore it."
        return await asyncio.to_thread(self._save, text, length)

    # -- the programs ------------------------------------------------------------------------------------------------

    def _programs(self) -> Iterator[Program]:
        """Programs that reach the clipboard of the person at the screen, best first."""
        has = self._environ.get
        if has("WAYLAND_DISPLAY"):
            yield Program(("wl-copy",), "with wl-copy")
        if has("DISPLAY"):
            yield Program(("xclip", "-selection", "clipboard"), "with xclip")
            yield Program(("xsel", "--clipboard", "--input"), "with xsel")
        if not is_over_ssh(self._environ):
            # On the far side of ssh these fill a clipboard that nobody looks at.
            if self._platform == "darwin":
                yield Program(("pbcopy",), "with pbcopy")
            if self._platform == "win32" or has("WSL_DISTRO_NAME"):
                yield Program(("clip.exe",), "with clip.exe", "utf-16-le")
            if has("TERMUX_VERSION"):
                yield Program(("termux-clipboard-set",), "with termux-clipboard-set")
        if has("TMUX"):
            # Since 3.2 it passes the buffer on to the terminal, where its option set-clipboard allows it.
            passed_on = "to the tmux buffer, and to the terminal unless tmux has set-clipboard off"
            yield Program(("tmux", "load-buffer", "-w", "-"), passed_on)
            yield Program(("tmux", "load-buffer", "-"), "to the tmux buffer")

    async def _run(self, program: Program, text: str) -> bool:
        """Run a program; returns whether it reported success."""
        path = shutil.which(program.arguments[0], path=self._environ.get("PATH"))
        if path is None:
            return False
        # Some stay behind to hold the selection: they must not hold our pipes.
        nothing = asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                path,
                *program.arguments[1:],
                stdin=asyncio.subprocess.PIPE,
                stdout=nothing,
                stderr=nothing,
                env=dict(self._environ),
                start_new_session=True,
            )
        except OSError:
            return False
        try:
            async with asyncio.timeout(self._patience_s):
                await process.communicate(text.encode(program.encoding, "replace"))
        except (TimeoutError, OSError):
            if process.returncode is None:
                process.kill()
                await process.wait()
            return False
        return process.returncode == 0

    # -- the terminal, and the last resort ---------------------------------------------------------------------------

    def _reaches_terminal(self, text: str) -> bool:
        has = self._environ.get
        is_deaf = has("TERM") in DEAF_TERMS or has("TERM_PROGRAM") in DEAF_PROGRAMS or bool(has("STY"))
        is_short = len(text) <= OSC_52_MOST and len(text.encode("utf-8", "replace")) <= OSC_52_MOST
        return is_short and not is_deaf and not self._app.is_headless

    def _save(self, text: str, length: str) -> str:
        try:
            file = private_folder(self._folder) / f"textchat-copied-{secrets.token_hex(4)}.md"
            with create_new(file) as new:
                new.write(text.encode("utf-8", "replace"))
        except OSError as error:
            return f"Not copied: no clipboard found, and no file could be written ({error.strerror})."
        return f"No clipboard found. Saved {length} to {file}."
