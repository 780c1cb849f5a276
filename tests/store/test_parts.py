"""The content of parts: stored once, loaded when it is asked for, there as long as anything names it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Conversation, Message, Pane, QueuedPrompt, Role, Status
from textchat.core.events import PartReceived, TextDelta
from textchat.core.parts.citation import Citation
from textchat.core.parts.loading import missing_content
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.store.history import History
from textchat.store.read_only.read_only_history import ReadOnlyHistory

ROOT = Path(__file__).parents[2]
SKY = Part("sky.png", "image/png", b"\x89PNG sky", 2)
NOTE = Part("note.txt", "text/plain", b"a note")
PROMPT = Message("m0", None, Role.USER, "Look", parts=(SKY, NOTE), created_at=1.0)
OTHERS = [replace(PROMPT, id=f"m{number}") for number in range(1, 8)]
ALL = Conversation("c", "T", 1.0, {m.id: m for m in (PROMPT, *OTHERS)}, (Pane("p1", "a/b"), Pane("p2", "a/c")))
ONE = replace(ALL, messages={"m0": PROMPT})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textchat.db"


def contents(path: Path) -> set[bytes]:
    with closing(sqlite3.connect(path)) as connection:
        found = [data for (data,) in connection.execute("SELECT data FROM contents")]
        assert len(found) == len(set(found))
        return set(found)


async def test_a_file_in_eight_branches_a_draft_and_a_waiting_prompt_is_stored_once(path: Path) -> None:
    history = History.open(path)
    waiting = (QueuedPrompt("q", "and this", ("p1",), (SKY,)),)
    await history.save(replace(ALL, waiting=waiting), tuple(ALL.messages.values()))
    await history.save_draft("c", "", (NOTE, SKY))
    assert contents(path) == {SKY.data, NOTE.data}
    loaded = await history.load("c")
    assert loaded == ALL
    assert all(part.data is None for message in loaded.messages.values() for part in message.parts)
    (whole,) = await history.with_content([loaded.messages["m3"]])
    assert [part.data for part in whole.parts] == [SKY.data, NOTE.data]
    assert (await history.draft("c"), await history.draft_parts("c")) == ("", (NOTE, SKY))
    assert (await history.summaries())[0].has_unsent
    (queued,) = await history.claim_waiting("c")
    assert (queued, queued.parts[0].data) == (waiting[0], None)
    await history.save(ALL)
    await history.save_draft("c", "")
    await history.aclose()
    assert contents(path) == {SKY.data, NOTE.data}, "messages name them still"


async def test_what_nobody_names_goes_once_nothing_can_bring_it_back(path: Path) -> None:
    history, other = History.open(path), History.open(path)
    await history.save(ONE, [PROMPT])
    removed = await history.remove_messages("c", ["m0"])
    await other.save_draft(None, "x", (NOTE,))
    await other.save_draft(None, "")
    await other.aclose()
    assert contents(path) == {SKY.data, NOTE.data}
    await history.restore_messages("c", removed)
    (whole,) = await history.with_content([PROMPT])
    assert missing_content([whole]) == ""
    await history.save_draft("c", "x", (Part("c", "text/plain", b"of a draft"),))
    await history.save_draft("c", "")
    await history.remove_messages("c", ["m0"])
    await history.aclose()
    assert contents(path) == set()


async def test_a_purged_conversation_takes_its_content_along_and_no_other(path: Path) -> None:
    history = History.open(path)
    await history.save(ONE, [PROMPT])
    await history.save(replace(ONE, id="d", messages={}), [replace(PROMPT, id="x", parts=(NOTE,))])
    await history.save_draft("c", "x", (Part("c", "text/plain", b"of a draft"),))
    await history.delete_for_good(["c"], lambda number, total: None)
    assert contents(path) == {NOTE.data}
    await history.aclose()


async def test_files_of_a_growing_reply_are_stored_once_and_no_save_of_its_beginning_takes_them(path: Path) -> None:
    history = History.open(path)
    reply = Reply(conversation_id="c", parent_id=None, model="a/b", reply_id="r")
    early = reply.freeze()
    await history.save(ONE, [PROMPT, early])
    for part in (NOTE, SKY, NOTE):
        reply.feed(PartReceived(part))
        reply.feed(TextDelta("x"))
        history.checkpoint(reply)
        await history.save(ONE, [early])
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, place FROM parts JOIN messages ON key = message WHERE id = 'r'")
        assert found.fetchall() == [("note.txt", 0), ("sky.png", 1), ("note.txt", 2)]
    reply.end(Status.COMPLETE)
    await history.finish("c", reply.freeze())
    loaded = await history.load("c")
    assert loaded is not None and loaded.messages["r"].parts == (NOTE, SKY.at(1), NOTE.at(2))
    await history.aclose()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.store.test_parts import NOTE, ONE, PROMPT
from textchat.core.events import Cited, PartReceived, ReasoningSealed, TextDelta
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.reply import Reply
from textchat.store.history import History

async def main() -> None:
    history = History.open(Path(sys.argv[1]))
    await history.save(ONE, [PROMPT])
    await history.remove_messages("c", ["m0"])
    reply = Reply(conversation_id="c", parent_id=None, model="a/b", reply_id="r")
    await history.save(ONE, [reply.freeze()])
    for event in (TextDelta("see "), PartReceived(NOTE), Cited("https://a.example/", "A", -1)):
        reply.feed(event)
    history.checkpoint(reply)
    reply.feed(ReasoningSealed(SealedReasoning("gemini", "{}")))
    reply.feed(TextDelta("it"))
    history.checkpoint(reply)
    await history.changed_elsewhere()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_after_a_kill_what_came_is_there_and_what_was_held_is_not(path: Path) -> None:
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(path), cwd=ROOT, env=os.environ)
    await killed.wait()
    assert contents(path) == {SKY.data, NOTE.data}
    history = History.open(path)
    loaded = await history.load("c")
    assert loaded is not None
    message = loaded.messages["r"]
    assert (message.text, message.status) == ("see it", Status.INTERRUPTED)
    assert (message.parts, message.citations) == ((NOTE.at(4),), (Citation("https://a.example/", "A", (4,)),))
    assert message.sealed == (SealedReasoning("gemini", "{}"),)
    await history.aclose()
    assert contents(path) == {NOTE.data}


async def test_a_content_that_is_gone_or_damaged_costs_one_sentence(path: Path) -> None:
    history = History.open(path)
    await history.save(ONE, [PROMPT])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE contents SET data = x'00' WHERE digest = ?", (SKY.digest,))
        connection.commit()
    loaded = await history.load("c")
    assert loaded == ONE
    whole = await history.with_content(list(loaded.messages.values()))
    assert [part.data for part in whole[0].parts] == [None, NOTE.data]
    assert (
        missing_content(whole) == "The content of “sky.png” is missing or damaged. Edit the prompt and attach it again."
    )
    await history.aclose()


async def test_a_store_that_is_only_read_gives_its_content_to_what_goes_on_in_memory(path: Path) -> None:
    history = History.open(path)
    await history.save(ONE, [PROMPT])
    await history.save_draft("c", "draft", (NOTE,))
    await history.aclose()
    reason = StoreError("The disk is read-only.", StoreErrorKind.READ_ONLY)
    beside = ReadOnlyHistory(History.open_to_read(path, reason))
    loaded = await beside.load("c")
    assert loaded is not None
    assert missing_content(await beside.with_content(list(loaded.messages.values()))) == ""
    parts = await beside.draft_parts("c")
    await beside.save_draft("c", "another", parts)
    answer = Message("m9", "m0", Role.ASSISTANT, "Blue", created_at=2.0)
    await beside.save(loaded.with_message(answer), [answer])
    (record,) = await beside.records(["c"])
    assert not isinstance(record, StoreError)
    assert record is not None
    assert missing_content(record.conversation.messages.values()) == ""
    (whole,) = await beside.with_content([replace(PROMPT, parts=await beside.draft_parts("c"))])
    assert [part.data for part in whole.parts] == [NOTE.data]
    await beside.aclose()


async def test_names_of_files_and_titles_of_sources_are_found(path: Path) -> None:
    history = History.open(path)
    source = Citation("https://a.example/", "Rayleigh scattering", (4,))
    answer = Message("a", "m0", Role.ASSISTANT, "Blue", citations=(source,), created_at=2.0)
    await history.save(ONE, [PROMPT])
    await history.save(ONE.with_message(answer), [answer])
    for query, found in (("sky.png", "m0"), ("sky", "m0"), ("note.txt look", "m0"), ("rayleigh", "a")):
        (hit,) = await history.search(query)
        assert hit.message_id == found
        marked = [hit.snippet[start:end].lower() for start, end in hit.highlights]
        assert marked and all(word in query for word in marked)
    removed = await history.remove_messages("c", ["m0"])
    assert not await history.search("rayleigh")
    await history.restore_messages("c", removed)
    assert len(await history.search("sky.png")) == 1
    await history.save(ONE, [replace(PROMPT, parts=(NOTE,))])
    assert not await history.search("sky.png")
    await history.aclose()


BYTES = st.sampled_from([b"", b"a", b"b", b"c"])
PARTS = st.lists(st.builds(Part, st.just("f"), st.just("text/plain"), BYTES), max_size=3).map(tuple)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.sampled_from("xyz"), PARTS),
        st.tuples(st.just("draft"), st.sampled_from("xyz"), PARTS),
        st.tuples(st.just("wait"), st.just(""), PARTS),
        st.tuples(st.just("remove"), st.sampled_from("xyz"), st.just(())),
        st.tuples(st.just("restore"), st.just(""), st.just(())),
    ),
    max_size=12,
)


@settings(max_examples=examples(60), deadline=None)
@given(STEPS)
def test_all_that_is_named_is_there_and_in_the_end_nothing_else(
    steps: list[tuple[str, str, tuple[Part, ...]]],
) -> None:
    async def run() -> None:
        history = History.in_memory()
        connection = history._writer.connection
        base = replace(ONE, messages={})
        await history.save(base)
        removed = []
        for what, id_, parts in steps:
            if what == "save":
                await history.save(base, [Message(id_, None, Role.USER, "t", parts=parts)])
            elif what == "draft":
                await history.save_draft(id_, "", parts)
            elif what == "wait":
                await history.save(replace(base, waiting=(QueuedPrompt("q", "", (), parts),) if parts else ()))
            elif what == "remove":
                removed.append(await history.remove_messages("c", [id_]))
            elif removed:
                await history.restore_messages("c", removed.pop())
        missing = "SELECT digest FROM content_names WHERE digest NOT IN (SELECT digest FROM contents)"
        assert connection.execute(missing).fetchall() == []
        connection.execute("DELETE FROM held")
        await history.save(base)
        unnamed = "SELECT digest FROM contents WHERE digest NOT IN (SELECT digest FROM content_names)"
        assert connection.execute(unnamed).fetchall() == []
        await history.aclose()

    asyncio.run(run())
