"""Takes a picture out of the clipboard with the system's own programs, in bounded time and memory."""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from textchat.core.limits import ATTACHMENT, too_large
from textchat.ui.clipboard import is_over_ssh

PATIENCE_S = 5.0
"""How long a program may take; PowerShell needs two seconds to start."""
LONGEST_TYPES = 64 * 1024
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff")
"""Wanted types, best first: every model that sees takes PNG."""
FILES = "text/uri-list"
NONE = "No picture in the clipboard."
_OVER_SSH = (
    "The clipboard is on your own machine, and ssh does not carry pictures. Copy the file to this machine and type @."
)
_POWERSHELL = (
    "Add-Type -AssemblyName System.Windows.Forms,System.Drawing;"
    "$i=[Windows.Forms.Clipboard]::GetImage();"
    "if($i){$m=New-Object IO.MemoryStream;$i.Save($m,[Drawing.Imaging.ImageFormat]::Png);"
    "[Convert]::ToBase64String($m.ToArray())}"
)
_APPLESCRIPT = "get the clipboard as «class PNGf»"


_Command = Callable[[str], tuple[str, ...]]
"""The command that prints the clipboard as a type."""


class NoPictureError(Exception):
    """There is none, or it cannot be had; its text is the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was in the clipboard: a picture, or the files that a file manager has copied."""

    data: bytes = b""
    paths: str = ""
    """As a paste of them would be."""


class ClipboardPictures:
    """Asks the programs of this system; `environ` says where it runs, `platform` is as `sys.platform`."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str] = os.environ,
        platform: str = sys.platform,
        most_bytes: int = ATTACHMENT.most,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._environ = environ
        self._platform = platform
        self._most = most_bytes
        self._patience_s = patience_s

    async def take(self) -> Taken:
        """What is in the clipboard; raises NoPictureError."""
        has = self._environ.get
        if self._platform == "win32" or has("WSL_DISTRO_NAME"):
            return await self._from_windows()
        if has("WAYLAND_DISPLAY"):
            return await self._from_wayland()
        if has("DISPLAY") and self._platform != "darwin":
            return await self._from_x11()
        if is_over_ssh(self._environ):
            raise NoPictureError(_OVER_SSH)
        if self._platform == "darwin":
            return await self._from_macos()
        raise NoPictureError("No clipboard: textchat runs outside of a desktop. Type @ to attach a file.")

    async def _from_wayland(self) -> Taken:
        program = self._found("wl-paste", "Install wl-clipboard to paste pictures.")
        types = await self._run(program, "--list-types", most=LONGEST_TYPES)
        return await self._typed(types, lambda kind: (program, "--no-newline", "--type", kind))

    async def _from_x11(self) -> Taken:
        program = self._found("xclip", "Install xclip to paste pictures.")
        of = (program, "-selection", "clipboard", "-o", "-t")
        types = await self._run(*of, "TARGETS", most=LONGEST_TYPES)
        return await self._typed(types, lambda kind: (*of, kind))

    async def _typed(self, types: bytes, command: _Command) -> Taken:
        offered = types.decode("utf-8", "replace").split()
        for kind in PICTURES:
            if kind in offered:
                return Taken(await self._run(*command(kind), most=self._most))
        if FILES in offered:
            paths = await self._run(*command(FILES), most=LONGEST_TYPES)
            return Taken(paths=paths.decode("utf-8", "replace"))
        raise NoPictureError(NONE)

    async def _from_macos(self) -> Taken:
        if pngpaste := shutil.which("pngpaste", path=self._environ.get("PATH")):
            return Taken(await self._run(pngpaste, "-", most=self._most))
        program = self._found("osascript", "Install pngpaste to paste pictures.")
        printed = await self._run(program, "-e", _APPLESCRIPT, most=2 * self._most + 100)
        found = re.search(rb"PNGf([0-9A-Fa-f]+)", printed)
        return Taken(bytes.fromhex(found.group(1).decode())) if found else _none()

    async def _from_windows(self) -> Taken:
        program = self._found("powershell.exe", "Add powershell.exe to PATH to paste pictures.")
        printed = await self._run(program, "-NoProfile", "-STA", "-Command", _POWERSHELL, most=2 * self._most)
        try:
            return Taken(base64.b64decode(printed, validate=False)) if printed.strip() else _none()
        except binascii.Error:
            return _none()

    def _found(self, name: str, otherwise: str) -> str:
        path = shutil.which(name, path=self._environ.get("PATH"))
        if path is None:
            raise NoPictureError(otherwise)
        return path

    async def _run(self, *command: str, most: int) -> bytes:
        """What a program prints; raises NoPictureError where it fails, is slow or prints too much."""
        nothing = asyncio.subprocess.DEVNULL
        name = re.split(r"[\\/]", command[0])[-1]
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=nothing,
                stdout=asyncio.subprocess.PIPE,
                stderr=nothing,
                env=dict(self._environ),
                start_new_session=True,
            )
        except OSError as error:
            raise NoPictureError(f"Cannot run {name}: {error.strerror}.") from error
        try:
            async with asyncio.timeout(self._patience_s):
                printed = await _all_of(process, most)
                code = None if len(printed) > most else await process.wait()
        except TimeoutError as error:
            raise NoPictureError(f"{name} took longer than {self._patience_s:.0f} seconds.") from error
        finally:
            await _end(process)
        if len(printed) > most:
            raise NoPictureError(too_large("The picture", self._most, ATTACHMENT))
        if code != 0 or not printed:
            raise NoPictureError(NONE)
        return printed


async def _all_of(process: asyncio.subprocess.Process, most: int) -> bytes:
    """All that a process prints, but at most about a piece more than `most`."""
    assert process.stdout is not None
    printed = bytearray()
    while len(printed) <= most and (piece := await process.stdout.read(64 * 1024)):
        printed += piece
    return bytes(printed)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()


def _none() -> Taken:
    raise NoPictureError(NONE)
