"""Conversations in a real SQLite file: what went in comes out, however it grew and whoever else is there."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from textchat.core.conversation import Conversation, Message, Pane, Role, Status, new_id
from textchat.core.events import Finished, ReasoningDelta, TextDelta, ToolCallDelta
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.store import queries
from textchat.store.history import History


def user(text: str, parent_id: str | None = None, **more: object) -> Message:
    return Message(new_id(), parent_id, Role.USER, text, created_at=1.0, **more)  # type: ignore[arg-type]


def conversation(*messages: Message, title: str = "A title") -> Conversation:
    pane = Pane("p1", "demo/fast", Parameters(temperature=0.5), messages[-1].id if messages else None)
    return Conversation(new_id(), title, 5.0, {message.id: message for message in messages}, (pane,))


def reply_to(conversation: Conversation, prefix: str = "") -> Reply:
    parent = list(conversation.messages)[-1]
    return Reply(conversation_id=conversation.id, parent_id=parent, model="demo/fast", prefix=prefix, input_tokens=7)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textchat" / "textchat.db"


async def test_what_went_in_comes_out(path: Path) -> None:
    question = user("Why?\n", parts=(Part("a.png", "image/png", b"\0\xff"), Part("b", "", b"")))
    kept = conversation(question, title="Why")
    history = History.open(path)
    await history.save(kept, [question])
    assert await history.load(kept.id) == kept
    await history.aclose()
    again = History.open(path)
    assert await again.load(kept.id) == kept
    assert await again.load("unknown") is None
    await again.aclose()


async def test_the_files_are_private(path: Path) -> None:
    history = History.open(path)
    await history.save(conversation(user("secret")))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await history.aclose()
    assert set(modes.values()) == {0o600}
    assert "textchat.db" in modes
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_growing_reply_can_be_read_while_it_grows_and_ends_in_its_final_form(path: Path) -> None:
    kept = conversation(question := user("Go"))
    reply = reply_to(kept, prefix="Once ")
    kept = kept.with_message(reply.freeze())
    history = History.open(path)
    await history.save(kept, [question, reply.freeze()])
    for piece in ("upon ", "a ", "time"):
        reply.feed(ReasoningDelta(piece.upper()))
        reply.feed(TextDelta(piece))
        history.checkpoint(reply)
    reply.feed(ToolCallDelta(0, "c1", "clock", "{}"))
    history.checkpoint(reply)
    loaded = await wait_for_text(history, kept.id, reply.id, "Once upon a time")
    assert (loaded.status, loaded.reasoning) == (Status.GROWING, "UPON A TIME")
    reply.feed(Finished("stop"))
    reply.end(Status.COMPLETE)
    final = reply.freeze()
    await history.finish(kept.id, final)
    history.checkpoint(reply)  # late: changes nothing
    loaded_again = await history.load(kept.id)
    assert loaded_again is not None
    assert loaded_again.messages[reply.id] == final
    await history.aclose()
    assert rows(path, "SELECT count(*) FROM chunks") == [(0,)]


async def wait_for_text(history: History, conversation_id: str, message_id: str, text: str) -> Message:
    async with asyncio.timeout(10):
        while True:
            loaded = await history.load(conversation_id)
            found = loaded and loaded.messages[message_id]
            if found and found.text == text and found.tool_calls:
                return found
            await asyncio.sleep(0.005)


async def test_a_growing_form_never_replaces_the_final_one(path: Path) -> None:
    kept = conversation(question := user("Go"))
    reply = reply_to(kept)
    growing = reply.freeze()
    kept = kept.with_message(growing)
    history = History.open(path)
    await history.save(kept, [question, growing])
    reply.feed(TextDelta("all of it"))
    reply.end(Status.COMPLETE)
    await history.finish(kept.id, reply.freeze())
    await history.save(kept, [growing])
    loaded = await history.load(kept.id)
    await history.aclose()
    assert loaded is not None
    assert loaded.messages[reply.id].text == "all of it"


async def test_newest_first_and_by_the_beginning_of_the_id(path: Path) -> None:
    history = History.open(path)
    first, second, third = (conversation(user(str(n)), title=str(n)) for n in range(3))
    for each in (first, second, third):
        await history.save(each, list(each.messages.values()))
    await history.save(first, [user("more", list(first.messages)[-1])])
    assert [summary.id for summary in await history.summaries()] == [first.id, third.id, second.id]
    page = await history.summaries(limit=1)
    assert [summary.id for summary in await history.summaries(before=page[-1])] == [third.id, second.id]
    assert page[0].models == ("demo/fast",)
    assert (page[0].title, page[0].message_count) == ("0", 2)
    assert await history.newest() == first.id
    assert await history.find(third.id) == [third.id]
    assert third.id in await history.find(third.id[:4])
    assert await history.find("nothing") == []
    await history.aclose()


async def test_a_change_of_panes_does_not_move_it_to_the_top(path: Path) -> None:
    history = History.open(path)
    first, second = (conversation(user(str(n))) for n in range(2))
    for each in (first, second):
        await history.save(each, list(each.messages.values()))
    changed = first.with_pane(Pane("p2", "demo/careful", weight=2.0, folded=True))
    await history.save(changed)
    assert await history.newest() == second.id
    assert await history.load(first.id) == changed
    await history.aclose()


async def test_a_save_that_lacks_the_parents_brings_them_along(path: Path) -> None:
    question = user("Go")
    answer = replace(user("Gone", question.id), role=Role.ASSISTANT)
    kept = conversation(question, answer)
    history = History.open(path)
    await history.save(kept, [answer])
    assert await history.load(kept.id) == kept
    await history.aclose()


async def test_hostile_values_are_stored_as_far_as_they_go(path: Path) -> None:
    question = user("half \ud83d pair, NUL \0, \u2028 and \U0001f600")
    kept = conversation(replace(question, cost_usd=float("nan"), created_at=float("inf")), title="\udc00")
    history = History.open(path)
    await history.save(kept, list(kept.messages.values()))
    loaded = await history.load(kept.id)
    await history.aclose()
    assert loaded is not None
    assert loaded.messages[question.id].text == "half � pair, NUL \0, \u2028 and \U0001f600"
    assert loaded.messages[question.id].cost_usd is None


async def test_after_the_end_there_is_one_clear_error(path: Path) -> None:
    history = History.open(path)
    await history.aclose()
    await history.aclose()
    history.checkpoint(reply_to(conversation(user("late"))))
    with pytest.raises(StoreError, match="closed"):
        await history.newest()


async def test_in_memory_it_works_the_same() -> None:
    history = History.in_memory()
    kept = conversation(question := user("private"))
    reply = reply_to(kept)
    await history.save(kept.with_message(reply.freeze()), [question, reply.freeze()])
    reply.feed(TextDelta("yes"))
    history.checkpoint(reply)
    reply.end(Status.CANCELLED)
    await history.finish(kept.id, reply.freeze())
    loaded = await history.load(kept.id)
    await history.aclose()
    assert loaded is not None
    assert loaded.messages[reply.id].text == "yes"


def test_no_statement_numbers_its_parameters() -> None:
    """Python 3.12 before 3.12.4 takes ?1 for a name, and warns."""
    for file in Path(queries.__file__).parent.rglob("*.py"):
        assert not re.search(r"\W\?\d", file.read_text("utf-8")), file
