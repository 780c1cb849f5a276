"""What hands feel, in a real pty at 120×40: first token, cancel, lag of tokens, echo of keys, and idleness."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.clients import Client, clients
from tests.benchmarks.numbered_server import NumberedServer, Word
from tests.benchmarks.report import Table
from tests.benchmarks.streamed import Streamed, ms, p95, streamed
from tests.benchmarks.watched import Watched

ROUNDS = int(os.environ.get("TEXTCHAT_BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("TEXTCHAT_BENCH_SECONDS", "10"))
WAITS_S = (0.5, 3.0)
"""Between the first echo of a start and its first Enter, beside the half second of `until_it_takes_keys`."""
PATIENCE_S = 20.0
REST_S = 0.5
"""After an answer, before anything else is asked."""
CANCELS = 3
LOADS = ((1, 200), (4, 100))
"""Panes, and tokens a second of each."""
IDLE_S = 10.0
MOST_FIRST_S = 0.06
MOST_CANCEL_S = 0.035
MOST_KITTY_CANCEL_S = 0.02
MOST_LAG_S = {1: (0.015, 0.030), 4: (0.035, 0.060)}
"""p50 and p95."""
MOST_CPU_S = {1: 1.5, 4: 1.5}
MOST_ECHO_S = 0.025
KITTY_ASKED, KITTY_SAID = b"\x1b[?u", "\x1b[?1u"
ESCAPES = {"Escape": "\x1b", "Escape by the kitty protocol": "\x1b[27u"}


def run() -> list[Table]:
    with tempfile.TemporaryDirectory() as folder:
        there = clients(Path(folder))
        return [
            _first_table(there),
            _cancel_table(there),
            *(_stream_table(there, panes, rate) for panes, rate in LOADS),
            _idle_table(there),
        ]


# -- the first token ---------------------------------------------------------------------------------------------------


def _first_table(there: Sequence[Client]) -> Table:
    rows, ours = [], list[float]()
    for client in there:
        times = {wait: [_prompts(client, wait) for _ in range(ROUNDS)] for wait in WAITS_S}
        firsts = [[each[0] for each in rounds] for rounds in times.values()]
        seconds = [each[1] for rounds in times.values() for each in rounds]
        ours = ours or [median(each) for each in firsts]
        rows.append([client.name, *(f"{ms(median(each))} ({ms(max(each))})" for each in (*firsts, seconds))])
    return Table(
        "From Enter to the first token on the screen, of a server that answers at once",
        ["ms, median (worst)", *(f"first, after {0.5 + wait:.1f} s" for wait in WAITS_S), "second"],
        rows,
        [(f"the first at most {ms(MOST_FIRST_S)} ms", max(ours) <= MOST_FIRST_S)],
    )


def _prompts(client: Client, wait_s: float) -> tuple[float, float]:
    """Seconds of the first prompt after a start, and of the second."""
    with NumberedServer() as server, client.start(server.base_url, ["m0-100-1"]) as program:
        program.until_it_takes_keys()
        program.run_for(wait_s)
        first = _asked(program)
        program.type("and")
        program.run_for(0.3)
        return first, _asked(program)


def _asked(program: Watched) -> float:
    return _shown_after(program, "\r", Word(0, 0).text)


def _shown_after(program: Watched, key: str, text: str) -> float:
    """Seconds from a key until a text is on the screen; returns when all else has come to rest too."""
    at = program.press(key)
    until = at + PATIENCE_S
    program.run_for(REST_S)  # drawing takes long, and what comes meanwhile would be dated late
    while text not in (shown := program.first_shown(f"({text})", since=at)):
        assert time.perf_counter() < until, f"{text} was never shown"
        program.run_for(REST_S)
    return shown[text] - at


# -- cancel ------------------------------------------------------------------------------------------------------------


def _cancel_table(there: Sequence[Client]) -> Table:
    rows, limits = [], dict(zip(ESCAPES, (MOST_CANCEL_S, MOST_KITTY_CANCEL_S), strict=True))
    verdicts: list[tuple[str, bool]] = []
    for client in there:
        for name, key in ESCAPES.items():
            said, left = zip(*(_cancelled(client, key) for _ in range(CANCELS)), strict=True)
            rows.append([f"{client.name}, {name}", *(f"{ms(median(each))} ({ms(max(each))})" for each in (said, left))])
            if client is there[0]:
                verdicts.append((f"{name} within {ms(limits[name])} ms", median(said) <= limits[name]))
    header = ["ms, median (worst)", "on the screen", "the server sees the client go"]
    return Table(f"Cancelling an answer of {LOADS[0][1]} tokens a second", header, rows, verdicts)


def _cancelled(client: Client, escape: str) -> tuple[float, float]:
    with NumberedServer() as server, client.start(server.base_url, [f"m0-{LOADS[0][1]}"]) as program:
        program.until_it_takes_keys()
        if escape != "\x1b" and any(KITTY_ASKED in piece for _, piece in program.pieces):
            program.type(KITTY_SAID)
        program.press("\r")
        program.run_for(2.0)
        at = time.perf_counter()
        said_s = _shown_after(program, escape, client.cancelled)
        assert server.gone, "the server was not told"
        return said_s, server.gone[0] - at


# -- a stream ----------------------------------------------------------------------------------------------------------


def _stream_table(there: Sequence[Client], panes: int, rate: int) -> Table:
    found = [(client.name, _streamed(client, panes, rate)) for client in there if panes <= client.most_panes]
    ours, (most_p50, most_p95), most_cpu = found[0][1], MOST_LAG_S[panes], MOST_CPU_S[panes]
    is_prompt = median(ours.lags) <= most_p50 and p95(ours.lags) <= most_p95
    return Table(
        f"{panes} {'pane' if panes == 1 else 'panes'} at {rate} tokens a second each, for {SECONDS:.0f} s",
        ["", "lag p50 ms", "lag p95 ms", "echo p50 ms", "echo p95 ms", "CPU s for 1,000 tokens", "bytes a token"],
        [[name, *_cells(each)] for name, each in found],
        [
            (f"a token is at most {ms(most_p50)} ms behind (p50), {ms(most_p95)} ms (p95)", is_prompt),
            (f"at most {most_cpu} CPU s for 1,000 tokens", _for_1000(ours) <= most_cpu),
            (f"echo at most {ms(MOST_ECHO_S)} ms (p95)", p95(ours.echoes) <= MOST_ECHO_S),
        ],
    )


def _streamed(client: Client, panes: int, rate: int) -> Streamed:
    models = [f"m{pane}-{rate}" for pane in range(panes)]
    with NumberedServer() as server, client.start(server.base_url, models) as program:
        program.until_it_takes_keys()
        program.press("\r")
        program.run_for(2.0)
        found = streamed(program, server, SECONDS)
    assert len(found.lags) > found.sent * 0.9, f"{client.name} showed {len(found.lags)} of {found.sent} words"
    return found


def _cells(each: Streamed) -> list[str]:
    return [*each.cells(), f"{_for_1000(each):.2f}", f"{each.bytes / each.sent:.0f}"]


def _for_1000(each: Streamed) -> float:
    return each.cpu_s / each.sent * 1000


# -- nothing -----------------------------------------------------------------------------------------------------------


def _idle_table(there: Sequence[Client]) -> Table:
    rows = [[client.name, *map(str, _idle(client))] for client in there]
    quiet = rows[0][1] == "0" and rows[0][2] == "0"
    return Table(
        f"{IDLE_S:.0f} s in which nothing happens, after an answer",
        ["", "bytes", "wake-ups of the main thread", "ms of CPU"],
        rows,
        [("nothing is written and nothing wakes", quiet)],
    )


def _idle(client: Client) -> tuple[int, int, int]:
    with NumberedServer() as server, client.start(server.base_url, ["m0-100-1"]) as program:
        program.until_it_takes_keys()
        program.press("\r")
        program.run_for(3.0)
        written, wakeups, cpu = program.written_bytes(), program.wakeups(), program.cpu_s()
        program.run_for(IDLE_S)
        cpu = program.cpu_s() - cpu
        return program.written_bytes() - written, program.wakeups() - wakeups, round(cpu * 1000)
