"""The app where a terminal can do less: the console of Linux, no colour at all, and inside a real tmux."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator

import pytest

from tests.flow.terminal import TEXTCHAT, Terminal

TWO_MODELS = (*TEXTCHAT, "-m", "demo/fast", "-m", "demo/careful")
RENDITION = re.compile(rb"\x1b\[([\d;:]*)m")
IN_TMUX = f"""before=$(stty -g)
{" ".join(TWO_MODELS)}
echo "ended $?"
test "$before" = "$(stty -g)" && echo as before
read end"""
MODES_OF_TMUX = "alternate_on=0 mouse_any_flag=0 mouse_sgr_flag=0 keypad_cursor_flag=0 keypad_flag=0 cursor_flag=1"


def walk(terminal: Terminal) -> None:
    """Start, ask two models, cancel both, open a dialog and close it, quit."""
    terminal.wait_until(lambda text: "demo/careful" in text and "Ask anything" in text)
    terminal.type("How do I compare two models?")
    terminal.wait_until("two models?")
    terminal.press("enter")
    terminal.wait_until("Compare two models")
    terminal.press("escape")
    terminal.wait_until("■ cancelled")
    terminal.press("escape")
    terminal.wait_until(lambda text: text.count("Cancelled ·") == 2)
    terminal.press("ctrl+p")
    terminal.wait_until("Find an action")
    terminal.press("escape")
    terminal.wait_until(lambda text: "Find an action" not in text)
    terminal.press("ctrl+q")


def renditions(output: bytes) -> set[int]:
    """The first number of each attribute that was set, and what stands behind it where it is a colour's."""
    return {int(number) for found in RENDITION.findall(output) for number in re.split(rb"[;:]", found) if number}


@pytest.fixture
def slowly(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"TEXTCHAT_DEMO_SPEED": "0.3"}


def test_on_the_console_of_linux(slowly: dict[str, str]) -> None:
    del slowly["COLORTERM"]
    with Terminal(TWO_MODELS, slowly | {"TERM": "linux"}, columns=100, rows=30) as terminal:
        walk(terminal)
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
        plain = {0, 1, 2, 3, 4, 7, 9, *range(30, 38), 39, *range(40, 48), 49, *range(90, 98), *range(100, 108)}
        assert renditions(bytes(terminal.output)) <= plain, "it knows no more than its sixteen colours"
        assert not re.search(rb"\x1b\[[>=<]\d*u", terminal.output), "older ones print what they do not know of this"


def test_without_colour(slowly: dict[str, str]) -> None:
    with Terminal(TWO_MODELS, slowly | {"NO_COLOR": "1"}, columns=100, rows=30) as terminal:
        walk(terminal)
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
        assert renditions(bytes(terminal.output)) <= {0, 1, 2, 3, 4, 7, 9}, "a colour was written"
        assert 7 in renditions(bytes(terminal.output)), "the row under the cursor is told by reverse"


@pytest.fixture
def tmux() -> Iterator[list[str]]:
    """A tmux of its own, by its command; it is ended afterwards."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not here")
    with tempfile.TemporaryDirectory(prefix="tmux-", dir="/tmp") as folder:
        run = ["tmux", "-S", f"{folder}/tmux", "-f", "/dev/null"]
        yield run
        subprocess.run([*run, "kill-server"], capture_output=True, check=False)


def test_inside_tmux(slowly: dict[str, str], tmux: list[str]) -> None:
    with Terminal([*tmux, "new-session", IN_TMUX], slowly, columns=100, rows=30) as terminal:
        walk(terminal)
        text = terminal.wait_until("as before")
        assert "ended 0" in text and "demo" not in text
        wanted = " ".join(f"{name}=#{{{name}}}" for name in re.findall(r"(\w+)=", MODES_OF_TMUX))
        told = subprocess.run([*tmux, "display-message", "-p", wanted], capture_output=True, text=True, check=True)
        assert told.stdout.strip() == MODES_OF_TMUX
        terminal.press("enter")
        assert terminal.wait_for_exit() == 0
