"""How long from exec until a typed character is on the screen: textchat beside a bare Textual app with one Input.

Both run alternately in a real pty. Usage: python -m tests.benchmarks.bench_start [ROUNDS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.flow.terminal import TEXTCHAT, Terminal, isolated_environment

BARE = """
from textual.app import App
from textual.widgets import Input

class Bare(App):
    def compose(self):
        yield Input()

Bare().run()
"""
GOAL = 1.3
TYPED = "¤"
RAW_MODE = b"\x1b[?2004h"
"""Textual asks for bracketed paste once the line settings are changed: from there on, nothing is the kernel's echo."""


def first_echo_s(argv: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds from exec until the program has drawn the first character that was typed."""
    started = time.monotonic()
    with Terminal(argv, environment) as terminal:
        terminal.wait_until(lambda _: RAW_MODE in terminal.output)
        while TYPED.encode() not in terminal.output:
            # Keys that come before the input has the focus are lost, so it is typed again until one shows.
            terminal.type(TYPED)
            terminal.read_for(0.01)
        return time.monotonic() - started


def main(rounds: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = isolated_environment(Path(folder))
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        programs = {"bare Textual app": (sys.executable, str(bare)), "textchat": TEXTCHAT}
        times: dict[str, list[float]] = {name: [] for name in programs}
        for round_ in range(rounds + 1):
            for name, argv in programs.items():
                elapsed = first_echo_s(argv, environment)
                if round_:  # the first round compiles and fills the caches
                    times[name].append(elapsed)
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, found in times.items():
        span = f"from {min(found) * 1000:.0f} to {max(found) * 1000:.0f}"
        print(f"{name:<18} median {medians[name] * 1000:5.0f} ms   {span}")
    ratio = medians["textchat"] / medians["bare Textual app"]
    print(f"{'ratio':<18} {ratio:.2f} (goal: at most {GOAL})")
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
