"""A replay in a live conversation: equal to its recording, piece by piece, and drivable; nothing is sent meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.bench import Bench, Watcher, ids
from tests.servers.openai import OpenAIServer, Reset, Think
from tests.servers.waiting import Gate, wait_until
from textchat.core.conversation import Conversation, Message, Status, new_id
from textchat.core.replaying.play_clock import PlayClock
from textchat.core.replaying.timeline import Piece, PieceKind
from textchat.core.reply import Reply
from textchat.live.conversation import LiveConversation
from textchat.live.replaying.playback import Playback
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export_forms import ExportForm, document
from textchat.store.transfer.replay_file import read_replay, with_timelines

AT_ONCE = 1e9
"""A speed at which nobody waits."""


class Listener(Watcher):
    """Keeps each piece of each reply in the order they came, with the seconds since the request left."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[str, Piece]] = []
        self._counts: dict[str, int] = {}

    def reply_changed(self, reply: Reply) -> None:
        pieces = reply.timeline.pieces
        new = pieces[self._counts.get(reply.id, 0) :]
        self.heard += [(reply.id, piece) for piece in new]
        self._counts[reply.id] = len(pieces)

    def of(self, id_: str) -> list[Piece]:
        return [piece for heard_id, piece in self.heard if heard_id == id_]


async def exported(bench: Bench, live: LiveConversation, path: Path) -> ConversationRecord:
    """The replay of a conversation, written to a file and read from it; times are of the store, as after a restart."""
    stored = await bench.stored(live)
    record = with_timelines(ConversationRecord(stored, 1.0), await bench.history.timelines.of(stored.id))
    await asyncio.to_thread(path.write_text, document(ExportForm.JSON, record), "utf-8")
    return read_replay(path)


async def recorded(bench: Bench, server: OpenAIServer, path: Path) -> ConversationRecord:
    """Two turns in two panes, whose pieces come in turn; the second reply of b breaks off."""
    one, two = Gate(), Gate()
    server.script("a", Think("hm "), "First ", one, "third ", "of **a**.")
    server.script("b", "Second ", two, "fourth\n")
    live = bench.open("a", "b")
    await live.send("Hello", ids(live))
    await wait_until(lambda: sum(len(reply.timeline.pieces) for reply in live.replies.values()) == 3, "both begin")
    one.open()
    await bench.ended(1)
    two.open()
    await bench.ended(2)
    server.script("a", "Yes.")
    server.script("b", "Half", Reset())
    await live.send("More", ids(live))
    await bench.ended(4)
    return await exported(bench, live, path)


def playing(
    bench: Bench, record: ConversationRecord, speed: float = AT_ONCE
) -> tuple[LiveConversation, Playback, Listener]:
    recorded = record.conversation
    panes = tuple(replace(pane, leaf_id=None) for pane in recorded.panes)
    live = bench.show(Conversation(new_id(), recorded.title, panes=panes))
    live.watcher = listener = Listener()
    live.play(record, PlayClock(speed))
    assert live.playback is not None
    return live, live.playback, listener


def answers(conversation: Conversation) -> list[Message]:
    return [message for message in conversation.messages.values() if message.model]


async def test_a_replay_equals_its_recording_piece_by_piece(bench: Bench, server: OpenAIServer, tmp_path: Path) -> None:
    record = await recorded(bench, server, tmp_path / "talk.replay.json")
    asked = len(server.requests)
    live, playback, listener = playing(bench, record)
    await wait_until(lambda: not playback.is_playing, "all is played")

    assert len(server.requests) == asked, "nothing was sent"
    moments = []
    for answer in answers(record.conversation):
        timeline = record.timelines[answer.id]
        assert not timeline.is_estimated
        assert [(each.kind, each.length) for each in listener.of(answer.id)] == [
            (each.kind, each.length) for each in timeline.pieces
        ]
        assert [each.at for each in listener.of(answer.id)] == pytest.approx(
            [each.at for each in timeline.pieces], abs=1e-3
        )
        moments += [(answer.created_at + timeline.started + each.at, answer.id, each) for each in timeline.pieces]
    order = {
        answer.id: answer.created_at + record.timelines[answer.id].started for answer in answers(record.conversation)
    }
    heard = [order[id_] + piece.at for id_, piece in listener.heard]
    assert heard == pytest.approx(sorted(heard), abs=2e-6), "the order across panes is that of the recording"
    assert len(heard) == len(moments)

    assert live.conversation.messages == record.conversation.messages
    assert [pane.leaf_id for pane in live.conversation.panes] == [pane.leaf_id for pane in record.conversation.panes]
    again = await exported(bench, live, tmp_path / "again.replay.json")
    assert again.timelines == record.timelines
    assert [answer.status for answer in answers(again.conversation)].count(Status.FAILED) == 1


