"""How long from exec until a typed character is on the screen: textchat beside a bare Textual app with one Input."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.report import Table
from tests.flow.terminal import TEXTCHAT, Terminal, isolated_environment

BARE = """
from textual.app import App
from textual.widgets import Input

class Bare(App):
    def compose(self):
        yield Input()

Bare().run()
"""
ROUNDS = int(os.environ.get("TEXTCHAT_BENCH_ROUNDS", "21"))
MOST = 1.3
TYPED = "¤"
RAW_MODE = b"\x1b[?2004h"
"""Textual asks for bracketed paste once the line settings are changed: from there on, nothing is the kernel's echo."""


def run() -> list[Table]:
    times = _measured()
    bare, own = (median(found) for found in times.values())
    return [
        Table(
            "From exec to the first echo of a typed character",
            ["ms", "median", "least", "most"],
            [
                [name, *(f"{each * 1000:.0f}" for each in (median(found), min(found), max(found)))]
                for name, found in times.items()
            ],
            [(f"{own / bare:.2f} times as long, at most {MOST}", own <= MOST * bare)],
        )
    ]


def _measured() -> dict[str, list[float]]:
    """Seconds of each program's starts, which take turns."""
    with tempfile.TemporaryDirectory() as folder:
        environment = isolated_environment(Path(folder))
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        programs = {"bare Textual app": (sys.executable, str(bare)), "textchat": TEXTCHAT}
        times: dict[str, list[float]] = {name: [] for name in programs}
        for round_ in range(ROUNDS + 1):
            for name, argv in programs.items():
                elapsed = first_echo_s(argv, environment)
                if round_:  # the first round compiles and fills the caches
                    times[name].append(elapsed)
    return times


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
