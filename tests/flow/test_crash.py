"""kill -9 at any moment of a conversation over the network: the file is sound, what was acknowledged is there, what
grew is marked interrupted, and a person is told how it goes on.

`TEXTCHAT_CRASHES=200` kills that many and `TEXTCHAT_TOGETHER_S=30` lets two write at once for that long; `-s` shows the
largest loss that was seen.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.flow.terminal import ROOT, TEXTCHAT, Terminal, isolated_environment
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.waiting import wait_until_blocking
from textchat.config import paths
from textchat.core.conversation import Conversation, Role, Status
from textchat.store.history import History

CRASHES = int(os.environ.get("TEXTCHAT_CRASHES", "12"))
AT_ONCE = 6
GROUPS = 4
"""Tests that share the crashes, so that they can run beside each other."""
LONGEST_LIFE_S = 2.2
TOGETHER_S = float(os.environ.get("TEXTCHAT_TOGETHER_S", "3"))
MOST_LOST_S = 2.0
"""The promise is half a second; a machine that is busy with other tests may keep even the clock waiting."""

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and a pty")


class Speaker(LoopbackServer):
    """Speaks OpenAI's chat completions: `pieces` numbered words to every prompt, one every `pause_s`."""

    def __init__(self, pieces: int, pause_s: float) -> None:
        super().__init__(None)
        self._pieces = pieces
        self._pause_s = pause_s

    async def answer(self, exchange: Exchange) -> None:
        await exchange.head(200, {"Content-Type": "text/event-stream"})
        for piece in words(self._pieces):
            await exchange.send(_event({"content": piece}))
            await asyncio.sleep(self._pause_s)
        await exchange.send(_event({}, "stop") + b"data: [DONE]\n\n")
        await exchange.end()


def words(count: int) -> Iterator[str]:
    return (f"wörd-{number} " for number in range(count))


def _event(delta: dict[str, str], reason: str | None = None) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": choices}).encode() + b"\n\n"


def home(tmp_path: Path, server: LoopbackServer) -> dict[str, str]:
    environ = isolated_environment(tmp_path / "home")
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'default_models = ["local/one"]\n[providers.local]\nprotocol = "openai"\nbase_url = "{server.url}/v1"\n'
    )
    return environ


