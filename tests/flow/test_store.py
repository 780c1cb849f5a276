"""Conversations are kept, found, put in order and kept off the disk: through the keys, a real server and real files."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from textual import events

from tests.flow.screen import live_of, open_app, screen_of, shown, wait_for
from tests.flow.terminal import isolated_environment
from tests.modes import not_private
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from tests.store.writing import write
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Pane, Role, new_id
from textchat.store.history import ConversationRecord, History
from textchat.ui.input.line_field import LineField

ORDER = ("private", "rename", "pin", "tag", "archive", "delete", "export")
KEYS = {name: f"f{number}" for number, name in enumerate(ORDER, start=13)}
"""These actions have no keys of their own: here they get some, as a user may give them."""


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("fast", "An answer.")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    environ = isolated_environment(tmp_path / "home")
    configure(environ, server)
    return environ


def configure(environ: dict[str, str], server: OpenAIServer, more: str = "") -> None:
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True, exist_ok=True)
    keys = "".join(f'"conversation.{name}" = "{key}"\n' for name, key in KEYS.items())
    config.write_text(
        f'default_models = ["local/fast"]\n{more}'
        f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\nretries = 0\n[keys]\n{keys}'
    )


def bar(app: TextchatApp) -> str:
    return screen_of(app).input_bar.text


def rows(app: TextchatApp) -> list[str]:
    return [row.title for row in screen_of(app).parts.widgets.side_panel.conversations.rows]


async def idle(app: TextchatApp) -> None:
    await wait_until(lambda: not live_of(app).is_busy, "everything is stored")


def ask_the_file(environ: dict[str, str], sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(paths.database(environ))) as connection:
        return connection.execute(sql).fetchall()


def in_files(environ: dict[str, str], word: str) -> list[str]:
    """The files of the whole home that hold a word."""
    files = [file for file in Path(environ["HOME"]).rglob("*") if file.is_file()]
    return [file.name for file in files if word.encode() in file.read_bytes()]


def stored(environ: dict[str, str], *texts: str) -> list[str]:
    """Put a conversation into the file for each text; gives their ids."""
    history = History.open(paths.database(environ))
    records = []
    for number, text in enumerate(texts):
        prompt = Message(new_id(), None, Role.USER, text, created_at=float(number))
        pane = Pane("p", "local/fast", leaf_id=prompt.id)
        conversation = Conversation(new_id(), text[:30], float(number), {prompt.id: prompt}, (pane,))
        records.append(ConversationRecord(conversation, float(number)))
    write(history, lambda writer: writer.add(records))
    history.close()
    return [record.conversation.id for record in records]


# -- keeping order -----------------------------------------------------------------------------------------------------


async def test_rename_pin_tag_and_archive(environ: dict[str, str]) -> None:
    stored(environ, "older one", "newer one")
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "older one", "newer one")
        assert rows(app) == ["newer one", "older one"]
        await pilot.press("alt+c", "end", "enter")
        await wait_until(lambda: live_of(app).conversation.title == "older one", "it is open")
        await pilot.press(KEYS["pin"])
        await wait_until(lambda: rows(app) == ["older one", "newer one"], "the pinned one stands first")
        await pilot.press(KEYS["rename"])
        await wait_for(app, "Rename the conversation")
        await pilot.press(*" of all", "enter")
        await wait_for(app, "older one of all")
        await pilot.press(KEYS["tag"])
        await wait_for(app, "Tags")
        await pilot.press(*'work "two words" #work', "enter")
        await wait_for(app, "#tw")
        await pilot.press(KEYS["tag"])
        await wait_for(app, '"two words" work')
        await pilot.press("f7", *"rest", "enter")
        await wait_for(app, "#re…")
        await pilot.press(KEYS["pin"])
        await wait_until(lambda: rows(app) == ["newer one", "older one of all"], "it is not pinned any more")
        await pilot.press(KEYS["archive"])
        await wait_until(lambda: rows(app) == ["newer one"], "it is off the list")
    assert ask_the_file(environ, "SELECT title, pinned, archived FROM conversations WHERE title LIKE 'older%'") == [
        ("older one of all", 0, 1)
    ]
    assert ask_the_file(environ, "SELECT name FROM tags") == [("rest",)]


async def test_deleting_can_be_undone_until_one_quits(environ: dict[str, str]) -> None:
    async with open_app(environ) as (app, pilot):
        await pilot.press(*"first", "enter")
        await wait_for(app, "An answer.")
        await idle(app)
        await pilot.press(KEYS["delete"])
        await wait_for(app, "Deleted “first”", "Alt+U")
        await wait_until(lambda: rows(app) == [], "it is off the list")
        assert "An answer." not in shown(app)
        await pilot.press("alt+u")
        await wait_for(app, "An answer.")
        assert rows(app) == ["first"]
        await pilot.press(KEYS["delete"])
        await wait_until(lambda: rows(app) == [], "it is off the list")
    assert ask_the_file(environ, "SELECT * FROM messages") == []


async def test_export_never_over_a_file_and_says_where(
    environ: dict[str, str], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest's own folders have names so long that the dialog wraps them.
    folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="tc"))
    request.addfinalizer(lambda: shutil.rmtree(folder))
    monkeypatch.chdir(folder)
    (folder / "question.md").write_text("mine")
    request.addfinalizer(partial(os.umask, os.umask(0)))
    async with open_app(environ, size=(160, 40)) as (app, pilot):
        await pilot.press(*"question", "enter")
        await wait_for(app, "An answer.")
        await idle(app)
        await pilot.press(KEYS["export"])
        await wait_for(app, "question-2.md")
        await pilot.press("f7", *"question.md", "enter")
        await wait_for(app, "already")
        await wait_for(app, "question-2.md")
        await pilot.press("enter")
        await wait_for(app, "Exported to")
        for form in ("json", "html"):
            await pilot.press(KEYS["export"])
            await wait_for(app, "Export to a new file")
            await pilot.press("f7", *f"out.{form}", "enter")
            await wait_until(lambda form=form: (folder / f"out.{form}").is_file(), "it is written")  # type: ignore[misc]
            await wait_until(lambda: app.screen is screen_of(app), "the dialog is closed")
    assert (folder / "question.md").read_text() == "mine"
    assert "An answer." in (folder / "question-2.md").read_text()
    (entry,) = json.loads((folder / "out.json").read_text())["conversations"]
    assert "An answer." in json.dumps(entry)
    assert "An answer." in (folder / "out.html").read_text()
    assert [*not_private(folder)] == [str(folder / "question.md")], "but for the file that was there"
    assert not_private(Path(environ["XDG_DATA_HOME"])) == {}


async def test_a_private_conversation_never_touches_the_disk(server: OpenAIServer, environ: dict[str, str]) -> None:
    server.script("fast", "Whispered back.", once=True)
    async with open_app(environ, size=(140, 40)) as (app, pilot):
        await wait_for(app, "local/fast")
        await pilot.press(KEYS["private"])
        await wait_for(app, "PRIVATE:")
        await pilot.press(*"zzsecret", "enter")
        await wait_for(app, "Whispered back.")
        await pilot.press(*"zzdraft")
        await pilot.pause(0.6)  # longer than a draft waits
        await idle(app)
        await pilot.press("ctrl+n")
        await wait_until(lambda: bar(app) == "", "the draft stays with its conversation")
        assert "private: kept" not in shown(app)
        await pilot.press("up", "ctrl+z")
        assert bar(app) == ""
        await wait_until(lambda: rows(app) == ["zzsecret"], "it stands in the list")
        await wait_for(app, "private")
        await pilot.press(*"public", "enter")
        await wait_until(lambda: "public" in rows(app), "the next one is stored")
        await pilot.press("ctrl+o", *"whispered")
        await wait_for(app, "private  local/fast")
        await pilot.press("enter")
        await wait_for(app, "PRIVATE:", "zzsecret", "zzdraft")
    assert in_files(environ, "zzsecret") == in_files(environ, "Whispered") == in_files(environ, "zzdraft") == []
    assert in_files(environ, "public") != []
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "public")
        assert rows(app) == ["public"]


# -- titles ------------------------------------------------------------------------------------------------------------


async def test_a_chosen_model_gives_the_title_once(server: OpenAIServer, environ: dict[str, str]) -> None:
    configure(environ, server, '[ui]\ntitle_model = "local/namer"\n')
    server.say("namer", '**Title: "A better name."**')
    async with open_app(environ) as (app, pilot):
        await pilot.press(*"question", "enter")
        await wait_until(lambda: rows(app) == ["A better name"], "the list has the title")
        await pilot.press(*"again", "enter")
        await wait_until(lambda: len(server.requests) == 3, "it is asked again")
        await idle(app)
    assert [request.json["model"] for request in server.requests] == ["fast", "namer", "fast"]
    assert ask_the_file(environ, "SELECT title FROM conversations") == [("A better name",)]


async def test_a_title_model_that_fails_is_silent_and_logged(server: OpenAIServer, environ: dict[str, str]) -> None:
    configure(environ, server, '[ui]\ntitle_model = "local/nobody"\n')
    log = paths.log_file(environ)
    async with open_app(environ) as (app, pilot):
        await pilot.press(*"zzquestion", "enter")
        await wait_for(app, "An answer.")
        await wait_until(lambda: log.is_file() and "No title from local/nobody" in log.read_text(), "the log says it")
        assert rows(app) == ["zzquestion"]
        assert "nobody" not in shown(app)
    assert "zzquestion" not in log.read_text()


# -- drafts ------------------------------------------------------------------------------------------------------------


async def test_each_conversation_has_its_draft_and_its_prompts(environ: dict[str, str]) -> None:
    stored(environ, "some prompt", "other prompt")
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "some prompt", "other prompt")
        await pilot.press(*"for the new one", "alt+c", "home", "enter")
        await wait_until(lambda: bar(app) == "", "another conversation, another draft")
        await pilot.press(*"for the other")
        await pilot.press("alt+c", "end", "enter")
        await wait_until(lambda: bar(app) == "", "and another")
        await pilot.press("up")
        assert bar(app) == "some prompt"
        await pilot.press("down", "ctrl+n")
        await wait_until(lambda: bar(app) == "for the new one", "the new one's draft is back")
        await pilot.press("alt+c", "home", "enter")
        await wait_until(lambda: bar(app) == "for the other", "the other's draft is back")
    async with open_app(environ) as (app, pilot):  # what was typed just before the end is there as well
        await wait_until(lambda: bar(app) == "for the new one", "the draft has outlived the program")


async def test_a_prompt_that_waits_is_not_lost_when_one_quits(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate()
    server.script("fast", "growing", gate)
    async with open_app(environ) as (app, pilot):
        await pilot.press(*"one", "enter")
        await wait_for(app, "growing")
        await pilot.press(*"waits", "enter", *"typed")
        await wait_until(lambda: bar(app) == "typed", "it is typed")
        conversation_id = live_of(app).conversation.id
    async with open_app(environ, conversation_id=conversation_id) as (app, pilot):
        await wait_until(lambda: bar(app) == "waits\ntyped", "both are back")
        await wait_for(app, "Interrupted", "growing")


# -- search ------------------------------------------------------------------------------------------------------------


async def test_search_opens_at_the_message_on_whatever_branch(environ: dict[str, str]) -> None:
    prompt = Message(new_id(), None, Role.USER, "the question")
    first = Message(new_id(), prompt.id, Role.ASSISTANT, "needle in the first answer", model="local/fast")
    long = Message(new_id(), first.id, Role.USER, "line\n\n" * 80 + "deeply\n\thidden (*word*)" + "\n\nline" * 80)
    second = Message(new_id(), prompt.id, Role.ASSISTANT, "the second answer", model="local/fast")
    messages = {each.id: each for each in (prompt, first, long, second)}
    found = Conversation(new_id(), "found", 1.0, messages, (Pane("p", "local/fast", leaf_id=second.id),))
    history = History.open(paths.database(environ))
    await history.save(found, tuple(messages.values()))
    await history.shelf.tag(found.id, "farm")
    await history.aclose()
    stored(environ, "a needle elsewhere")
    async with open_app(environ, size=(120, 30)) as (app, pilot):
        await wait_for(app, "a needle elsewhere")
        await pilot.press("ctrl+o")
        await wait_for(app, "Open a conversation", "found", "#farm")
        await pilot.press(*"needle")
        await wait_for(app, "needle in the first answer", "a needle elsewhere")
        await pilot.press(*" tag:farm")
        await wait_until(lambda: shown(app).count("needle") == 2, "the filter leaves one, and the words typed")
        await pilot.press("enter")
        await wait_for(app, "needle in the first answer", "version 1 of 2")
        assert "the second answer" not in shown(app)
        await pilot.press("ctrl+o")
        await wait_for(app, "Open a conversation")
        app.screen.query_one(LineField).value = "question needle role:nobody"
        await wait_for(app, "in several messages: needle in the first answer", "No role “nobody”.")
        app.screen.query_one(LineField).value = "nowhere at all"
        await wait_for(app, "Nothing found for “nowhere at all”.", "Try fewer words or filters.")
        assert "No role" not in shown(app)
        app.screen.query_one(LineField).value = "hidden"
        await pilot.press("enter")
        await wait_for(app, "┊     hidden (*word*)")
        await wait_until(lambda: "Open a conversation" not in shown(app), "it is open at the word")
        await pilot.press("ctrl+o")
        await wait_for(app, "Open a conversation")
        app.screen.query_one(LineField).value = "nowhere OR elsewhere"
        await pilot.press("enter")
        await wait_for(app, "a needle elsewhere")
        await wait_until(lambda: "Open a conversation" not in shown(app), "the first one is open")


async def test_what_is_typed_in_the_list_of_conversations_stands_in_the_input_bar(environ: dict[str, str]) -> None:
    stored(environ, "an old one")
    async with open_app(environ, models=["demo/fast"]) as (app, pilot):
        await wait_for(app, "an old one")
        await pilot.press("alt+c", *"typed ")
        app.post_message(events.Paste("pasted"))
        await wait_for(app, "typed pasted")
        await pilot.press("shift+tab")
        app.post_message(events.Paste(" while reading"))
        await wait_for(app, "typed pasted while reading")
        app.post_message(events.Paste(", once"))
        await wait_for(app, "typed pasted while reading, once")
        assert shown(app).count("once") == 1


async def test_the_list_goes_on_past_pinned_ones(environ: dict[str, str]) -> None:
    ids = stored(environ, *(f"number {number}" for number in range(150)))
    history = History.open(paths.database(environ))
    for id_ in ids[60:70]:
        await history.shelf.pin(id_)
    await history.aclose()
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "number 149")
        await pilot.press("alt+c")
        for _ in range(12):
            await pilot.press("end")
            await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 150, "all are loaded")
        assert len(set(rows(app))) == 150


# -- two textchats at once ---------------------------------------------------------------------------------------------


async def test_who_comes_back_to_the_terminal_sees_what_another_has_written(environ: dict[str, str]) -> None:
    (shared,) = stored(environ, "shared")
    async with open_app(environ, conversation_id=shared) as (one, _):
        await wait_for(one, "shared")
        one.post_message(events.AppBlur())
        async with open_app(environ, conversation_id=shared) as (two, second):
            await second.press(*"from two", "enter")
            await wait_for(two, "An answer.")
            await idle(two)
        one.post_message(events.AppFocus())
        await wait_for(one, "from two", "An answer.")


async def test_two_apps_see_each_other_s_work_and_keep_both_branches(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textchat.ui.conversation.external_changes.LOOK_AGAIN_S", float("inf"))
    (shared,) = stored(environ, "shared")
    async with (
        open_app(environ, conversation_id=shared) as (one, first),
        open_app(environ, conversation_id=shared) as (two, second),
    ):
        await wait_for(one, "shared")
        await wait_for(two, "shared")
        await first.press(*"from one", "enter")
        await wait_for(one, "An answer.")
        await idle(one)
        await second.press(*"from two", "enter")  # it has not seen the other's prompt yet
        await wait_for(two, "An answer.")
        await idle(two)
        await second.press("ctrl+n", *"brand new", "enter")
        await wait_until(lambda: "brand new" in rows(two), "it is stored")
        await idle(two)
        await first.press("alt+c")  # the user of the first one moves
        await wait_until(lambda: "brand new" in rows(one), "it appears in the other")
        merged = live_of(one).conversation
        texts = [message.text for message in merged.messages.values()]
        assert texts == ["shared", "from one", "An answer.", "from two", "An answer."]
        assert [message.text for message in merged.branch(merged.panes[0].leaf_id)] == [
            "shared",
            "from one",
            "An answer.",
        ]
    history = History.open(paths.database(environ))
    loaded = await history.load(shared)
    await history.aclose()
    assert loaded is not None
    assert sorted(loaded.messages[child].text for child in loaded.children(next(iter(loaded.messages)))) == [
        "from one",
        "from two",
    ]
