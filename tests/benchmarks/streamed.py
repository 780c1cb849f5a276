"""Measures answers while they stream: how late their words are on the screen, how late keys, and what it costs."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.benchmarks.bench_typing import KEYS
from tests.benchmarks.numbered_server import WORD, NumberedServer
from tests.benchmarks.watched import Watched

_SHOWN = f"({WORD}|[{KEYS[0]}-{KEYS[-1]}])"


@dataclass(frozen=True)
class Streamed:
    """What some seconds of one answer or several were like."""

    lags: Sequence[float]
    """Seconds from the moment each word left the server until it stood on the screen."""
    echoes: Sequence[float]
    sent: int
    """Words that left; those that were scrolled over within a frame or are behind tabs were never seen."""
    seconds: float
    cpu_s: float
    bytes: int

    def cells(self) -> list[str]:
        """Lag and echo, each at the median and at 95 %, in milliseconds."""
        return [ms(each) for times in (self.lags, self.echoes) for each in (median(times), p95(times))]


def streamed(program: Watched, server: NumberedServer, seconds: float) -> Streamed:
    """Let answers stream, and type a letter now and then."""
    began, cpu, written = time.perf_counter(), program.cpu_s(), program.written_bytes()
    typed = _type_for(program, seconds)
    until, cpu, written = time.perf_counter(), program.cpu_s() - cpu, program.written_bytes() - written
    program.run_for(0.5)
    sent = {word.text: at for word, at in list(server.sent.items()) if began <= at <= until}
    shown = program.first_shown(_SHOWN)
    lags = [shown[text] - at for text, at in sent.items() if text in shown]
    echoes = [shown[letter] - at for letter, at in typed.items()]
    return Streamed(lags, echoes, len(sent), until - began, cpu, written)


def _type_for(program: Watched, seconds: float) -> dict[str, float]:
    """Type letters that no answer has, each once and at uneven intervals; returns when."""
    random_, until, typed = random.Random(5), time.perf_counter() + seconds, dict[str, float]()
    interval = max(0.15, seconds / len(KEYS))
    for letter in KEYS:
        program.run_for(random_.uniform(0.5, 1.5) * interval)
        if time.perf_counter() >= until:
            break
        typed[letter] = program.press(letter)
    program.run_for(max(0.0, until - time.perf_counter()))
    return typed


def p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"
