"""Lines of JSON come out the same for every way of cutting their bytes."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textchat.core.errors import ProtocolError
from textchat.providers.streams.ndjson import NdjsonSplitter

AWKWARD = [b"\n", b"\r\n", b"\r", b'"\xe2\x80\xa8"', b'"\xc2\x85"', b"\x0b", b"\x0c", b"\xff", b"\xe2\x82", b"\xf0\x9f"]
BODIES = st.lists(
    st.one_of(
        st.sampled_from(AWKWARD),
        st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=2).map(
            lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        ),
        st.binary(max_size=6),
    ),
    max_size=12,
).map(b"".join)
CUTS = st.lists(st.integers(0, 80), max_size=8)


def pieces(body: bytes, cuts: list[int]) -> list[bytes]:
    ends = sorted({min(cut, len(body)) for cut in cuts} | {len(body)})
    return [body[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def slow_reference(body: bytes) -> list[str]:
    """The whole body at once, by the words of the specification."""
    lines = []
    *whole, half = re.split(rb"\n", body)
    for raw in whole:
        without_cr = raw[:-1] if raw.endswith(b"\r") else raw
        if without_cr:
            lines.append(str(without_cr, "utf-8", "replace"))
    half = half[:-1] if half.endswith(b"\r") else half
    try:
        json.loads(str(half, "utf-8", "replace"))
    except ValueError:
        return lines
    return [*lines, str(half, "utf-8", "replace")]


def split(parts: list[bytes], max_bytes: int = 1000) -> tuple[list[str], bool]:
    """The lines, and whether a line was refused."""
    splitter = NdjsonSplitter(max_bytes)
    lines: list[str] = []
    try:
        for part in parts:
            lines += splitter.feed(part)
        lines += splitter.close()
    except ProtocolError:
        return lines, True
    return lines, False


@given(BODIES, CUTS)
def test_any_cut_gives_the_lines_of_the_reference(body: bytes, cuts: list[int]) -> None:
    assert split(pieces(body, cuts)) == (slow_reference(body), False)
    assert split([body[i : i + 1] for i in range(len(body))]) == (slow_reference(body), False)


@given(BODIES, CUTS, st.integers(1, 12))
def test_the_bound_falls_at_the_same_line_for_any_cut(body: bytes, cuts: list[int], max_bytes: int) -> None:
    sizes = [len(raw) for raw in body.split(b"\n")]
    lines, refused = split(pieces(body, cuts), max_bytes)
    assert refused == any(size > max_bytes for size in sizes)
    if refused:
        first = next(i for i, size in enumerate(sizes) if size > max_bytes)
        before = b"".join(raw + b"\n" for raw in body.split(b"\n")[:first])
        assert lines == slow_reference(before)


def test_lines_before_a_long_one_are_given_out_first() -> None:
    splitter = NdjsonSplitter(max_bytes=10)
    assert splitter.feed(b'{"a":1}\n' + b"x" * 11) == ['{"a":1}']
    with pytest.raises(ProtocolError, match="max_event_bytes"):
        splitter.feed(b"\n")
    with pytest.raises(ProtocolError):
        splitter.close()


def test_an_endless_line_is_refused() -> None:
    splitter = NdjsonSplitter(max_bytes=1000)
    with pytest.raises(ProtocolError):
        for _ in range(3):
            splitter.feed(b"y" * 600)


def test_an_unfinished_last_line_counts_only_as_whole_json() -> None:
    for tail, kept in [(b'{"done":true}', True), (b'{"done":tr', False), (b"", False), (b"[" * 100_000, False)]:
        splitter = NdjsonSplitter()
        assert splitter.feed(b'{"x":"\xe2\x80\xa8\xc2\x85"}\r\n' + tail) == ['{"x":"\u2028\x85"}']
        assert splitter.close() == ([tail.decode()] if kept else [])
