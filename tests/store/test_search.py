"""What people type into a search field, asked of a real index."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Conversation, Message, Role, Status, new_id
from textchat.store.history import History
from textchat.store.search import hits


def at(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, 12).timestamp()


def tree(title: str, *texts: str, model: str = "local/llama3", created: float = at(2024, 5, 17)) -> Conversation:
    """A prompt and answers to it."""
    question = Message(new_id(), None, Role.USER, texts[0], created_at=created)
    messages = {question.id: question}
    for text in texts[1:]:
        answer = Message(new_id(), question.id, Role.ASSISTANT, text, model=model, created_at=created)
        messages[answer.id] = answer
    return Conversation(new_id(), title, created, messages)


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    history = History.open(tmp_path / "textchat.db")
    yield history
    await history.aclose()


async def put(history: History, *conversations: Conversation) -> None:
    for each in conversations:
        await history.save(each, list(each.messages.values()))


async def texts(history: History, query: str) -> list[str]:
    return [hit.snippet for hit in await history.search(query)]


async def test_all_words_in_any_order_the_last_one_unfinished(history: History) -> None:
    await put(history, tree("T", "the quick brown fox", "a lazy dog", "quick dogs"))
    assert await texts(history, "brown qui") == ["the quick brown fox"]
    assert await texts(history, "QUICK") == ["quick dogs", "the quick brown fox"]
    assert await texts(history, "qui brown") == []
    assert await texts(history, '"quick brown"') == ["the quick brown fox"]
    assert await texts(history, '"brown quick"') == []
    assert await texts(history, "quick -fox") == ["quick dogs"]
    assert await texts(history, "-fox -lazy") == ["quick dogs"]
    assert await texts(history, "café") == []
    assert await texts(history, "") == await texts(history, "   ") == []


async def test_accents_and_scripts_without_spaces_and_signs_are_found(history: History) -> None:
    await put(history, tree("T", "Crème brûlée", "我喜欢喝咖啡", "x => y", "naïve 100%"))
    assert await texts(history, "creme brulee") == ["Crème brûlée"]
    assert await texts(history, "喝咖") == ["我喜欢喝咖啡"]
    assert await texts(history, "=>") == ["x => y"]
    assert await texts(history, "%") == ["naïve 100%"]
    await put(history, tree("T", "漢字と𠀋の話", "ﾊﾛｰﾜｰﾙﾄﾞ", "C++ and C#", "C alone", "run --older-than 3"))
    for query in ("𠀋", "ﾜｰﾙ", "c++", "C#", "--older-than"):
        assert len(await texts(history, query)) == 1
    assert "C alone" in await texts(history, "c -c++")
    hit = (await history.search("喝咖"))[0]
    assert [hit.snippet[start:end] for start, end in hit.highlights] == ["喝咖"]


async def test_reasoning_titles_and_what_was_found_is_marked(history: History) -> None:
    conversation = tree("About whales", "What sings?", "They\n\n do")
    answer = list(conversation.messages.values())[1]
    await history.save(conversation, [*conversation.messages.values(), replace(answer, reasoning="maybe whales sing")])
    hits = await history.search("whale")
    assert [(hit.message_id, hit.snippet) for hit in hits] == [
        (None, "About whales"),
        (answer.id, "maybe whales sing"),
    ]
    assert [[hit.snippet[start:end] for start, end in hit.highlights] for hit in hits] == [["whales"], ["whales"]]
    assert await texts(history, "they") == ["They do"]
    await history.shelf.rename(conversation.id, "About birds")
    assert [hit.message_id for hit in await history.search("whales")] == [answer.id]
    assert [hit.message_id for hit in await history.search("birds")] == [None]


@pytest.mark.parametrize("few", [0, 2, 300])
async def test_filters(history: History, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hits, "FEW", few)  # what few messages pass is looked for the other way round
    old = tree("old", "sky question", "sky answer", model="cloud/Big-1", created=at(2023, 12, 31))
    new = tree("new", "sky question two", "sky one", "sky two")
    await put(history, old, new)
    await history.shelf.tag(old.id, "Work")
    await history.shelf.pin(new.id)
    answer = list(new.messages.values())[2]
    await history.save(new, [replace(answer, status=Status.FAILED)])

    async def found(query: str) -> set[str]:
        return set(await texts(history, query))

    assert await found("model:big sky") == {"sky answer"}
    assert await found("sky model:BIG") == {"sky answer"}
    assert await found("tag:work sky") == {"sky question", "sky answer"}
    assert await found("sky -tag:work role:user") == {"sky question two"}
    assert await found("role:assistant before:2024") == {"sky answer"}
    assert await found("sky after:2023") == {"sky question two", "sky one", "sky two"}
    assert await found("sky after:2024-05-17") == set()
    assert await found("sky after:2024-05-16 before:2024-05-18") == {"sky question two", "sky one", "sky two"}
    assert await found("sky after:2024-05") == set()
    assert await found("sky before:2024-06 after:2024-04") == {"sky question two", "sky one", "sky two"}
    assert await found("is:comparison question") == {"sky question two"}
    assert await found("is:pinned role:user") == {"sky question two"}
    assert await found("is:failed") == {"sky two"}
    assert await found('model:"big-1"') == {"sky answer"}


async def test_a_month_a_day_or_a_year_at_the_turn_of_the_year(history: History) -> None:
    """Who looks for what came after December must not be shown all years, nor nothing."""
    for year, month, day in ((2024, 11, 30), (2024, 12, 1), (2024, 12, 31), (2025, 1, 1)):
        await put(history, tree("", f"{year}-{month}-{day} talk", created=at(year, month, day)))

    async def days(query: str) -> list[str]:
        return [text.removesuffix(" talk") for text in await texts(history, f"{query} talk")]

    assert await days("after:2024-12") == await days("after:2024") == await days("after:2024-12-31") == ["2025-1-1"]
    assert await days("after:2024-11") == ["2025-1-1", "2024-12-31", "2024-12-1"]
    assert await days("before:2024-12") == ["2024-11-30"]
    assert await days("after:2024-11 before:2025") == ["2024-12-31", "2024-12-1"]


async def test_what_is_no_filter_is_a_word_unless_more_is_asked_for(history: History) -> None:
    await put(history, tree("T", "before:lunch is:nonsense role:model std::vector"))
    for query in ("before:lunch", "is:nonsense", "role:", "std::vec", "before:2024-13 lunch -nothing"):
        found = await history.search(query)
        assert len(found) == 1, query
        assert bool(found.remarks) == ("std" not in query), query


async def test_changed_and_deleted_messages_leave_no_trace(history: History) -> None:
    conversation = tree("T", "first form")
    await put(history, conversation)
    message = next(iter(conversation.messages.values()))
    await history.save(conversation, [replace(message, text="second form")])
    assert await texts(history, "first") == []
    assert await texts(history, "second") == ["second form"]
    await history.remove_messages(conversation.id, [message.id])
    assert await texts(history, "second") == []


async def test_the_newest_come_first_and_no_more_than_asked_for(history: History) -> None:
    for number in range(30):
        await put(history, tree("", f"same words {number}"))
    found = await history.search("same words", limit=3)
    assert [hit.snippet for hit in found] == ["same words 29", "same words 28", "same words 27"]


async def test_titles_and_messages_together_are_no_more_than_asked_for(history: History) -> None:
    """A list with room for so many rows would lose the last ones, or grow past its place."""
    for number in range(7):
        await put(history, tree(f"whales {number}", f"whales sing {number}"))
    for limit in (1, 2, 6, 8):
        assert len(await history.search("whales", limit=limit)) == limit
    hits = await history.search("whales", limit=8)
    assert [hit.message_id is None for hit in hits] == [True] * 5 + [False] * 3


async def test_a_search_that_nobody_waits_for_any_more_stops(history: History) -> None:
    conversation = tree("T", *(f"word{number % 10} " * 500 for number in range(200)))
    await put(history, conversation)
    slow = asyncio.create_task(history.search('"=>"'))
    await asyncio.sleep(0)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert len(await history.search("word3", limit=5)) == 5


async def test_an_interrupted_query_holds_up_no_other_whoever_keeps_its_error(history: History) -> None:
    """SQLite interrupts every query on a connection until none is active any more."""
    kept: list[sqlite3.Error] = []

    def interrupted(connection: sqlite3.Connection) -> None:
        rows = connection.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
        next(rows)
        connection.interrupt()
        try:
            connection.execute("SELECT 1")
        except sqlite3.Error as error:
            kept.append(error)
            raise
        assert next(rows)

    await put(history, tree("T", "a word"))
    future = history._searches._submit(interrupted)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await asyncio.wrap_future(future)
    assert len(await asyncio.wait_for(history.search("word"), 1)) == 1


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.one_of(st.text(max_size=40), st.text(alphabet='ab"-*:()^+ ANDOTRNE{}.\\%_\0é我', max_size=30)))
def test_no_query_is_an_error(tmp_path_factory: pytest.TempPathFactory, query: str) -> None:
    async def ask() -> None:
        history = History.in_memory()
        try:
            await put(history, tree("T", "a b AND OR NOT"))
            for text in (query, f"tag:{query}", f'"{query}', f"-{query}", f"before:{query}"):
                await history.search(text)
        finally:
            await history.aclose()

    asyncio.run(ask())
