"""A day in one process: conversations by the hundred, with all that goes wrong in them, and what stays of it.

Takes half an hour to an hour, so it runs only when it is named. `TEXTCHAT_BENCH_CONVERSATIONS=50` is a quick look.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.lived import ENTER, ESCAPE, NEW, Lived, Taken, lived
from tests.benchmarks.report import Table

CONVERSATIONS = int(os.environ.get("TEXTCHAT_BENCH_CONVERSATIONS", "500"))
TURNS = 6
"""In each conversation."""
MOST_GROWTH = 1.1
MOST_TRIES = 3
"""Of a prompt that does not come to the server."""
FOUND_S = 0.3
"""Until a search has found."""
SIZES = ((100, 30), (160, 50), (80, 24), (120, 40))
THEMES = ("nord", "gruvbox", "dracula", "textual-dark")
HELP, MODELS, OPEN, PALETTE = "\x1bOP", "\x14", "\x0f", "\x10"
DUPLICATE, CLOSE, DIFF, ONLY_THIS = "\x1bt", "\x1bOS", "\x1bOR", "\x1b[19~"
MESSAGES, INSPECT = "\x1b[Z", "i"
AGAIN = "\x1b[15~"


def run() -> list[Table]:
    if "day" not in sys.argv:
        return []
    with tempfile.TemporaryDirectory() as folder, lived(Path(folder)) as program:
        day = Day(program)
        taken = [day.tenth(number) for number in range(10)]
    rows = [
        [str(number + 1), str(turns), f"{each.memory_mb:.0f}", str(each.descriptors), str(each.threads)]
        for number, (turns, each) in enumerate(taken)
    ]
    (_, first), later = taken[0], [each for _, each in taken[1:]]
    growth = max(each.memory_mb for each in later) / first.memory_mb
    return [
        Table(
            f"A day of {CONVERSATIONS} conversations",
            ["tenth", "turns", "MB", "descriptors", "threads"],
            rows,
            [
                (
                    f"memory grows {growth:.2f} times after the first tenth, at most {MOST_GROWTH}",
                    growth <= MOST_GROWTH,
                ),
                ("no more descriptors", later[-1].descriptors <= first.descriptors),
                ("no more threads", later[-1].threads <= first.threads),
            ],
        )
    ]


class Day:
    """Conversations of ten kinds, in turn."""

    def __init__(self, program: Lived) -> None:
        self._program = program
        self._turns = 0
        self._conversations = 0
        self._kinds = (
            self._panes,
            self._cancelled,
            self._cut,
            self._refused,
            self._inspected,
            self._left_growing,
            self._dialogs,
            self._looks,
            self._switched,
            self._long,
        )

    def tenth(self, number: int) -> tuple[int, Taken]:
        """Live a tenth of the day; the turns so far, and what is taken then."""
        while self._conversations < CONVERSATIONS * (number + 1) // 10:
            self._kinds[self._conversations % len(self._kinds)]()
            self._program.press(NEW)
            self._conversations += 1
        taken = self._program.taken()
        print(number + 1, self._turns, *taken, flush=True, file=sys.stderr)
        return self._turns, taken

    def _turn(self, way: str = "well 80") -> None:
        for _ in range(MOST_TRIES):
            if self._program.ask(f"turn {self._turns + 1} of conversation {self._conversations} {way}"):
                self._turns += 1
                return

    def _usual(self, turns: int) -> None:
        for _ in range(turns):
            self._turn()

    def _panes(self) -> None:
        self._turn()
        self._program.press(DUPLICATE, DUPLICATE)
        self._usual(TURNS - 3)
        self._program.press(DIFF, ESCAPE, CLOSE)
        self._turn()
        self._program.press(ONLY_THIS)
        self._turn()

    def _cancelled(self) -> None:
        self._usual(TURNS - 1)
        self._turns += 1
        self._program.press(f"turn {self._turns} of conversation {self._conversations} slowly 1000\r")
        self._program.run_for(0.3)
        self._program.press(ESCAPE)
        self._program.run_for(0.3)

    def _cut(self) -> None:
        self._usual(TURNS - 2)
        self._turn("cut 40")
        self._turn()

    def _refused(self) -> None:
        self._usual(TURNS - 2)
        self._turn("refused 0")
        self._turn()

    def _inspected(self) -> None:
        self._usual(TURNS)
        self._program.press(MESSAGES, INSPECT, ESCAPE, MESSAGES)

    def _left_growing(self) -> None:
        self._usual(TURNS - 1)
        self._turns += 1
        self._program.type(f"turn {self._turns} of conversation {self._conversations} slowly 60\r")
        self._program.run_for(0.3)

    def _dialogs(self) -> None:
        self._usual(TURNS)
        self._program.press(HELP, ESCAPE, MODELS, ESCAPE, OPEN, ESCAPE, PALETTE, ESCAPE)

    def _looks(self) -> None:
        self._usual(TURNS)
        self._program.press(PALETTE, THEMES[self._conversations // 10 % len(THEMES)], ENTER)
        for columns, rows in SIZES:
            self._program.resize(columns, rows)

    def _switched(self) -> None:
        self._usual(TURNS - 2)
        for _ in range(2):
            self._program.press(OPEN, f"conversation {self._conversations * 7 // 10}")
            self._program.run_for(FOUND_S)
            self._program.press(ENTER, ESCAPE)
            self._turn()

    def _long(self) -> None:
        self._usual(TURNS - 1)
        self._turn("well 2000")
        self._program.press(AGAIN)
