"""A trace remembers what went over the wire, within bounds and without secrets."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from textchat.core.trace import KEPT_BODY_BYTES, KEPT_EXCHANGES, Trace

CLOCK = iter(range(1_000_000)).__next__


def opened(kept_bytes: int = 1000) -> Trace:
    trace = Trace(kept_bytes, clock=CLOCK)
    trace.requested("POST", "https://example.test/v1", {"X-Api-Key": "sk-1", "accept": "*/*"}, b"{}")
    return trace


def test_an_exchange_is_told_from_its_start_without_secrets() -> None:
    trace = opened()
    trace.responded(200, {"content-type": "text/event-stream", "Set-Cookie": "secret"})
    trace.received(b"data: 1\n\n")
    trace.received(b"data: 2\n\n")
    (exchange,) = trace.exchanges
    assert (exchange.method, exchange.url, exchange.body) == ("POST", "https://example.test/v1", b"{}")
    assert exchange.headers["accept"] == "*/*"
    assert "sk-1" not in str(exchange) and "secret" not in str(exchange)
    assert (exchange.status, exchange.responded_at) == (200, 1)
    assert [(chunk.at, chunk.data) for chunk in exchange.chunks] == [(2, b"data: 1\n\n"), (3, b"data: 2\n\n")]
    assert exchange.dropped_chunks == 0


@given(st.lists(st.binary(max_size=40), max_size=60), st.integers(2, 200))
def test_the_beginning_and_the_end_are_kept_within_the_bound(pieces: list[bytes], kept_bytes: int) -> None:
    trace = opened(kept_bytes)
    for piece in pieces:
        trace.received(piece)
    (exchange,) = trace.exchanges
    kept = [chunk.data for chunk in exchange.chunks]
    assert sum(map(len, kept)) <= kept_bytes
    assert exchange.received_bytes == sum(map(len, pieces))
    assert exchange.dropped_chunks == len(pieces) - len(kept)
    half = kept_bytes // 2
    cut = [piece[:half] for piece in pieces]
    first = exchange.dropped_after
    assert kept[:first] == cut[:first]
    assert kept[first:] == cut[len(cut) - (len(kept) - first) :]
    if sum(map(len, pieces)) <= half:
        assert kept == pieces


def test_what_is_kept_is_counted_with_all_that_it_takes() -> None:
    trace = opened(4 * 1024 * 1024)
    tracemalloc.start()
    for number in range(2_000):
        trace.received(b"data: " + b"x" * (number % 7) + b"\n\n")
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken <= 1.5 * trace.kept_bytes, "short pieces cost no more than is said"
    exchange = trace.exchanges[0]
    copy = exchange.copy()
    trace.received(b"later")
    assert copy.chunks == exchange.chunks[:-1], "a copy does not grow"


def test_each_try_is_an_exchange_and_the_last_ones_are_kept() -> None:
    trace = Trace()
    for number in range(KEPT_EXCHANGES + 3):
        trace.requested("POST", f"https://example.test/{number}", {}, b"x" * (KEPT_BODY_BYTES + 1))
        trace.responded(503, {})
    assert len(trace.exchanges) == KEPT_EXCHANGES
    assert trace.exchanges[-1].url.endswith(str(KEPT_EXCHANGES + 2))
    assert (len(trace.exchanges[-1].body), trace.exchanges[-1].body_bytes) == (KEPT_BODY_BYTES, KEPT_BODY_BYTES + 1)
