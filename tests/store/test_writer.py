"""The writer: what it appends, replaces and recovers, seen by who loads the conversation again."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Usage, new_id
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, ToolCallDelta, UsageReport
from textchat.core.parts.part import Part
from textchat.core.reply import Reply
from textchat.store.history import History


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textchat.db"


@pytest.fixture
async def history(path: Path) -> AsyncIterator[History]:
    history = History.open(path)
    yield history
    await history.aclose()


def asked(*events: StreamEvent, title: str = "T", input_tokens: int = 7) -> tuple[Conversation, Message, Reply]:
    """A conversation with a prompt and the reply to it, which has taken in these events before it is saved."""
    prompt = Message(new_id(), None, Role.USER, "Go", created_at=1.0)
    conversation = Conversation(new_id(), title, 1.0, {prompt.id: prompt}, (Pane("p", "demo/fast"),))
    reply = Reply(conversation_id=conversation.id, parent_id=prompt.id, model="demo/fast", input_tokens=input_tokens)
    for event in events:
        reply.feed(event)
    return conversation.with_message(reply.freeze()), prompt, reply


async def written(history: History) -> None:
    """The writer works in order: after this call, what was given to it before is done."""
    await history.shelf.keep_places("nowhere", {})


async def grow(history: History, reply: Reply, *events: StreamEvent) -> None:
    for event in events:
        reply.feed(event)
    history.checkpoint(reply)
    await written(history)


async def stored(history: History, reply: Reply) -> Message:
    conversation = await history.load(reply.conversation_id)
    assert conversation is not None
    return conversation.messages[reply.id]


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


# -- a reply that grows ------------------------------------------------------------------------------------------------


async def test_each_checkpoint_appends_what_is_new_and_nothing_twice(history: History, path: Path) -> None:
    conversation, prompt, reply = asked(TextDelta("One "), ReasoningDelta("hm "))
    await history.save(conversation, [prompt, reply.freeze()])
    await grow(history, reply, TextDelta("two "), ReasoningDelta("so "))
    await grow(history, reply, ToolCallDelta(0, "c1", "clock", "{"))
    await grow(history, reply, ToolCallDelta(0, arguments="}"), TextDelta("three"))
    await grow(history, reply)  # nothing has come
    message = await stored(history, reply)
    assert (message.text, message.reasoning, message.tool_calls) == ("One two three", "hm so ", reply.tool_calls)
    assert rows(path, "SELECT text, reasoning, tool_calls FROM chunks ORDER BY key") == [
        ("two ", "so ", None),
        ("", "", '[["c1","clock","{"]]'),
        ("three", "", '[["c1","clock","{}"]]'),
    ]


async def test_saving_a_growing_reply_again_loses_and_doubles_nothing(history: History) -> None:
    conversation, prompt, reply = asked()
    await history.save(conversation, [prompt, reply.freeze()])
    await grow(history, reply, TextDelta("One "))
    await history.save(conversation.with_message(reply.freeze()), [reply.freeze()])
    await grow(history, reply, TextDelta("two"))
    assert (await stored(history, reply)).text == "One two"


async def test_several_replies_grow_in_one_checkpoint(history: History) -> None:
    conversation, prompt, first = asked()
    second = Reply(conversation_id=conversation.id, parent_id=prompt.id, model="demo/careful")
    conversation = conversation.with_message(second.freeze())
    await history.save(conversation, [prompt, first.freeze(), second.freeze()])
    for reply, text in ((first, "fast"), (second, "careful")):
        reply.feed(TextDelta(text))
        history.checkpoint(reply)
    await written(history)
    assert [(await stored(history, reply)).text for reply in (first, second)] == ["fast", "careful"]


async def test_a_reply_that_was_never_saved_leaves_the_others_alone(history: History) -> None:
    conversation, prompt, reply = asked()
    _, _, stranger = asked()
    await history.save(conversation, [prompt, reply.freeze()])
    failures: list[object] = []
    history.on_failure = failures.append
    stranger.feed(TextDelta("nowhere"))
    history.checkpoint(stranger)
    await grow(history, reply, TextDelta("here"))
    assert (await stored(history, reply)).text == "here"
    assert failures == []


async def test_an_answer_that_ends_brings_its_conversation_to_the_top(history: History) -> None:
    conversation, prompt, reply = asked(title="first")
    await history.save(conversation, [prompt, reply.freeze()])
    other, other_prompt, _ = asked(title="second")
    await history.save(other, [other_prompt])
    assert [summary.title for summary in await history.summaries()] == ["second", "first"]
    reply.end(Status.COMPLETE)
    await history.finish(conversation.id, reply.freeze())
    assert [summary.title for summary in await history.summaries()] == ["first", "second"]


# -- messages ----------------------------------------------------------------------------------------------------------


async def test_the_files_of_a_message_are_replaced_with_it(history: History) -> None:
    files = tuple(Part(name, "text/plain", name.encode()) for name in ("a", "b", "c"))
    prompt = Message(new_id(), None, Role.USER, "Read", parts=files, created_at=1.0)
    conversation = Conversation(new_id(), "T", 1.0, {prompt.id: prompt})
    await history.save(conversation, [prompt])
    edited = replace(prompt, parts=(files[2],))
    conversation = conversation.with_message(edited)
    await history.save(conversation, [edited])
    assert await history.load(conversation.id) == conversation


async def test_a_message_is_taken_out_of_its_own_conversation_alone(history: History) -> None:
    """Ids of imported messages are made from their source, so two conversations may have the same."""
    prompt = Message("same", None, Role.USER, "Go", created_at=1.0)
    one, two = (Conversation(new_id(), "T", 1.0, {prompt.id: prompt}) for _ in range(2))
    for conversation in (one, two):
        await history.save(conversation, [prompt])
    await history.remove_messages(one.id, [prompt.id])
    left = [await history.load(conversation.id) for conversation in (one, two)]
    assert [conversation and len(conversation.messages) for conversation in left] == [0, 1]


# -- recovery ----------------------------------------------------------------------------------------------------------


async def crashed(path: Path, reply: Reply, conversation: Conversation, prompt: Message, *events: StreamEvent) -> None:
    """A process that saved the reply, kept these events one by one and ended without finishing it."""
    dying = History.open(path)
    await dying.save(conversation, [prompt, reply.freeze()])
    for event in events:
        await grow(dying, reply, event)
    await dying.aclose()


async def test_what_a_crashed_process_kept_is_an_interrupted_message_with_its_figures(path: Path) -> None:
    conversation, prompt, reply = asked(TextDelta("One "), ReasoningDelta("hm "))
    events = (ReasoningDelta("so "), ToolCallDelta(0, "c1", "clock", "{"), ToolCallDelta(0, arguments="}"))
    await crashed(path, reply, conversation, prompt, *events, TextDelta("two three"))
    history = History.open(path)
    message = await stored(history, reply)
    (stats,) = await history.requests.model_stats()
    await history.aclose()
    assert (message.status, message.text, message.reasoning) == (Status.INTERRUPTED, "One two three", "hm so ")
    assert message.tool_calls == reply.tool_calls
    assert message.usage == Usage(7, 5, source=Source.ESTIMATED, input_source=Source.ESTIMATED)
    assert message.timing is None
    assert (stats.requests, stats.cancelled, stats.input_tokens, stats.output_tokens) == (1, 1, 7, 5)
    assert rows(path, "SELECT count(*) FROM chunks") == [(0,)]
    assert rows(path, "SELECT count(*) FROM messages WHERE owner IS NOT NULL") == [(0,)]


async def test_tool_calls_that_were_saved_with_the_message_survive_a_crash(path: Path) -> None:
    conversation, prompt, reply = asked(ToolCallDelta(0, "c1", "clock", "{}"))
    await crashed(path, reply, conversation, prompt, TextDelta("so"))
    history = History.open(path)
    message = await stored(history, reply)
    await history.aclose()
    assert (message.text, message.tool_calls) == ("so", reply.tool_calls)


async def test_a_request_that_is_in_the_journal_already_is_not_counted_again(path: Path) -> None:
    conversation, prompt, reply = asked(UsageReport(5, 9))
    await crashed(path, reply, conversation, prompt, TextDelta("almost all of it"))
    history = History.open(path)
    reply.end(Status.COMPLETE)
    with closing(sqlite3.connect(path)) as connection:  # as if it crashed between its two last writes
        connection.execute("UPDATE messages SET status = 'growing' WHERE id = ?", (reply.id,))
        connection.commit()
    await history.requests.record_request(reply.freeze())
    await history.aclose()
    again = History.open(path)
    (stats,) = await again.requests.model_stats()
    await again.aclose()
    assert (stats.requests, stats.output_tokens) == (1, 9)


async def test_a_finished_message_of_a_process_that_is_gone_stays_as_it_is(path: Path) -> None:
    conversation, prompt, reply = asked(TextDelta("done"))
    reply.end(Status.COMPLETE)
    await crashed(path, reply, conversation.with_message(reply.freeze()), prompt)
    history = History.open(path)
    assert await stored(history, reply) == reply.freeze()
    assert await history.requests.model_stats() == []
    await history.aclose()
