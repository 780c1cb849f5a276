"""Whatever textchat raises, wherever: the text is kept, the terminal given back, and a sentence names the report."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.screen import Screen

from tests.flow.local import local_environment
from tests.flow.screen import live_of, open_app, screen_of, wait_for
from tests.flow.terminal import Terminal, isolated_environment
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat import cli
from textchat.commands import models
from textchat.config import paths
from textchat.core.crashes import CRASHED
from textchat.live.metering import ReplyMeter
from textchat.providers.catalog import Catalog
from textchat.store.history import History
from textchat.ui.conversation.screen import ConversationScreen

KEY = "sk-secret-of-the-test"

BROKEN = """
import os, sys
from textchat.cli import main
from textchat.render.markdown.document import Document

def append(self, text):
    key = os.environ["LOCAL_KEY"]
    raise RuntimeError(f"never before: {key} {text}")

Document.append = append
sys.exit(main(sys.argv[1:]))
"""
"""textchat with an error in what draws a reply, beside a key and a text."""


def messages_in(environment: dict[str, str]) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(paths.database(environment))) as connection:
        return connection.execute("SELECT role, status, text FROM messages ORDER BY key").fetchall()


def only_report(environment: dict[str, str]) -> Path:
    (report,) = paths.state_folder(environment).glob("crash-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    return report


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
def test_in_a_terminal_nothing_is_left_but_a_sentence(tmp_path: Path) -> None:
    with OpenAIServer() as server:
        server.script("slow", "Two words", Gate())
        environment = local_environment(tmp_path / "home", server)
        argv = (sys.executable, "-c", BROKEN, "-m", "local/slow", "Go on")
        with Terminal(argv, environment, columns=60, rows=16) as terminal:
            assert terminal.wait_for_exit() == CRASHED
            terminal.assert_restored()
    report = only_report(environment)
    said = bytes(terminal.output).rpartition(b"\x1b[?1006l")[2].rpartition(b"\x1b[?1004l")[2].decode()
    assert re.fullmatch(r"textchat failed .* is kept\. .*\r\n", said) and str(report) in said
    assert messages_in(environment) == [("user", "complete", "Go on"), ("assistant", "interrupted", "Two words")]
    told = report.read_text()
    assert " in append" in told and "RuntimeError" in told and "ConversationScreen ReplyGrew" in told
    assert not any(word in told for word in ("never before", "Go on", "Two words", str(tmp_path)))
    written = [bytes(terminal.output), *(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())]
    assert not any(KEY.encode() in each or b"never before" in each for each in written)


FAILING = """
import sys
from textchat.cli import main
from textchat.ui.terminal.{} as Ring

def fail(self, text, *more):
    return 1 / 0 if {!r} in text else method(self, text, *more)