async def test_a_replay_is_paused_hurried_skipped_and_left(bench: Bench, server: OpenAIServer, tmp_path: Path) -> None:
    record = await recorded(bench, server, tmp_path / "talk.replay.json")
    live, playback, listener = playing(bench, record, 1.0)
    playback.pause()
    assert (playback.is_paused, playback.number, len(playback.turns)) == (True, 1, 2)
    playback.change_speed(100)
    assert playback.speed == 8
    assert not await live.send("Now?", ids(live))
    assert listener.problems == ["The replay is still running, so nothing is sent. Skip to its end first."]
    await live.regenerate(ids(live))
    assert not live.conversation.messages, "a pause holds the first turn"
    playback.next_turn()
    await wait_until(lambda: playback.number == 2, "the second turn begins")
    assert len(live.conversation.messages) == 3
    playback.pause()
    playback.skip_to_end()
    await wait_until(lambda: not live.is_busy, "the end")
    assert live.conversation.messages == record.conversation.messages
    assert await live.history.timelines.of(live.conversation.id)

    server.script("a", "Live.")
    server.script("b", "Live.")
    assert await live.send("Go on", ids(live))
    await wait_until(lambda: len(live.conversation.messages) == len(record.conversation.messages) + 4, "asked again")
    await bench.idle(live)


async def test_a_cancelled_reply_is_not_waited_for(bench: Bench, server: OpenAIServer, tmp_path: Path) -> None:
    record = await recorded(bench, server, tmp_path / "talk.replay.json")
    slow = {
        id_: replace(each, pieces=tuple(replace(piece, at=piece.at + 500.0) for piece in each.pieces), ended=900.0)
        for id_, each in record.timelines.items()
    }
    live, playback, _ = playing(bench, replace(record, timelines=slow), 8.0)
    await wait_until(lambda: len(live.replies) == 2, "both wait")
    live.cancel_all()
    await wait_until(lambda: playback.number == 2 and len(live.replies) == 2, "the second turn plays")
    playback.give_up()
    await bench.idle(live)
    assert {message.status for message in answers(live.conversation)} <= set(Status)


async def test_what_was_deleted_or_closed_meanwhile_stops_no_replay(
    bench: Bench, server: OpenAIServer, tmp_path: Path
) -> None:
    record = await recorded(bench, server, tmp_path / "talk.replay.json")
    live, playback, _ = playing(bench, record, 1.0)
    await wait_until(lambda: bool(live.replies), "it plays")
    await live.close_pane(ids(live)[1])
    playback.next_turn()
    await wait_until(lambda: playback.number == 2, "the second turn")
    await live.delete_message(next(iter(live.conversation.messages)))
    playback.skip_to_end()
    await wait_until(lambda: not playback.is_playing, "the end")
    assert len(live.conversation.panes) == 1
    assert live.conversation.messages.keys() == record.conversation.messages.keys()


async def test_a_timeline_goes_and_comes_back_with_its_message(bench: Bench, server: OpenAIServer) -> None:
    server.script("a", "Two ", "pieces")
    live = bench.open("a")
    await live.send("Hello", ids(live))
    await bench.ended(1)
    stored = await bench.stored(live)
    before = await bench.history.timelines.of(stored.id)
    (timeline,) = before.values()
    assert [(piece.kind, piece.length) for piece in timeline.pieces] == [(PieceKind.TEXT, 4), (PieceKind.TEXT, 6)]
    removed = await bench.history.remove_messages(stored.id, list(stored.messages)[:1])
    assert await bench.history.timelines.of(stored.id) == {}
    await bench.history.restore_messages(stored.id, removed)
    assert await bench.history.timelines.of(stored.id) == before
