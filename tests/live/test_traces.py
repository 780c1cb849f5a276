"""What is kept of the wire, how much, and how it becomes a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.bench import Bench, ids
from tests.servers.openai import Reset
from textchat.core.configuration import Protocol, ProviderSettings
from textchat.core.conversation import Message, Role
from textchat.live import traces
from textchat.live.traces import NotRecorded, Traces

PROVIDER = ProviderSettings("local", Protocol.OPENAI)


def test_of_many_replies_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "KEPT_REPLIES", 2)
    kept = Traces()
    for name in "abc":
        kept.begin(name, PROVIDER)
    assert [kept.get(name) is not None for name in "abc"] == [False, True, True]
    assert kept.get("never") is None


def test_of_much_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "KEPT_BYTES", 4_300)
    monkeypatch.setattr(traces, "KEPT_TOGETHER", 13_000)
    kept = Traces()
    for name in "abc":
        trace = kept.begin(name, PROVIDER)
        trace.requested("POST", "http://x", {}, b"")
        trace.responded(200, {})
        for _ in range(2):
            trace.received(b"x" * 45)
    assert kept.get("a") is not None, "12,654 bytes are kept"
    kept.begin("d", PROVIDER)
    assert [kept.get(name) is not None for name in "abcd"] == [False, True, True, True], "there is room for 4,300 more"


async def test_a_reply_becomes_a_recording_under_a_name_of_its_own(bench: Bench, tmp_path: Path) -> None:
    bench.server.say("a", "answer")
    live = bench.open("a")
    await live.send("question", ids(live))
    await bench.ended(1)
    (message,) = bench.watcher.ended
    traced = live.traces.get(message.id)
    assert traced is not None and len(traced.exchanges()) == 1
    assert traced.exchanges()[0] is not traced.trace.exchanges[0], "a copy, which does not change any more"
    assert traced.protocol(traced.exchanges()[0]) is Protocol.OPENAI
    assert any("answer" in str(piece) for piece in traced.pieces(traced.exchanges()[0]))
    folder = tmp_path / "recordings"
    odd = replace(message, model="local/../we ird:name" + "x" * 100)
    paths = [traced.record(each, folder) for each in (message, message, odd)]
    assert len({*paths}) == 3 and all(path.parent == folder and path.stat().st_mode & 0o077 == 0 for path in paths)
    assert paths[0].name.startswith("a-2") and paths[2].name.startswith("we-ird-namexxx")
    assert len(paths[2].name) < 100
    assert "answer" in paths[0].read_text()
    with pytest.raises(NotRecorded, match="Cannot write"):
        traced.record(message, paths[0])


async def test_what_was_cut_is_a_recording_without_an_end(bench: Bench, tmp_path: Path) -> None:
    bench.server.say("a", "answer")
    bench.server.script("b", "half", Reset())
    live = bench.open("a", "b")
    await live.send("question", ids(live))
    await bench.ended(2)
    ends = {}
    for message in bench.watcher.ended:
        traced = live.traces.get(message.id)
        assert traced is not None
        ends[message.model] = traced.record(message, tmp_path).read_text().splitlines()[-1]
    assert '"end"' in ends["local/a"] and '"end"' not in ends["local/b"]


def test_where_nothing_came_there_is_nothing_to_record(tmp_path: Path) -> None:
    kept = Traces()
    kept.begin("a", PROVIDER)
    traced = kept.get("a")
    assert traced is not None
    with pytest.raises(NotRecorded, match="Nothing to record"):
        traced.record(Message("a", None, Role.ASSISTANT, ""), tmp_path)
    traced.trace.requested("POST", "http://x", {}, b"")
    with pytest.raises(NotRecorded, match="Nothing to record"):
        traced.record(Message("a", None, Role.ASSISTANT, ""), tmp_path)
    assert list(tmp_path.iterdir()) == []
