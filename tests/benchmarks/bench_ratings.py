"""How often the 95% intervals of ratings hold the truth, of simulated voters, and how long they take.

1,000 simulations each, with `--long` 4,000; four minutes on a machine that does nothing else.
"""

from __future__ import annotations

import random
import sys
import time

from tests.benchmarks.report import Table
from tests.core.voters import Case, Voters, coverage, strengths_from
from textchat.core.votes.ratings import rated

SIMULATIONS = 4000 if "--long" in sys.argv else 1000
DRAWS = 400
"""Fewer than textchat's own 1,000: what that moves is below a hundredth."""
NEAR = 0.02
MOST_S = 0.7
CASES = (
    ("2 models, 12 votes", Case(2, 0.7, 12)),
    ("2 models, 40 votes", Case(2, 1.0, 40)),
    ("4 models, 60 votes", Case(4, 1.0, 60)),
    ("4 models, 300 votes", Case(4, 1.0, 300)),
    ("6 models far apart, 120 votes", Case(6, 1.5, 120)),
    ("5 models, the best of 3, 80 votes", Case(5, 1.0, 80, at_once=3)),
    ("5 models, 3 ranked, 60 votes", Case(5, 1.0, 60, at_once=3, is_ranking=True)),
)


def run() -> list[Table]:
    return [_coverage(), _speed()]


def _coverage() -> Table:
    rows, verdicts = [], []
    for name, case in CASES:
        found = coverage(SIMULATIONS, case, draws=DRAWS)
        rows.append((name, f"{found.ratings:.1%}", f"{found.differences:.1%}"))
        is_near = abs(found.ratings - 0.95) <= NEAR and abs(found.differences - 0.95) <= NEAR
        verdicts.append((f"{name}: 95 ± 2 %", is_near))
    return Table("Ratings: intervals that hold the truth", ("voters", "ratings", "differences of two"), rows, verdicts)


def _speed() -> Table:
    rng = random.Random(1)
    votes = Voters(strengths_from(rng, 10, 1.0)).votes(1000, rng)
    began = time.process_time()
    rated(votes)
    took = time.process_time() - began
    return Table(
        "Ratings: how long they take",
        ("votes", "CPU"),
        [("10 models, 1,000 votes, 1,000 draws", f"{took:.2f} s")],
        [(f"less than {MOST_S} s", took < MOST_S)],
    )
