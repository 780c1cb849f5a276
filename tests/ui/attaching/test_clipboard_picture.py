"""A picture of the clipboard is taken with the system's own programs; what is missing is said."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from textchat.ui.attaching.files.clipboard_picture import ClipboardPictures, NoPictureError, Taken

PNG = b"\x89PNG\r\n\x1a\n....\0\xff"
WAYLAND, X11 = {"WAYLAND_DISPLAY": "w"}, {"DISPLAY": ":0"}
SAYS_TYPES = 'case "$*" in *-types*|*TARGETS*) printf "%b" "{types}";; *{asked}*) cat "$0.out";; *) exit 1;; esac'


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "sleep", "sh", "head"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def tool(tools: Path, name: str, script: str, output: bytes = b"") -> None:
    (tools / name).write_text(f"#!/bin/sh\n{script}\n")
    (tools / name).chmod(0o755)
    (tools / f"{name}.out").write_bytes(output)


async def take(tools: Path, environ: dict[str, str], platform: str = "linux", **options: float) -> Taken:
    pictures = ClipboardPictures(environ={"PATH": str(tools), **environ}, platform=platform, most_bytes=1000, **options)
    return await pictures.take()


PRINTED = f"«data PNGf{PNG.hex().upper()}»\n".encode()


@pytest.mark.parametrize(
    ("environ", "platform", "name", "script", "output"),
    [
        (WAYLAND, "linux", "wl-paste", SAYS_TYPES.format(types="text/html\\nimage/png\\n", asked="image/png"), PNG),
        (X11, "linux", "xclip", SAYS_TYPES.format(types="TARGETS\\nimage/png\\n", asked="image/png"), PNG),
        ({}, "darwin", "pngpaste", 'cat "$0.out"', PNG),
        ({}, "darwin", "osascript", 'cat "$0.out"', PRINTED),
        ({}, "win32", "powershell.exe", 'cat "$0.out"', base64.b64encode(PNG) + b"\r\n"),
        ({"WSL_DISTRO_NAME": "U"}, "linux", "powershell.exe", 'cat "$0.out"', base64.b64encode(PNG)),
    ],
)
async def test_each_system_gives_its_picture(
    tools: Path, environ: dict[str, str], platform: str, name: str, script: str, output: bytes
) -> None:
    tool(tools, name, script, output)
    assert await take(tools, environ, platform) == Taken(PNG)


async def test_copied_files_are_named(tools: Path) -> None:
    tool(tools, "xclip", SAYS_TYPES.format(types="text/uri-list", asked="uri-list"), b"file:///a%20b\r\n")
    assert await take(tools, X11) == Taken(paths="file:///a%20b\r\n")


@pytest.mark.parametrize(
    ("environ", "platform", "sentence"),
    [
        (WAYLAND, "linux", "Install wl-clipboard to paste pictures."),
        (X11, "linux", "Install xclip to paste pictures."),
        ({}, "darwin", "Install pngpaste to paste pictures."),
        ({}, "win32", "Add powershell.exe to PATH to paste pictures."),
        ({"SSH_TTY": "/dev/pts/1"}, "linux", "The clipboard is on your own machine, and ssh does not carry"),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", "The clipboard is on your own machine, and ssh does not carry"),
        ({}, "linux", "No clipboard: textchat runs outside of a desktop. Type @ to attach a file."),
    ],
)
async def test_what_is_missing_is_said(tools: Path, environ: dict[str, str], platform: str, sentence: str) -> None:
    with pytest.raises(NoPictureError, match=f"^{sentence}"):
        await take(tools, environ, platform)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ('printf "text/plain\\n"', "No picture in the clipboard."),
        ("exit 1", "No picture in the clipboard."),
        ("exec sleep 60", "wl-paste took longer than 0 seconds."),
        (
            'case "$*" in *-types*) echo image/png;; *) exec cat /dev/zero;; esac',
            "The picture is larger than 1,000 bytes.",
        ),
    ],
)
async def test_a_program_is_bounded_in_time_and_memory(tools: Path, script: str, sentence: str) -> None:
    tool(tools, "wl-paste", script)
    with pytest.raises(NoPictureError, match=f"^{sentence}"):
        await take(tools, WAYLAND, patience_s=0.3 if "sleep" in script else 20.0)
