"""kill -9 at any moment: the database is sound, what was acknowledged is there, what grew is marked interrupted.

`TEXTCHAT_CRASHES=200` kills that many; `-s` shows the largest loss that was seen.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from textchat.core.conversation import Conversation, Status
from textchat.store.history import History

CRASHES = int(os.environ.get("TEXTCHAT_CRASHES", "12"))
AT_ONCE = 4


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.streaming", str(tmp_path / "textchat.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.communicate(timeout=30)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
async def test_nothing_that_was_acknowledged_is_lost(nursery: subprocess.Popen[str], tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    largest = (0.0, 0)
    for round_ in range(-(-CRASHES // AT_ONCE)):
        print(AT_ONCE, round_, file=nursery.stdin, flush=True)
        ends = json.loads(nursery.stdout.readline())
        history = History.open(path)
        for end in ends:
            largest = max(largest, await check(history, end))
        await history.aclose()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            assert connection.execute("SELECT count(*) FROM messages WHERE status = 'growing'").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM chunks").fetchone() == (0,)
    print(f"\n{CRASHES} crashes; the largest loss: {largest[0] * 1000:.0f} ms, {largest[1]} characters")
    assert list((tmp_path / "running").iterdir()) == []


async def check(history: History, end: dict[str, Any]) -> tuple[float, int]:
    """How much of the last reply is missing, in seconds and characters."""
    said = end["said"]
    saved = [each for each in said if "saved" in each]
    finished = {each["finished"]: each for each in said if "finished" in each}
    if not saved:
        return 0.0, 0
    conversation = await history.load(saved[0]["saved"][0])
    assert conversation is not None
    loss = (0.0, 0)
    for each in saved:
        _, prompt_id, reply_id = each["saved"]
        reply = conversation.messages[reply_id]
        assert conversation.messages[prompt_id].text == each["text"]
        if reply_id in finished:
            assert (reply.status, reply.text) == (Status.COMPLETE, finished[reply_id]["text"])
            assert reply.reasoning == finished[reply_id]["reasoning"]
        elif reply.status is not Status.COMPLETE:  # else it ended just before it could say so
            loss = lost(conversation, reply_id, end)
    return loss


def lost(conversation: Conversation, reply_id: str, end: dict[str, Any]) -> tuple[float, int]:
    reply = conversation.messages[reply_id]
    assert reply.status is Status.INTERRUPTED
    assert reply.timing is None
    pieces = reply.text.split(" ")[:-1]
    assert pieces == [f"{piece.split('-')[0]}-{number}é" for number, piece in enumerate(pieces, start=10)]
    missing = [each for each in end["said"] if each.get("fed") == reply_id and each["chars"] > len(reply.text)]
    if not missing:
        return 0.0, 0
    return end["died"] - missing[0]["at"], missing[-1]["chars"] - len(reply.text)
