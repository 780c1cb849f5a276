"""The app on conversations that cannot be written: all are there, and what is new is in memory until it is exported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.screen import live_of, open_app, screen_of, wait_for
from tests.flow.terminal import isolated_environment
from tests.flow.test_store import KEYS, configure, idle, rows, stored
from tests.flow.test_store_faults import digests, forbid_writing, notices, told_at_start, writer_of
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.config import paths


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Two stored conversations in a folder that nobody may write to."""
    monkeypatch.chdir(tmp_path)
    environ = isolated_environment(tmp_path / "home")
    with OpenAIServer() as server:
        server.say("fast", "An answer.")
        configure(environ, server)
        stored(environ, "first talk", "second talk")
        folder = paths.data_folder(environ)
        folder.chmod(0o555)
        yield environ
        folder.chmod(0o700)


async def test_stored_conversations_are_read_refused_changes_and_go_on_in_memory(
    environ: dict[str, str], tmp_path: Path
) -> None:
    before = digests(environ)
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "first talk", "read-only")
        assert told_at_start(app, "Conversations are read-only: cannot write")
        assert told_at_start(app, "New messages stay in memory; export what you want to keep.")
        await pilot.press("alt+c", "home", "enter")
        await wait_until(lambda: live_of(app).conversation.title == "second talk", "the stored one is open")
        for number, act in enumerate(("rename", "pin", "tag", "archive", "delete")):
            screen_of(app)._notices._shown_at.clear()  # each is said once while it is on the screen
            await pilot.press(KEYS[act])
            refusal = f"Cannot {'delete' if act == 'delete' else 'change'} “second talk”: conversations are read-only."
            await wait_until(lambda: notices(app, refusal) == number % 4 + 1, f"{act} is refused")  # noqa: B023
            assert app.screen is screen_of(app), "nothing was asked"
        await pilot.press(*"more", "enter")
        await wait_for(app, "An answer.")
        await idle(app)
        await pilot.press("ctrl+n", *"third", "enter")
        await wait_until(lambda: rows(app) == ["third", "second talk", "first talk"], "new and stored are one list")
        await idle(app)
        assert [notices(app, words) for words in ("Cannot write", "cannot write", "in memory until")] == [0, 0, 0]
        await pilot.press(*"unsent", "ctrl+q")
        await wait_for(app, "Before you quit: export 2 conversations, only in memory")
        await pilot.press("escape")
        await wait_until(lambda: app.screen is screen_of(app), "one may stay")
        await pilot.press("ctrl+q")
        await wait_for(app, "Before you quit")
        await pilot.press("enter")
        await wait_until(lambda: not app.is_running or app._exit, "it is exported, and textchat quits")
    assert app.end.losses == ["Not saved, from the input bar:\nunsent"]
    exported = json.loads((tmp_path / "conversations.json").read_text())["conversations"]
    texts = {each["title"]: [message["text"] for message in each["messages"]] for each in exported}
    assert texts == {"second talk": ["second talk", "more", "An answer."], "third": ["third", "An answer."]}
    assert digests(environ) == before


async def test_a_new_conversation_that_cannot_be_stored_stays_in_the_list_and_is_offered_at_the_end(
    environ: dict[str, str], tmp_path: Path
) -> None:
    paths.data_folder(environ).chmod(0o700)
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "first talk")
        forbid_writing(writer_of(app))
        await pilot.press(*"third", "enter")
        await wait_for(app, "An answer.")
        await idle(app)
        await pilot.press("ctrl+n", "ctrl+b", "ctrl+b")
        await wait_until(lambda: rows(app) == ["third", "second talk", "first talk"], "it is listed")
        await pilot.press("ctrl+q")
        await wait_for(app, "Before you quit: export “third”, only in memory")
        await pilot.press("enter")
        await wait_until(lambda: app._exit, "it is exported, and textchat quits")
    assert app.end.losses == [], "it is in the file"
    assert "An answer." in (tmp_path / "third.json").read_text()
