"""Two textchats on one database: neither disturbs the other, and only the dead are mourned."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from textchat.config.private_files import private_file
from textchat.core.conversation import Conversation, Message, Role, Status, new_id
from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.store import database
from textchat.store.history import History
from textchat.store.process_locks import ProcessLocks

WRITE_MANY = """
import asyncio, sys
from pathlib import Path
from textchat.core.conversation import Conversation, Message, Role, Status
from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.store.history import History

async def main(path, name, many):
    history = History.open(Path(path))
    history.on_failure = lambda error: sys.exit(str(error))
    for number in range(many):
        prompt = Message(f"{name}-{number}", None, Role.USER, f"{name} asks {number}")
        conversation = Conversation(f"{name}-c{number}", "", 1.0, {prompt.id: prompt})
        reply = Reply(conversation_id=conversation.id, parent_id=prompt.id, model="demo/fast")
        await history.save(conversation.with_message(reply.freeze()), [prompt, reply.freeze()])
        for piece in range(5):
            reply.feed(TextDelta(f"{name} says {piece}. "))
            history.checkpoint(reply)
            await history.summaries(20)
        reply.end(Status.COMPLETE)
        await history.finish(conversation.id, reply.freeze())
    await history.aclose()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def start(path: Path, name: str, many: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITE_MANY, str(path), name, str(many)])


async def test_both_write_and_all_of_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    running = [start(path, name, 30) for name in ("one", "two")]
    assert [await asyncio.to_thread(process.wait, 60) for process in running] == [0, 0]
    history = History.open(path)
    assert len(await history.summaries(1000)) == 60
    for name in ("one", "two"):
        for number in range(30):
            conversation = await history.load(f"{name}-c{number}")
            assert conversation is not None
            _, reply = conversation.messages.values()
            assert (reply.status, reply.text) == (
                Status.COMPLETE,
                "".join(f"{name} says {piece}. " for piece in range(5)),
            )
    assert len(await history.search("one says", limit=1000)) == 30
    await history.aclose()


def test_several_may_begin_the_same_file_at_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OPENING_WAIT_S", 60)  # on a busy machine the six may need more than a second
    at_once = 6
    start = Barrier(at_once)

    def begin(path: Path) -> None:
        start.wait()
        History.open(path).close()

    with ThreadPoolExecutor(at_once) as pool:
        for number in range(20):
            list(pool.map(begin, [tmp_path / str(number) / "textchat.db"] * at_once))


def paths_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def asked() -> tuple[Conversation, Message, Reply]:
    prompt = Message(new_id(), None, Role.USER, "Go", created_at=1.0)
    conversation = Conversation(new_id(), "T", 1.0, {prompt.id: prompt})
    reply = Reply(conversation_id=conversation.id, parent_id=prompt.id, model="demo/fast")
    return conversation.with_message(reply.freeze()), prompt, reply


async def test_the_live_reply_of_another_is_shown_growing_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    first, second = History.open(path), History.open(path)
    conversation, prompt, reply = asked()
    await first.save(conversation, [prompt, reply.freeze()])
    reply.feed(TextDelta("half"))
    first.checkpoint(reply)
    await first.changed_elsewhere()  # the writer works in order: now the checkpoint is written
    assert await second.changed_elsewhere()
    assert not await second.changed_elsewhere()
    third = History.open(path)
    for other in (second, third):
        loaded = await other.load(conversation.id)
        assert loaded is not None
        assert (loaded.messages[reply.id].status, loaded.messages[reply.id].text) == (Status.GROWING, "half")
    reply.feed(TextDelta(" and half"))
    reply.end(Status.COMPLETE)
    await first.finish(conversation.id, reply.freeze())
    loaded = await third.load(conversation.id)
    assert loaded is not None
    assert loaded.messages[reply.id] == reply.freeze()
    for history in (first, second, third):
        await history.aclose()


async def test_one_that_ended_without_a_word_is_noticed_while_the_other_runs(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    witness, dying = History.open(path), History.open(path)
    conversation, prompt, reply = asked()
    await dying.save(conversation, [prompt, reply.freeze()])
    reply.feed(TextDelta("half"))
    dying.checkpoint(reply)
    await dying.aclose()  # without `finish`: to the others that is the same as a crash
    loaded = await witness.load(conversation.id)
    (stats,) = await witness.requests.model_stats()
    await witness.aclose()
    assert (stats.model, stats.requests, stats.cancelled, stats.output_tokens) == (reply.model, 1, 1, 1)
    assert loaded is not None
    interrupted = loaded.messages[reply.id]
    assert (interrupted.status, interrupted.text) == (Status.INTERRUPTED, "half")
    assert interrupted.usage is not None
    assert interrupted.usage.output_tokens == 1


async def test_a_reply_that_was_mourned_too_early_still_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    history = History.open(path)
    conversation, prompt, reply = asked()
    await history.save(conversation, [prompt, reply.freeze()])
    for file in (tmp_path / "running").iterdir():
        file.unlink()  # as on a file system that has no locks
    await History.open(path).aclose()
    reply.feed(TextDelta("all of it"))
    reply.end(Status.COMPLETE)
    await history.finish(conversation.id, reply.freeze())
    loaded = await history.load(conversation.id)
    await history.aclose()
    assert loaded is not None
    assert loaded.messages[reply.id] == reply.freeze()


async def test_a_name_in_the_file_cannot_reach_another_file(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    history = History.open(path)
    conversation, prompt, reply = asked()
    await history.save(conversation, [prompt, reply.freeze()])
    precious = private_file(tmp_path / "precious")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE messages SET owner = '../precious' WHERE status = 'growing'")
        connection.commit()
    await History.open(path).aclose()
    loaded = await history.load(conversation.id)
    await history.aclose()
    assert loaded is not None
    assert loaded.messages[reply.id].status is Status.INTERRUPTED
    assert precious in paths_in(tmp_path)


def test_owners_know_who_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    one, two = ProcessLocks(path), ProcessLocks(path)
    name = one.claim()
    assert one.claim() == name != two.claim()
    assert two.names() == [name]
    with two.holding_if_gone(name) as is_gone:
        assert not is_gone
    with one.holding_if_gone(name) as is_gone:
        assert not is_gone
    one.release()
    with two.holding_if_gone(name) as is_gone:
        assert is_gone
    with two.holding_if_gone(None) as is_gone:
        assert is_gone
    assert two.names() == []
    two.release()
    assert list((tmp_path / "running").iterdir()) == []
