"""A full disk, a file that is locked, damaged, newer or not to be written: one clear sentence, the app goes on, and
nothing that is there is overwritten."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.flow.screen import open_app, screen_of, shown, wait_for
from tests.flow.terminal import TEXTCHAT, Terminal, isolated_environment
from tests.flow.test_store import KEYS, ask_the_file, configure, idle, stored
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.store import database
from textchat.ui.conversation.draft_keeper import PAUSE_S

LONG = "word " * 20_000


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("fast", "An answer.")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(database, "OPENING_WAIT_S", 0.05)
    monkeypatch.setattr(database, "BUSY_WAIT_S", 0.05)
    environ = isolated_environment(tmp_path / "home")
    configure(environ, server)
    return environ


def writer_of(app: TextchatApp) -> sqlite3.Connection:
    return screen_of(app).parts.workspace.history._writer.connection


def told_at_start(app: TextchatApp, words: str) -> bool:
    """Whether the problems of the start stand on the screen and say it."""
    line = screen_of(app).parts.widgets.start_problems
    return line.display and any(words in problem for problem in line.problems)


def notices(app: TextchatApp, words: str) -> int:
    return sum(words in notice.message for notice in app._notifications)


def digests(environ: dict[str, str]) -> dict[str, bytes]:
    folder = paths.data_folder(environ)
    return {file.name: hashlib.sha256(file.read_bytes()).digest() for file in folder.iterdir() if file.is_file()}


# -- in the middle -----------------------------------------------------------------------------------------------------


def fill_disk(connection: sqlite3.Connection) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")


def free_disk(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA max_page_count = {2**31}")


def forbid_writing(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")


def allow_writing(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = OFF")


@pytest.mark.parametrize(
    ("break_it", "mend_it", "words"),
    [(fill_disk, free_disk, "disk is full"), (forbid_writing, allow_writing, "Cannot write")],
    ids=["full", "read-only"],
)
async def test_what_cannot_be_written_is_one_notice_and_comes_with_the_next_that_can(
    server: OpenAIServer,
    environ: dict[str, str],
    break_it: Callable[[sqlite3.Connection], None],
    mend_it: Callable[[sqlite3.Connection], None],
    words: str,
) -> None:
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "local/fast")
        await pilot.press(*"first", "enter")
        await wait_for(app, "An answer.")
        await idle(app)
        break_it(writer_of(app))
        server.say("fast", "Much: ", *([("word " * 20 + "\n\n") * 100] * 4), "the end.")
        await pilot.press(*"second", "enter")
        await wait_until(lambda: notices(app, words) == 1, "it is said")
        assert notices(app, "stay in memory until they can be saved") == 1
        await wait_for(app, "the end.")
        await idle(app)
        assert notices(app, words) <= 1, "it is not said once more while it stands there"
        await pilot.press("ctrl+n")  # left, and still not forgotten
        await wait_until(lambda: "the end." not in shown(app), "another conversation is shown")
        mend_it(writer_of(app))
        await pilot.press("alt+c", "home", "enter")
        await wait_for(app, "the end.")
        server.say("fast", "Third answer.")
        await pilot.press(*"third", "enter")
        await wait_for(app, "Third answer.")
        await idle(app)
    assert app.end.losses == []
    texts = [str(text)[-20:] for (text,) in ask_the_file(environ, "SELECT text FROM messages ORDER BY created_at")]
    assert [text.split()[-1] for text in texts] == ["first", "answer.", "second", "end.", "third", "answer."]


async def test_a_locked_file_is_a_notice_and_what_waits_is_stored_at_the_end(environ: dict[str, str]) -> None:
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "local/fast")
        with closing(sqlite3.connect(paths.database(environ))) as other:
            other.execute("BEGIN IMMEDIATE")
            await pilot.press(*"first", "enter")
            await wait_for(app, "An answer.", "locked")
            await idle(app)
            assert notices(app, "Another program has locked") == 1
    assert app.end.losses == []
    assert [text for (text,) in ask_the_file(environ, "SELECT text FROM messages ORDER BY key")] == [
        "first",
        "An answer.",
    ]


async def test_what_is_lost_in_the_end_is_said_in_the_end(environ: dict[str, str]) -> None:
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "local/fast")
        forbid_writing(writer_of(app))
        await pilot.press(*"first", "enter")
        await wait_for(app, "An answer.")
        await idle(app)
    (sentence,) = app.end.losses
    assert sentence.startswith("Could not save all of “first”. ")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file stays where it is")
async def test_a_file_that_is_removed_meanwhile_is_said_and_what_is_on_the_screen_can_be_exported(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "local/fast")
        await pilot.press(*"first", "enter")
        await wait_for(app, "An answer.")
        await idle(app)
        paths.database(environ).unlink()
        await pilot.press(*"second", "enter")
        await idle(app)
        await pilot.press("ctrl+b", "ctrl+b")  # the side panel looks for what others have written
        assert notices(app, "was moved, removed or replaced while it was open") == 1
        await pilot.press(KEYS["export"])
        await wait_for(app, "Export to a new file")
        await pilot.press("enter")
        await wait_until(lambda: (tmp_path / "first.md").exists(), "it is exported")
    assert "second" in (tmp_path / "first.md").read_text()
    (sentence,) = app.end.losses
    assert sentence.startswith("Could not save all of “first”. ")


async def test_damage_in_the_middle_of_the_file_is_a_sentence_and_the_rest_can_be_used(
    server: OpenAIServer, environ: dict[str, str]
) -> None:
    stored(environ, *(f"{number} {LONG[:4000]}" for number in range(60)))
    ((roots,),) = ask_the_file(environ, "SELECT max(rootpage) FROM sqlite_master")  # of all tables: behind them is text
    with paths.database(environ).open("r+b") as file:
        for page in range(int(str(roots)) + 2, int(str(roots)) + 22):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    before = digests(environ)["textchat.db"]
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "59 word")
        for _ in range(60):
            await pilot.press("alt+c", "down", "enter")
            await pilot.pause()
            if notices(app, "damaged and was not changed"):
                break
        assert notices(app, "damaged and was not changed") == 1
        await pilot.press("alt+c", "home", "enter")
        await wait_for(app, "59 word")
    assert digests(environ)["textchat.db"] == before


async def test_a_prompt_that_does_not_fit_on_the_disk_stays_a_draft_until_it_is_stored(
    environ: dict[str, str],
) -> None:
    def drafts() -> list[str]:
        return [str(text) for (text,) in ask_the_file(environ, "SELECT text FROM drafts")]

    async with open_app(environ) as (app, pilot):
        await wait_for(app, "local/fast")
        screen_of(app).input_bar.insert(LONG)
        await wait_until(lambda: drafts() == [LONG], "what is typed is a draft")
        fill_disk(writer_of(app))
        await pilot.press("enter")
        await wait_until(lambda: notices(app, "disk is full") == 1, "a notice says so")  # wherever its words wrap
        await wait_for(app, "An answer.")
        await idle(app)
        await asyncio.sleep(2 * PAUSE_S)
        assert drafts() == [LONG], "if the machine is switched off now, it is not lost"
        free_disk(writer_of(app))
    assert app.end.losses == []
    assert [text for (text,) in ask_the_file(environ, "SELECT text FROM messages ORDER BY key")] == [
        LONG,
        "An answer.",
    ]


# -- at the start ------------------------------------------------------------------------------------------------------


def damage_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xa5" * 100)


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


def make_foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")


@pytest.mark.parametrize(
    ("break_it", "words"),
    [(damage_header, "damaged"), (make_newer, "newer textchat"), (make_foreign, "another program")],
    ids=["damaged", "newer", "foreign"],
)
async def test_a_file_that_cannot_be_used_is_left_alone_and_the_app_works_in_memory(
    environ: dict[str, str], break_it: Callable[[Path], None], words: str
) -> None:
    stored(environ, "precious")
    break_it(paths.database(environ))
    before = digests(environ)
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "in memory only")
        assert told_at_start(app, words)
        assert told_at_start(app, "are in memory only; export what you want to keep.")
        await pilot.press(*"first", "enter")
        await wait_for(app, "An answer.")
        await pilot.press("ctrl+n")
        await wait_until(lambda: "An answer." not in shown(app), "another conversation is shown")
        await pilot.press("alt+c", "home", "enter")
        await wait_for(app, "An answer.")
        await pilot.press("ctrl+q")
        await wait_for(app, "Before you quit: export “first”, only in memory")
    assert digests(environ) == before


async def test_a_file_that_is_locked_at_the_start(environ: dict[str, str]) -> None:
    stored(environ, "precious")
    with closing(sqlite3.connect(paths.database(environ))) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        async with open_app(environ) as (app, pilot):
            await wait_for(app, "in memory only")
            assert told_at_start(app, "Another program has locked")
            await pilot.press(*"first", "enter")
            await wait_for(app, "An answer.")
    assert len(ask_the_file(environ, "SELECT * FROM messages")) == 1


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a folder that nobody can write to")
def test_a_folder_that_cannot_be_written_is_a_sentence_and_the_app_works(environ: dict[str, str]) -> None:
    with Terminal(TEXTCHAT, environ | {"XDG_DATA_HOME": "/sys"}) as terminal:  # not even root makes a folder there
        terminal.wait_until("Cannot write")
        terminal.wait_until("in memory only")
        terminal.type("question")
        terminal.press("enter")
        terminal.wait_until("An answer.")
        terminal.press("ctrl+q")
        terminal.wait_until("Before you quit")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
