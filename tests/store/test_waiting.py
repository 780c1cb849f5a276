"""Prompts that wait come back as they were, to one textchat alone, and not while another is going to send them."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Conversation, Message, Pane, QueuedPrompt, Role, View
from textchat.core.parts.part import Part
from textchat.core.store_error import StoreError
from textchat.store.history import History

ROOT = Path(__file__).parents[2]
PROMPT = Message("m", None, Role.USER, "hi", created_at=1.0)
CONVERSATION = Conversation("c", "T", 1.0, {"m": PROMPT}, (Pane("p1", "a/b", leaf_id="m"), Pane("p2", "a/c")))
ONE = QueuedPrompt("q1", "for one", ("p1",))
BOTH = QueuedPrompt("q2", "for both", ("p1", "p2"), (Part("a.png", "image/png", b"\x89"),))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PROMPTS = st.lists(
    st.builds(
        QueuedPrompt,
        TEXT,
        TEXT,
        st.lists(TEXT, max_size=3).map(tuple),
        st.lists(st.builds(Part, TEXT, TEXT, st.binary(max_size=9)), max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda prompt: prompt.id,
).map(tuple)
VIEWS = st.builds(View, st.none() | TEXT, st.booleans(), st.booleans())


@settings(max_examples=examples(60), deadline=None)
@given(PROMPTS, PROMPTS, VIEWS)
def test_what_was_saved_last_comes_back(
    before: tuple[QueuedPrompt, ...], after: tuple[QueuedPrompt, ...], view: View
) -> None:
    async def kept() -> None:
        history = History.in_memory()
        await history.save(replace(CONVERSATION, waiting=before), [PROMPT])
        await history.save(replace(CONVERSATION, waiting=after, view=view))
        assert await history.claim_waiting("c") == after
        assert await history.load("c") == replace(CONVERSATION, view=view)
        await history.aclose()

    asyncio.run(kept())


async def test_they_belong_to_the_textchat_that_will_send_them(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    first, second, third = (History.open(path) for _ in range(3))
    await first.save(replace(CONVERSATION, waiting=(ONE, BOTH)), [PROMPT])
    assert await second.claim_waiting("c") == ()
    await second.save(replace(CONVERSATION, waiting=(replace(ONE, id="q3"),)))
    await second.save(CONVERSATION)
    await first.aclose()
    assert await second.claim_waiting("c") == (ONE, BOTH), "a save elsewhere has left them alone"
    assert await third.claim_waiting("c") == (), "they are taken over once"
    assert await second.claim_waiting("c") == (ONE, BOTH)
    await second.save(CONVERSATION)
    await second.aclose()
    assert await third.claim_waiting("c") == (), "sent is gone"
    await third.aclose()


async def test_they_go_with_their_conversation(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    history = History.open(path)
    await history.save(replace(CONVERSATION, waiting=(ONE,)), [PROMPT])
    await history.delete("c")
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM waiting").fetchone() == (0,)


async def test_damaged_ones_are_an_error_of_the_store(tmp_path: Path) -> None:
    history = History.open(tmp_path / "textchat.db")
    await history.save(replace(CONVERSATION, waiting=(ONE,)), [PROMPT])
    with closing(sqlite3.connect(tmp_path / "textchat.db")) as connection:
        connection.execute("UPDATE waiting SET pane_ids = '{'")
        connection.commit()
    with pytest.raises(StoreError, match="Cannot read"):
        await history.claim_waiting("c")
    await history.aclose()


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.store.test_waiting import BOTH, CONVERSATION, ONE, PROMPT
from textchat.store.history import History
from dataclasses import replace

async def main() -> None:
    history = History.open(Path(sys.argv[1]))
    await history.save(replace(CONVERSATION, waiting=(ONE, BOTH)), [PROMPT])
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_those_of_a_killed_program_are_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(path), cwd=ROOT)
    assert await killed.wait() == -signal.SIGKILL
    history = History.open(path)
    assert await history.claim_waiting("c") == (ONE, BOTH)
    await history.aclose()
