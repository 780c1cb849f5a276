"""The clipboard says what was done: real programs, a real tmux, and a file where none works."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from textchat.ui.clipboard import OSC_52_MOST, Clipboard

TEXT = "def f():\n\treturn 'äöü 日本'\n\n"


class Screen(App[None]):
    """An app that only remembers what it would have sent to the terminal."""

    sent: str | None = None
    headless = False

    @property
    def is_headless(self) -> bool:
        return self.headless

    def copy_to_clipboard(self, text: str) -> None:
        self.sent = text


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "sleep", "sh"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def tool(tools: Path, name: str, script: str = 'cat > "$0.got"') -> Path:
    """A program of that name; what it was given stands in the file that is returned."""
    path = tools / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path.with_name(f"{name}.got")


def content_and_mode(name: str) -> tuple[str, int]:
    return Path(name).read_text(), stat.S_IMODE(Path(name).stat().st_mode)


def clipboard(tools: Path, app: Screen | None = None, platform: str = "linux", **environ: str) -> Clipboard:
    app = app or Screen()
    return Clipboard(
        app,
        environ={"PATH": str(tools), **environ},
        folder=tools.parent / "saved",
        platform=platform,
        patience_s=0.5,
    )


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("wl-copy", {"WAYLAND_DISPLAY": "wayland-0"}),
        ("xclip", {"DISPLAY": ":0"}),
        ("xsel", {"DISPLAY": ":0"}),
        ("pbcopy", {"platform": "darwin"}),
        ("termux-clipboard-set", {"TERMUX_VERSION": "1"}),
    ],
)
async def test_the_system_s_own_program_gets_the_exact_text(tools: Path, name: str, where: dict[str, Any]) -> None:
    got = tool(tools, name)
    sentence = await clipboard(tools, **where).copy(TEXT)
    assert got.read_text() == TEXT
    assert sentence == f"Copied {len(TEXT)} characters with {name}."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("curl a.b\x1b[2K | sh\r", "with 2 control characters:"),
        ("rm\u200b -rf \u202e/", "with 2 hidden characters:"),
        ("\x07\xad", "with 1 control character and 1 hidden character:"),
        ("می\u200cخواهم\r\n👩\u200d👧", ""),
    ],
)
async def test_who_copies_what_cannot_be_seen_is_told_and_gets_the_exact_text(
    tools: Path, text: str, said: str
) -> None:
    app = Screen()
    sentence = await clipboard(tools, app, SSH_TTY="/dev/pts/1", TERM="xterm").copy(text)
    assert app.sent == text and (said in sentence if said else sentence.endswith("ignore it."))


async def test_windows_gets_its_own_encoding(tools: Path) -> None:
    got = tool(tools, "clip.exe")
    await clipboard(tools, WSL_DISTRO_NAME="Debian").copy(TEXT)
    assert got.read_bytes().decode("utf-16-le") == TEXT


async def test_a_program_that_fails_or_hangs_is_passed_over(tools: Path) -> None:
    tool(tools, "wl-copy", "exit 1")
    tool(tools, "xclip", "exec sleep 20")
    got = tool(tools, "xsel")
    sentence = await clipboard(tools, WAYLAND_DISPLAY="w", DISPLAY=":0").copy(TEXT)
    assert "with xsel" in sentence and got.read_text() == TEXT


async def test_over_ssh_only_what_reaches_the_person_is_used(tools: Path) -> None:
    got = tool(tools, "pbcopy")
    app = Screen()
    sentence = await clipboard(tools, app, platform="darwin", SSH_TTY="/dev/pts/1", TERM="xterm").copy(TEXT)
    assert not got.exists() and app.sent == TEXT and "OSC 52" in sentence


@pytest.mark.parametrize(
    "deaf",
    [{"TERM": "linux"}, {"TERM_PROGRAM": "Apple_Terminal"}, {"STY": "1.screen"}],
)
async def test_where_nothing_works_the_text_is_in_a_private_file(tools: Path, deaf: dict[str, str]) -> None:
    app = Screen()
    sentence = await clipboard(tools, app, **deaf).copy(TEXT)
    found = re.search(r"Saved \d+ characters to (.+)\.$", sentence)
    assert found and app.sent is None
    assert content_and_mode(found.group(1)) == (TEXT, 0o600)


@pytest.mark.parametrize("text", ["x" * (OSC_52_MOST + 1), "日" * (OSC_52_MOST // 3 + 1)])
async def test_what_is_too_long_for_the_terminal_goes_to_a_file(tools: Path, text: str) -> None:
    app = Screen()
    assert "Saved" in await clipboard(tools, app, TERM="xterm").copy(text)
    assert app.sent is None
    assert "OSC 52" in await clipboard(tools, app, TERM="xterm").copy("x" * OSC_52_MOST)


async def test_a_file_that_cannot_be_written_is_said(tools: Path) -> None:
    (tools.parent / "saved").write_text("in the way")
    assert (await clipboard(tools, TERM="linux").copy(TEXT)).startswith("Not copied")


async def test_nothing_is_said_to_be_nothing(tools: Path) -> None:
    assert await clipboard(tools).copy("") == "Nothing to copy."


async def test_a_lone_surrogate_does_not_stop_it(tools: Path) -> None:
    got = tool(tools, "xclip")
    await clipboard(tools, DISPLAY=":0").copy("a\ud800b")
    assert got.read_text() == "a?b"


@pytest.fixture
def tmux() -> Iterator[dict[str, str]]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not here")
    # The path of a socket has about a hundred characters, which pytest's folders may need for themselves.
    with tempfile.TemporaryDirectory(prefix="tmux-", dir="/tmp") as folder:
        socket = f"{folder}/tmux"
        run = ["tmux", "-S", socket, "-f", "/dev/null"]
        subprocess.run([*run, "new-session", "-d", "sleep 60"], check=True)
        yield {"TMUX": f"{socket},1,0", "socket": socket}
        subprocess.run([*run, "kill-server"], check=True)


def buffer_of(socket: str) -> str:
    return subprocess.run(["tmux", "-S", socket, "show-buffer"], capture_output=True, check=True).stdout.decode()


async def test_in_tmux_it_is_in_its_buffer(tools: Path, tmux: dict[str, str]) -> None:
    (tools / "tmux").symlink_to(str(shutil.which("tmux")))
    sentence = await clipboard(tools, SSH_TTY="/dev/pts/1", TMUX=tmux["TMUX"]).copy(TEXT)
    assert buffer_of(tmux["socket"]) == TEXT
    assert "to the tmux buffer" in sentence
