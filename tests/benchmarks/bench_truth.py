"""The figures of replies held against a server that knows the truth, beside a plain httpx client: see `truth/`.

On a machine that does nothing else it takes under three minutes, with `--long` half an hour;
`TEXTCHAT_BENCH_ONLY=speeds` runs that part alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from tests.benchmarks.report import Table
from tests.benchmarks.truth.clients import Clients
from tests.benchmarks.truth.errors import (
    ALLOWED_ESTIMATE,
    ALLOWED_S,
    Bet,
    Errors,
    error_cells,
    fair_bet,
    first,
    known,
    milliseconds,
    pane_cells,
    speed_bets,
    time_bets,
    verdicts,
    word,
    worst,
)
from tests.benchmarks.truth.models import Model
from tests.benchmarks.truth.server import TruthServer
from tests.benchmarks.truth.shown import Off, Shown, apart_s, errors_of, matched, true_cost

IS_LONG = "--long" in sys.argv
ONLY = os.environ.get("TEXTCHAT_BENCH_ONLY", "")
PANES = (1, 2, 3, 4, 6, 8) if IS_LONG else (1, 2, 4, 8)
LOADS = ("idle", "busy")
"""Busy: one core spins."""
DELAYS_MS = (0, 30, 300) if IS_LONG else (0,)
ANSWERS = 80 if IS_LONG else 24
"""Of each client, where the fewest and the most prompts allow."""
PROMPTS = (10, 20) if IS_LONG else (3, 5)
RATES = (5, 20, 50, 100, 300, 1000, 2000) if IS_LONG else (5, 50, 300, 2000)
PIECES = ("1", "10", "line")
SPAN_S = 0.6
"""How long the answers grow whose speed is measured; longer where that would be too few tokens."""
FEWEST = 36
TOO_SHORT = (
    Model(300, 5),
    Model(300, 10),
    Model(2000, 100),
    Model(300, 40),
    Model(20, 8),
    Model(2000, 200, piece="10"),
)
"""None has a speed: few tokens, little time, or both."""
THINKING = (Model(50, 30, 300, thoughts=30), Model(100, 50), Model(100, 50, 100, thoughts=100, piece="10"))
HEADER = [
    "client, panes, load", "first token ms", "plain", "total ms", "plain", "tok/s %", "plain", "tokens %", "cost %",
    "requests apart ms", "plain",
]  # fmt: skip


def run() -> list[Table]:
    parts = {"times": _times, "speeds": _speeds, "words": _words, "cancelled": _cancelled}
    return [table for name, part in parts.items() if not ONLY or name in ONLY for table in part()]


def _times() -> list[Table]:
    rows: list[list[str]] = []
    panes_rows: list[list[str]] = []
    bets: list[Bet] = []
    fair: list[Bet] = []
    for load, delay_ms, panes in product(LOADS, DELAYS_MS, PANES):
        measured = _measured(panes, load, Model(delay_ms=delay_ms))
        plain, plain_apart = measured["plain httpx"]
        for client, (errors, apart) in measured.items():
            name = f"{client} {panes}, {load}" + (f", after {delay_ms} ms" if delay_ms else "")
            if panes > 2:
                panes_rows.append([name, *pane_cells(errors, max(PANES))])
            if errors is not plain:
                rows.append([name, *error_cells(errors, plain), milliseconds(apart), milliseconds(plain_apart)])
                bets += [*time_bets(name, errors, plain), *speed_bets(name, errors, plain)]
                fair += [fair_bet(name, errors, plain)] if panes > 2 else []
    titles = ["", *(f"pane {number}" for number in range(1, max(PANES) + 1))]
    return [
        Table("Errors against the server's log: median / 95 % are within", HEADER, rows, verdicts(bets)),
        Table("Error of the first token by pane: median in ms", titles, panes_rows, verdicts(fair)),
    ]


def _measured(panes: int, load: str, model: Model) -> dict[str, tuple[Errors, list[float]]]:
    """By client, its errors, and how far apart the requests of each prompt came; the control before and after."""
    fewest, most = PROMPTS
    prompts = max(fewest, min(most, ANSWERS // panes))
    clients = ("app", "compare" if panes > 1 else "ask", "plain httpx")
    names = {client: [model.name(f"{client[:3]}{pane}") for pane in range(panes)] for client in clients}
    with _setting([name for each in names.values() for name in each], load) as (server, running):
        plain = running.control(names["plain httpx"], prompts // 2)
        shown = {client: _shown(running, client, names[client], prompts) for client in clients[:2]}
        shown["plain httpx"] = plain + running.control(names["plain httpx"], prompts - prompts // 2)
        log = server.log()
    return {client: (errors_of(found, log), apart_s(log, names[client])) for client, found in shown.items()}


def _shown(running: Clients, client: str, models: Sequence[str], prompts: int) -> list[Shown]:
    if client == "app":
        return running.app(models, prompts)
    ask = running.compare if client == "compare" else lambda names: running.ask(names[0])
    return [answer for _ in range(prompts) for answer in ask(models)]


def _speeds() -> list[Table]:
    rows: list[list[str]] = []
    bets: list[Bet] = []
    for load, is_reported in product(LOADS if IS_LONG else LOADS[:1], (True, False)):
        name = f"tokens {'reported' if is_reported else 'estimated'}, {load}"
        for part, models in (("long enough", _long_enough(is_reported)), ("too short", TOO_SHORT)):
            if is_reported or models is not TOO_SHORT:
                ours, plain = _compared(models, load)
                rows += [
                    [_described(model, name), *_speed_cells(error), *_speed_cells(control)[:1]]
                    for model, error, control in zip(models, ours, plain, strict=True)
                ]
                bets += speed_bets(f"{part}, {name}", ours, plain, is_reported)
    return [Table("Error of the speed", ["", "tok/s %", "tokens %", "cost %", "plain tok/s %"], rows, verdicts(bets))]


def _described(model: Model, name: str) -> str:
    return f"{model.rate} tok/s, {model.tokens} tokens, pieces of {model.piece}, {name}"


def _long_enough(is_reported: bool) -> list[Model]:
    """A model of each rate and each size of pieces, whose speed can be told; the slowest only once in a short run."""
    rates = RATES if is_reported or IS_LONG else RATES[1:]
    return [
        Model(rate, max(FEWEST, int(rate * SPAN_S)), is_reported=is_reported, piece=piece)
        for rate, piece in product(rates, PIECES)
    ]


def _compared(models: Sequence[Model], load: str = "idle") -> tuple[Errors, Errors]:
    """The errors of all these at once, by `compare` and by the control."""
    names, others = ([model.name(f"{tag}{number}") for number, model in enumerate(models)] for tag in ("com", "pla"))
    with _setting(names, load) as (server, running):
        shown, plain = running.compare(names), running.control(others, 1)
        return errors_of(shown, server.log()), errors_of(plain, server.log())


def _speed_cells(error: Off) -> list[str]:
    values = (error.speed, error.tokens, error.cost)
    return ["none" if value is None else f"{value * 100:+.1f}" for value in values]


def _words() -> list[Table]:
    """First thought and first word, each by itself."""
    models = THINKING * 2
    ours, plain = _compared(models)
    rows = [
        [model.name("")[1:], *(milliseconds(known([error], part)) for part in (first, word) for error in pair)]
        for model, *pair in zip(models, ours, plain, strict=True)
    ]
    mine, allowed = worst(ours, word), worst(plain, word) + ALLOWED_S
    is_kept = len(known(ours, word)) == len(ours) and mine <= allowed
    detail = f"{mine * 1000:.0f} ms, allowed {allowed * 1000:.0f}, {len(known(ours, word))} of {len(ours)} told"
    bet = Bet("first word: off by at most the plain client's error and 10 ms (p95)", "compare", is_kept, detail)
    header = ["by compare", "first piece ms", "plain", "first word ms", "plain"]
    return [Table("Thoughts and words", header, rows, verdicts([bet]))]


def _cancelled() -> list[Table]:
    """Replies that are cancelled in the app after a second, of servers that report tokens and that do not."""
    models = [Model(50, 300, is_reported=is_reported).name(f"p{is_reported:d}") for is_reported in (True, False)]
    with _setting(models) as (server, running):
        shown, journal = running.app_cancelled(models, lambda: _have_said(server, 50, len(models)))
        log = server.log()
    true = sum(map(true_cost, log))
    rows = [
        [
            answer.model,
            f"{sum(sent.tokens)}",
            f"{answer.output_tokens}",
            f"{true_cost(sent):.4f}",
            _dollars(answer.cost_usd),
        ]
        for answer, sent in matched(shown, log)
    ]
    rows.append(["the journal of the day", "", "", f"{true:.4f}", f"{journal:.4f}"])
    verdict = ("what was cancelled costs, within 15 %", abs(journal / true - 1) <= ALLOWED_ESTIMATE)
    header = ["cancelled in the app", "tokens sent", "shown", "true USD", "shown USD"]
    return [Table("Cancelled replies", header, rows, [verdict])]


def _have_said(server: TruthServer, pieces: int, replies: int) -> bool:
    log = server.log()
    return len(log) == replies and all(len(sent.times) >= pieces for sent in log)


def _dollars(cost: float | None) -> str:
    return "none" if cost is None else f"{cost:.4f}"


@contextmanager
def _setting(models: Sequence[str], load: str = "idle") -> Iterator[tuple[TruthServer, Clients]]:
    """A new server and a new store, under this load."""
    with tempfile.TemporaryDirectory() as home, TruthServer() as server:
        spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if load == "busy" else None
        try:
            yield server, Clients(Path(home) / "home", server.base_url, models)
        finally:
            if spinning is not None:
                spinning.kill()
                spinning.wait()
