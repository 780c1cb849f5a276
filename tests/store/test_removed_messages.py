"""Deleted messages leave the file at once, and come back row for row."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.test_organize import one, voted_on
from tests.store.test_round_trip import conversations
from textchat.core.conversation import Conversation, Message, Role
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.core.votes.scope import EVERYTHING
from textchat.core.votes.vote import Candidate, Vote
from textchat.store.history import History

TABLES = {"messages": "key", "parts": "message, position", "votes": "key", "candidates": "vote, position"}
TABLES |= {"panes": "conversation, position", "requests": "key"}


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()
            for table, order in TABLES.items()
        }


async def save(history: History, conversation: Conversation) -> None:
    await history.save(conversation, list(conversation.messages.values()))
    for vote in conversation.votes:
        await history.votes.record(vote)


@settings(max_examples=examples(60), deadline=None)
@given(conversations(), st.data())
def test_rows_come_back_as_they_were(conversation: Conversation, data: st.DataObject) -> None:
    removals = data.draw(st.lists(st.sampled_from(list(conversation.messages) or ["none"]), max_size=3))

    async def there_and_back(path: Path) -> None:
        history = History.open(path)
        try:
            await save(history, conversation)
            before = rows(path)
            removed = [await history.remove_messages(conversation.id, [id_]) for id_ in removals]
            left = {row[2] for row in rows(path)["messages"]}
            assert left.isdisjoint(removals), "it is gone from the file"
            for each in reversed(removed):
                await history.restore_messages(conversation.id, each)
            assert rows(path) == before
            for each in removed:
                await history.restore_messages(conversation.id, each)
            assert rows(path) == before, "what is there again is left alone"
        finally:
            await history.aclose()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(there_and_back(Path(folder) / "textchat.db"))


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    history = History.open(tmp_path / "textchat.db")
    yield history
    await history.aclose()


async def test_what_was_written_meanwhile_stays_behind_it(history: History) -> None:
    """Keys are the order of the messages: the newest one's is not given away when it is deleted."""
    talk, vote = await voted_on(history)
    lost = vote.candidates[1].message_id
    removed = await history.remove_messages(talk.id, [lost])
    newer = replace(talk.messages[lost], id="newer", text="later words")
    later = talk.without(lost).with_message(newer)
    await history.save(later, [newer])
    await history.restore_messages(talk.id, removed)
    loaded = await history.load(talk.id)
    assert loaded is not None and list(loaded.messages) == [*talk.messages, "newer"]
    assert loaded.votes == (vote,)
    assert [hit.message_id for hit in await history.search("later")] == ["newer"]


async def test_a_vote_gives_way_to_a_newer_one(history: History) -> None:
    talk, vote = await voted_on(history)
    won, lost = (each.message_id for each in vote.candidates)
    removed = await history.remove_messages(talk.id, [lost])
    other = replace(talk.messages[lost], id="other")
    await history.save(talk.without(lost).with_message(other), [other])
    newer = replace(
        vote, candidates=(replace(vote.candidates[0], message_id=won), replace(vote.candidates[1], message_id="other"))
    )
    await history.votes.record(newer)
    await history.restore_messages(talk.id, removed)
    assert await history.votes.since() == [newer]


async def test_what_was_above_may_be_gone_or_the_whole_conversation(history: History) -> None:
    talk, first = one("first")
    below = [
        replace(first, id=f"m{number}", parent_id=first.id if not number else f"m{number - 1}") for number in range(3)
    ]
    for message in below:
        talk = talk.with_message(message)
    await save(history, talk)
    removed = await history.remove_messages(talk.id, ["m1"])
    await history.remove_messages(talk.id, ["m0"])
    await history.restore_messages(talk.id, removed, ["m0", first.id])
    loaded = await history.load(talk.id)
    assert loaded is not None
    assert [(id_, message.parent_id) for id_, message in loaded.messages.items()] == [
        (first.id, None),
        ("m1", first.id),
        ("m2", "m1"),
    ]
    removed = await history.remove_messages(talk.id, ["m1"])
    await history.remove_messages(talk.id, [first.id])
    await history.restore_messages(talk.id, removed, [first.id])
    loaded = await history.load(talk.id)
    assert loaded is not None and loaded.messages["m1"].parent_id is None
    await history.delete(talk.id)
    await history.vacuum()
    with pytest.raises(StoreError) as error:
        await history.restore_messages(talk.id, removed)
    assert error.value.kind is StoreErrorKind.MISSING


async def test_judgements_are_by_pair_and_criterion_and_come_back(history: History) -> None:
    prompt = Message("q", None, Role.USER, "?")
    replies = [Message(name, "q", Role.ASSISTANT, name, model=f"x/{name}") for name in "abc"]
    conversation = Conversation("c", "Talk", 1.0)
    for message in (prompt, *replies):
        conversation = conversation.with_message(message)
    await save(history, conversation)

    def judged(names: str, criterion: str, first: float) -> Vote:
        candidates = (Candidate(names[0], "x/1", first), Candidate(names[1], "x/2", 1 - first))
        return Vote("c", "q", candidates, True, "j/j", 1.0, criterion)

    votes = [judged("ab", "right", 1), judged("ab", "short", 0), judged("ac", "right", 0.5)]
    for vote in (judged("ab", "right", 0), *votes):
        assert await history.votes.record_judgement(vote)
    assert await history.votes.within(EVERYTHING) == votes
    removed = await history.remove_messages("c", ["a"])
    assert await history.votes.within(EVERYTHING) == []
    assert not await history.votes.record_judgement(votes[0]), "no verdict on what has gone"
    for _ in range(2):
        await history.restore_messages("c", removed)
        assert {*await history.votes.within(EVERYTHING)} == {*votes}
