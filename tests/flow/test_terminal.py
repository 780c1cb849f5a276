"""The pty harness itself: it must see what is on the screen, and what a program leaves behind."""

from __future__ import annotations

import sys

import pytest

from tests.flow.terminal import Terminal

ECHO = """
import sys, termios, tty
before = termios.tcgetattr(0)
tty.setraw(0)
print("\\x1b[?1049h\\x1b[?25l\\x1b[?1000;1006h\\x1b[>1u\\x1b[2;4Hready", end="", flush=True)
while (key := sys.stdin.buffer.raw.read(1)) != b"\\x11":
    print(f"<{key.hex()}>", end="", flush=True)
end = sys.argv[1].encode().decode("unicode_escape")
print(end, end="", flush=True)
if "keep" not in sys.argv:
    termios.tcsetattr(0, termios.TCSADRAIN, before)
"""
MENDED = r"\x1b[<u\x1b[?1006;1000l\x1b[?25h\x1b[?1049l"


def test_keys_go_in_and_the_screen_comes_out(environment: dict[str, str]) -> None:
    with Terminal([sys.executable, "-c", ECHO, MENDED], environment, columns=60, rows=5) as terminal:
        assert terminal.wait_until("ready").splitlines()[1] == "   ready"
        terminal.press("a", "escape", "ctrl+j")
        terminal.wait_until("<61><1b><0a>")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
        assert not terminal.text.strip(), "the alternate screen is gone"


def test_what_never_comes_is_a_failure_that_shows_the_screen(environment: dict[str, str]) -> None:
    with Terminal([sys.executable, "-c", ECHO, MENDED], environment) as terminal:
        terminal.wait_until("ready")
        with pytest.raises(AssertionError, match=r"never showed 'steady'(?s:.)*   ready"):
            terminal.wait_until("steady", patience_s=0.1)
        with pytest.raises(AssertionError, match="did not end"):
            terminal.wait_for_exit(patience_s=0.1)


@pytest.mark.parametrize(
    ("end", "keep", "left"),
    [
        (MENDED.replace("1000l", "1006l"), "", "mouse clicks"),
        (MENDED.replace(r"\x1b[?25h", ""), "", "hidden cursor"),
        (MENDED.replace(r"\x1b[?1049l", ""), "", "alternate screen"),
        (MENDED.replace(r"\x1b[<u", ""), "", "kitty"),
        (MENDED, "keep", "line settings"),
    ],
)
def test_what_a_program_leaves_behind_is_named(environment: dict[str, str], end: str, keep: str, left: str) -> None:
    with Terminal([sys.executable, "-c", ECHO, end, keep], environment) as terminal:
        terminal.wait_until("ready")
        terminal.press("ctrl+q")
        terminal.wait_for_exit()
        with pytest.raises(AssertionError, match=left):
            terminal.assert_restored()