method, Ring.{} = Ring.{}, fail
sys.exit(main([]))
"""
READS = FAILING.format("guard import TerminalGuard", "§".encode(), "feed", "feed")
WRITES = FAILING.format("output import TerminalOutput", "§", "write", "write")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pty")
@pytest.mark.parametrize("program", [READS, WRITES], ids=["reads", "writes"])
def test_so_ends_a_thread_of_the_terminal_and_a_file_of_errors_hides_nothing(
    environment: dict[str, str], program: str
) -> None:
    argv = ("sh", "-c", 'exec "$@" 2>errors', "x", sys.executable, "-c", program)
    with Terminal(argv, environment) as terminal:
        terminal.wait_until("shows every key")
        terminal.type("§")
        assert terminal.wait_for_exit() == CRASHED
        terminal.assert_restored()
    said = Path(environment["HOME"], "errors").read_text()
    assert str(only_report(environment)) in said and said.strip().encode() in terminal.output


# -- each ring, without a terminal -----------------------------------------------------------------------------------


def fail(*_: object) -> None:
    raise RuntimeError("never before")


async def fail_later(*_: object) -> None:
    fail()


class Uncomposed(Screen[None]):
    def compose(self) -> ComposeResult:
        fail()
        yield from ()


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    with OpenAIServer() as server:
        server.script("slow", "Two words", Gate())
        yield local_environment(tmp_path / "home", server)


async def test_a_screen_that_fails_ends_the_app_in_order(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(RuntimeError):
        async with open_app(environ, models=["local/slow"], prompt="Go on") as (app, _):
            await wait_for(app, "Two words")
            app.push_screen(Uncomposed())
            await wait_until(lambda: app.end.crash is not None, "it has failed")
    (said,) = app.end.last_words(is_orderly=app.has_closed)
    report = only_report(environ)
    assert "is kept" in said and str(report) in said and " in fail" in report.read_text()
    assert messages_in(environ)[1] == ("assistant", "interrupted", "Two words")
    assert capsys.readouterr() == ("", "") and app.return_code == CRASHED


async def test_what_fails_while_it_closes_keeps_nothing_from_the_disk(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConversationScreen, "on_unmount", fail_later)
    monkeypatch.setattr(Catalog, "aclose", fail_later)
    with pytest.raises(RuntimeError):
        async with open_app(environ, models=["local/slow"], prompt="Go on") as (app, _):
            await wait_for(app, "Two words")
    assert messages_in(environ)[1] == ("assistant", "interrupted", "Two words")
    (said,) = app.end.last_words(is_orderly=app.has_closed)
    assert str(only_report(environ)) in said and "is kept" not in said, "nobody knows whether all is"


async def test_an_error_while_an_error_is_handled_changes_nothing(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textchat.app_end.write_report", fail)
    monkeypatch.setattr("textchat.live.workspace.Workspace.interrupt", fail)
    with pytest.raises(RuntimeError):
        async with open_app(environ, models=["local/slow"], prompt="Go on") as (app, _):
            await wait_for(app, "Two words")
            app.call_later(fail)
            await wait_until(lambda: not app.is_running, "it has ended")
    (said,) = app.end.last_words(is_orderly=app.has_closed)
    assert said.startswith("textchat failed unexpectedly: RuntimeError, ") and "never before" not in said
    assert messages_in(environ)[1][2] == "Two words"


# -- the store, and the figures of a reply ---------------------------------------------------------------------------


async def test_a_reply_whose_end_fails_is_stored_whole(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(History, "finish", fail_later)
    monkeypatch.setattr(History, "checkpoint", fail)
    monkeypatch.setattr(ReplyMeter, "ended", fail)
    async with open_app(environ, models=["demo/fast"], prompt="Hello") as (app, _):
        await wait_until(lambda: not live_of(app).replies and len(live_of(app).conversation.messages) == 2, "an answer")
    assert messages_in(environ)[1][:2] == ("assistant", "complete") and messages_in(environ)[1][2]
    assert "textchat itself failed" in paths.log_file(environ).read_text()


async def test_a_prompt_that_cannot_be_stored_is_asked_and_a_task_that_fails_unseen_is_told_of(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(History, "save", fail_later)
    async with open_app(environ, models=["local/slow"], prompt="Go on") as (app, _):
        await wait_for(app, "Two words", "stay in memory")
        asyncio.get_running_loop().call_soon(fail)
        await wait_for(app, "textchat itself failed here")
    (loss,) = app.end.last_words(is_orderly=app.has_closed)
    assert loss.startswith("Could not save all of “Go on”.") and loss.endswith("Not saved, a prompt:\nGo on")
    async with open_app(environ, models=["demo/fast"]) as (app, _):
        assert screen_of(app).input_bar.text == "Go on", "it is the draft"


async def test_a_prompt_that_fails_on_its_way_is_back_where_it_came_from(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(environ, models=["local/slow"]) as (app, pilot):
        monkeypatch.setattr("textchat.live.prompts.outbox.turns.prompt", fail)
        await pilot.press(*"Again", "enter")
        await wait_for(app, "textchat itself failed here", "Again")
        assert screen_of(app).input_bar.text == "Again"
        outbox = live_of(app)._outbox
        outbox.queue.add("Later", tuple(pane.id for pane in live_of(app).conversation.panes))
        outbox.send_next()
        await wait_until(lambda: live_of(app).queue.is_held, "it waits again")
        assert [prompt.text for prompt in live_of(app).queue] == ["Later"]


# -- commands --------------------------------------------------------------------------------------------------------


def fail_in_thread(*_: object) -> int:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    return 0


def fail_in_task(*_: object) -> int:
    async def run() -> None:
        asyncio.get_running_loop().call_soon(fail)
        await asyncio.sleep(0)

    asyncio.run(run())
    return 0


def cancel(*_: object) -> None:
    raise asyncio.CancelledError("never before")


@pytest.mark.parametrize("broken", [fail, fail_in_thread, fail_in_task, cancel])
def test_a_command_that_fails_says_one_sentence(
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    broken: Callable[..., object],
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", environ["XDG_STATE_HOME"])
    monkeypatch.setattr(models, "run", broken)
    assert cli.main(["models"]) == CRASHED
    out, said = capfd.readouterr()
    assert out == "" and len(said.splitlines()) == 1 and str(only_report(environ)) in said


def test_what_fails_behind_the_end_is_a_sentence_too(tmp_path: Path) -> None:
    program = "import atexit, textchat.cli as cli; atexit.register(lambda: 1 / 0); cli.main()"
    argv = (sys.executable, "-c", program, "--version")
    environ = isolated_environment(tmp_path)
    ran = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60)
    assert ran.stderr.startswith("textchat failed unexpectedly. ") and len(ran.stderr.splitlines()) == 1
    assert "in <lambda>" in only_report(environ).read_text()