@contextmanager
def nursery(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.flow.talking"],
        env=environ,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate(timeout=60)


def told(process: subprocess.Popen[str], *order: object) -> list[dict[str, Any]]:
    assert process.stdin is not None
    assert process.stdout is not None
    print(*order, file=process.stdin, flush=True)
    ends: list[dict[str, Any]] = json.loads(process.stdout.readline())
    return ends


@pytest.mark.parametrize("group", range(GROUPS))
async def test_nothing_that_was_acknowledged_is_lost(group: int, tmp_path: Path) -> None:
    crashes = len(range(group, CRASHES, GROUPS))
    largest = (0.0, 0)
    with Speaker(60, 0.02) as server:
        environ = home(tmp_path, server)
        with nursery(environ) as process:
            while crashes > 0:
                ends = told(process, min(AT_ONCE, crashes), crashes * GROUPS + group, LONGEST_LIFE_S, "kill")
                crashes -= AT_ONCE
                largest = max(largest, await check(environ, ends))
    print(f"\nthe largest loss: {largest[0] * 1000:.0f} ms, {largest[1]} characters")
    assert largest[0] <= MOST_LOST_S


async def test_two_write_at_once_and_all_of_it_is_there(tmp_path: Path) -> None:
    with Speaker(20, 0.005) as server:
        environ = home(tmp_path, server)
        with nursery(environ) as process:
            ends = told(process, 2, 1, TOGETHER_S, "stop")
    assert [each["said"][-1] for each in ends] == [{"closed": True}] * 2
    assert await check(environ, ends) == (0.0, 0)
    turns = [sum("finished" in each for each in end["said"]) for end in ends]
    print(f"\n{TOGETHER_S:g} s side by side: {turns[0]} and {turns[1]} turns")
    assert min(turns) > 0


async def check(environ: dict[str, str], ends: list[dict[str, Any]]) -> tuple[float, int]:
    """The file and all that it holds; how much of a reply is missing at most, in seconds and characters."""
    path = paths.database(environ)
    if not path.exists():  # all were killed before they had begun
        return 0.0, 0
    history = History.open(path)
    losses = [await checked(history, end) for end in ends]
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM messages WHERE status = 'growing'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM chunks").fetchone() == (0,)
    return max(losses)


async def checked(history: History, end: dict[str, Any]) -> tuple[float, int]:
    assert [each for each in end["said"] if "problem" in each] == []
    saved = [each for each in end["said"] if "saved" in each]
    if not saved:
        return 0.0, 0
    conversation = await history.load(saved[0]["saved"])
    assert conversation is not None
    assert_sound(conversation)
    prompts = {message.text for message in conversation.messages.values() if message.role is Role.USER}
    assert prompts >= {each["prompt"] for each in saved}
    assert conversation.messages.keys() >= {id_ for each in saved for id_ in each["replies"]}
    for each in end["said"]:
        for id_, length in each.get("finished", {}).items():
            reply = conversation.messages[id_]
            assert (reply.status, len(reply.text)) == (Status.COMPLETE, length)
    return max((lost(conversation, id_, end) for id_ in saved[-1]["replies"]), default=(0.0, 0))


def assert_sound(conversation: Conversation) -> None:
    """Every message hangs on a root, every pane stands on a message, every answer is the beginning of what was said."""
    whole = "".join(words(100))
    for message in conversation.messages.values():
        assert message.parent_id is None or message.parent_id in conversation.messages
        assert conversation.branch(message.id)[0].role is Role.USER
        assert message.role is Role.USER or whole.startswith(message.text)
    assert len(conversation.panes) == 2
    assert all(pane.leaf_id in conversation.messages for pane in conversation.panes)


def lost(conversation: Conversation, reply_id: str, end: dict[str, Any]) -> tuple[float, int]:
    """What was shown of a reply and is not there: since when it was shown, and how many characters."""
    reply = conversation.messages[reply_id]
    assert reply.status in (Status.INTERRUPTED, Status.COMPLETE)
    missing = [each for each in end["said"] if each.get("shown") == reply_id and each["chars"] > len(reply.text)]
    return (end["died"] - missing[0]["at"], missing[-1]["chars"] - len(reply.text)) if missing else (0.0, 0)


# -- the program as a person has it ------------------------------------------------------------------------------------


def kept_text(environ: dict[str, str]) -> str:
    """What the file has of the growing reply now."""
    with closing(sqlite3.connect(paths.database(environ))) as connection:
        return "".join(row[0] for row in connection.execute("SELECT text FROM chunks ORDER BY key"))


@pytest.mark.parametrize("least", [1, 200, 600])
def test_after_a_crash_the_screen_says_interrupted_and_how_it_goes_on(least: int, tmp_path: Path) -> None:
    with Speaker(100, 0.02) as server:
        environ = home(tmp_path, server)
        with Terminal(TEXTCHAT, environ) as terminal:
            terminal.wait_until("local/one")
            terminal.type("go on")
            terminal.press("enter")
            terminal.wait_until("wörd-")
            while len(kept_text(environ)) < least:
                terminal.read_for(0.01)
            terminal.send_signal(signal.SIGKILL)
            terminal.wait_for_exit()
        with Terminal((*TEXTCHAT, "--continue"), environ) as terminal:
            shown = ("wörd-", "Interrupted", "continue", "retry")
            terminal.wait_until(lambda text: all(each in text for each in shown))
            terminal.press("ctrl+g")
            terminal.wait_until(lambda text: "✓ done" in text and "wörd-99" in text)
            terminal.press("ctrl+q")
            assert terminal.wait_for_exit() == 0


def test_after_a_crash_what_was_typed_is_back(tmp_path: Path) -> None:
    with Speaker(1, 0.0) as server:
        environ = home(tmp_path, server)
        with Terminal(TEXTCHAT, environ) as terminal:
            terminal.wait_until("local/one")
            terminal.type("half a thought")
            terminal.wait_until("half a thought")

            def is_kept() -> bool:
                terminal.read_for(0.005)
                with closing(sqlite3.connect(paths.database(environ))) as connection:
                    return connection.execute("SELECT text FROM drafts").fetchall() == [("half a thought",)]

            wait_until_blocking(is_kept, "the draft is on the disk")
            terminal.send_signal(signal.SIGKILL)
            terminal.wait_for_exit()
        with Terminal(TEXTCHAT, environ) as terminal:
            terminal.wait_until("half a thought")
            terminal.press("enter")
            terminal.wait_until(lambda text: "wörd-0" in text and "✓ done" in text)
            terminal.press("ctrl+q")
            assert terminal.wait_for_exit() == 0
