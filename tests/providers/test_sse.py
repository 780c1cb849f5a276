"""Server-sent events against a slow reading of the standard, cut in every way."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.errors import ProtocolError
from textchat.providers.streams.sse import ServerSentEvent, ServerSentEventParser

Found = tuple[list[ServerSentEvent], int | None]


def reference(data: bytes) -> Found:
    """Sections 9.2.5 and 9.2.6 of the HTML standard, step by step, over the whole stream at once."""
    text = data.decode("utf-8", "replace")
    text = text.removeprefix("\ufeff")
    lines, line, at = [], "", 0
    while at < len(text):
        if text[at] == "\r" or text[at] == "\n":
            lines.append(line)
            line = ""
            if text[at] == "\r" and at + 1 < len(text) and text[at + 1] == "\n":
                at += 1
        else:
            line += text[at]
        at += 1
    # An unfinished line is discarded, and so is a block without an empty line at its end.
    events: list[ServerSentEvent] = []
    buffer, kind, last_id, retry = "", "", "", None
    for line in lines:
        if line == "":
            if buffer == "":
                kind = ""
                continue
            events.append(ServerSentEvent(kind or "message", buffer.removesuffix("\n"), last_id))
            buffer, kind = "", ""
            continue
        if line[0] == ":":
            continue
        name, colon, value = line.partition(":")
        if colon and value[:1] == " ":
            value = value[1:]
        if name == "event":
            kind = value
        elif name == "data":
            buffer += value + "\n"
        elif name == "id" and "\0" not in value:
            last_id = value
        elif name == "retry" and value and all(digit in "0123456789" for digit in value):
            retry = int(value)
    return events, retry


def parsed(pieces: list[bytes]) -> Found:
    parser = ServerSentEventParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    assert parser.close() == []
    return events, parser.retry


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


FIELDS = (
    b"data",
    b"data:",
    b"data: ",
    b"event",
    b"event: ping",
    b"id",
    b"id: 7",
    b"retry: ",
    b"retry: 250",
    b":",
    b": hm",
)
ENDS = (b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n")
VALUES = (b" ", b"x", b"{}", b"[DONE]", b"12", b"\0", b"\xef\xbb\xbf", "é".encode(), "🙂".encode())
NO_ENDS = ("\u2028".encode(), "\u0085".encode(), b"\x0b", b"\x0c", b"\x1c")
NO_UTF8 = (b"\xff", b"\xf0\x9f", b"\xe2\x80", b"\xed\xa0\x80")
PIECES = st.sampled_from((*FIELDS, *ENDS, *VALUES, *NO_ENDS, *NO_UTF8))
STREAMS = st.lists(PIECES, max_size=40).map(b"".join)


@settings(max_examples=examples(400), deadline=None)
@given(STREAMS, st.lists(st.integers(0, 10_000), max_size=12))
@example(b"\xef\xbb\xbfdata: a\r\n\r\n", [1, 2, 3, 12, 13])
def test_every_way_of_cutting_reads_what_the_standard_says(data: bytes, places: list[int]) -> None:
    expected = reference(data)
    assert parsed([data]) == expected
    assert parsed(cut(data, places)) == expected
    assert parsed([data[at : at + 1] for at in range(len(data))]) == expected


@settings(max_examples=examples(150), deadline=None)
@given(STREAMS, st.lists(st.integers(0, 10_000), max_size=8), st.integers(4, 40))
def test_the_bound_falls_at_the_same_place_for_every_cut(data: bytes, places: list[int], limit: int) -> None:
    data = data.replace(b"\xef\xbb\xbf", b"")

    def bounded(pieces: list[bytes]) -> tuple[list[ServerSentEvent], bool]:
        parser = ServerSentEventParser(max_bytes=limit)
        events = []
        try:
            for piece in pieces:
                events += parser.feed(piece)
            parser.close()
        except ProtocolError:
            return events, True
        return events, False

    assert bounded(cut(data, places)) == bounded([data])


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: a\ndata: b\n\n", [("message", "a\nb", "")]),
        (b"data\n\n", [("message", "", "")]),
        (b"data\ndata\n\n", [("message", "\n", "")]),
        (b"data:  two spaces\n\n", [("message", " two spaces", "")]),
        (b"event: ping\n\ndata: x\n\n", [("message", "x", "")]),
        (b"event: add\ndata: x\n\ndata: y\n\n", [("add", "x", ""), ("message", "y", "")]),
        (
            b"id: 1\ndata: x\n\ndata: y\n\nid\ndata: z\n\n",
            [("message", "x", "1"), ("message", "y", "1"), ("message", "z", "")],
        ),
        (b"id: a\0b\ndata: x\n\n", [("message", "x", "")]),
        (b"data: x", []),
        (b"data: x\n", []),
        (b"data: x\r\r", [("message", "x", "")]),
        (b": comment\n\n:\n\ndata: x\n\n", [("message", "x", "")]),
        (b"DATA: x\n\n", []),
        ("data: a\u2028b\u0085c\x0bd\x0ce\x1cf\n\n".encode(), [("message", "a\u2028b\u0085c\x0bd\x0ce\x1cf", "")]),
        (b"data: \xff\xf0\x9f\x99\n\n", [("message", "\ufffd\ufffd", "")]),
    ],
)
def test_particular_streams(stream: bytes, events: list[tuple[str, str, str]]) -> None:
    assert [tuple(event) for event in parsed([stream])[0]] == events


def test_a_carriage_return_ends_the_line_without_waiting_for_what_follows() -> None:
    parser = ServerSentEventParser()
    assert [event.data for event in parser.feed(b"data: now\r\r")] == ["now"]
    assert parser.feed(b"\n") == []
    assert [event.data for event in parser.feed(b"data: next\n\n")] == ["next"]


@pytest.mark.parametrize("digits", ["x", "-1", "1.5", "", "٣", "9" * 5000])
def test_what_is_no_time_to_reconnect_is_ignored(digits: str) -> None:
    parser = ServerSentEventParser()
    parser.feed(b"retry: 3000\n\n")
    parser.feed(f"retry: {digits}\n\n".encode())
    assert parser.retry == 3000


def test_a_line_without_end_is_refused_and_the_events_before_it_are_not_lost() -> None:
    parser = ServerSentEventParser(max_bytes=100)
    assert [event.data for event in parser.feed(b"data: kept\n\ndata: " + b"x" * 200)] == ["kept"]
    with pytest.raises(ProtocolError, match="100 bytes"):
        parser.feed(b"more")
    with pytest.raises(ProtocolError):
        parser.close()


def test_an_event_of_many_lines_is_bounded_too() -> None:
    parser = ServerSentEventParser(max_bytes=100)
    with pytest.raises(ProtocolError):
        for _ in range(50):
            parser.feed(b"data: 0123456789\n")


@pytest.mark.parametrize("gathered", [10, 60, 94])
def test_what_an_event_has_gathered_counts_against_its_open_line(gathered: int) -> None:
    """An event may not take more memory than its bound, wherever its lines end: not twice as much either."""
    first = b"data: " + b"a" * (gathered - 6) + b"\n"
    parser = ServerSentEventParser(max_bytes=100)
    assert parser.feed(first) == []
    assert parser.feed(b"b" * (100 - gathered)) == []
    with pytest.raises(ProtocolError, match="100 bytes"):
        parser.feed(b"b")
    parser = ServerSentEventParser(max_bytes=100)
    parser.feed(first)
    with pytest.raises(ProtocolError, match="100 bytes"):
        parser.feed(b"b" * (101 - gathered) + b"\n")


def test_comments_and_pings_do_not_add_up() -> None:
    parser = ServerSentEventParser(max_bytes=100)
    for _ in range(50):
        assert parser.feed(b": still here\n") == []
    assert [event.data for event in parser.feed(b"data: x\n\n")] == ["x"]
