"""The main job from end to end: talk to two models on a real server, cancel one, quit, start again, find all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events

from tests.flow.screen import open_app, screen_of, shown, wait_for
from tests.flow.terminal import isolated_environment
from tests.servers.openai import OpenAIServer, Reset
from tests.servers.waiting import Gate, wait_until
from textchat.config import paths
from textchat.core.conversation import Status
from textchat.store.history import History
from textchat.ui.lists.choice_list import ChoiceList


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    environ = isolated_environment(tmp_path, LOCAL_KEY="sk-secret-of-the-test")
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\napi_key_env = "LOCAL_KEY"\n'
        "retries = 0\n"
    )
    return environ


async def test_the_main_job(server: OpenAIServer, environ: dict[str, str]) -> None:
    server.key = "sk-secret-of-the-test"
    gate = Gate()
    server.say("fast", "The answer is ", "**forty-two**", ".")
    server.script("slow", "Let me see", gate, "never")

    async with open_app(environ, models=["local/fast", "local/slow"]) as (app, pilot):
        await pilot.press(*"What is it?", "enter")
        await wait_for(app, "The answer is forty-two.", "Let me see")
        assert "local/fast" in shown(app) and "local/slow" in shown(app)
        await pilot.press("alt+right", "escape")  # the second pane, then cancel
        await wait_for(app, "cancelled")
        slow = next(request for request in server.requests if request.json["model"] == "slow")
        await slow.until_disconnected()

        server.say("fast", "Again, forty-two.")
        server.say("slow", "Now I know.")
        await pilot.press(*"And now?", "enter")
        await wait_for(app, "Again, forty-two.", "Now I know.")
        await pilot.press("ctrl+q")

    asked = [request.json["messages"] for request in server.requests[2:]]
    assert sorted([message["content"] for message in branch] for branch in asked) == [
        ["What is it?", "Let me see", "And now?"],
        ["What is it?", "The answer is **forty-two**.", "And now?"],
    ]

    async with open_app(environ) as (app, pilot):
        await wait_for(app, "What is it?")  # in the side panel
        await pilot.press("alt+c", "enter")
        await wait_for(app, "The answer is forty-two.", "Let me see", "Again, forty-two.", "Now I know.")
        assert "Cancelled" in shown(app)

    history = History.open(paths.database(environ))
    newest = await history.newest()
    assert newest is not None
    stored = await history.load(newest)
    await history.aclose()
    assert stored is not None
    statuses = sorted(message.status for message in stored.messages.values() if message.model)
    assert statuses == [Status.CANCELLED, Status.COMPLETE, Status.COMPLETE, Status.COMPLETE]
    _assert_private(paths.data_folder(environ))
    _assert_private(paths.state_folder(environ))


def _assert_private(folder: Path) -> None:
    """The key is in no file, and nobody else can read one."""
    assert folder.stat().st_mode & 0o077 == 0
    for file in folder.rglob("*"):
        if file.is_file():
            assert b"sk-secret" not in file.read_bytes(), f"the key is in {file.name}"
            assert file.stat().st_mode & 0o077 == 0, f"{file.name} can be read by others"


async def test_typing_goes_on_and_a_prompt_waits_in_a_queue(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate()
    server.script("fast", "first", gate, once=True)
    server.say("fast", "second")
    async with open_app(environ, models=["local/fast"]) as (app, pilot):
        await pilot.press(*"one", "enter")
        await wait_for(app, "first")
        await pilot.press(*"two", "enter", *"three")
        await wait_for(app, "two", "three")
        assert len(server.requests) == 1
        gate.open()
        await wait_for(app, "second")
        assert app.screen.focused is not None and app.screen.focused.text == "three"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arrange", "sentence"),
    [
        (lambda server: setattr(server, "key", "another"), "key"),
        (lambda server: None, "does not know this model"),
        (lambda server: server.script("fast", "half of it", Reset()), "half of it"),
        (lambda server: server.refuse("fast", 429, "Too many", headers={"Retry-After": "600"}), "10 min"),
    ],
    ids=["wrong key", "unknown model", "cut in the middle", "rate limit"],
)
async def test_a_failure_is_a_sentence_in_its_pane_and_a_retry_mends_it(
    server: OpenAIServer, environ: dict[str, str], arrange: object, sentence: str
) -> None:
    arrange(server)  # type: ignore[operator]
    async with open_app(environ, models=["local/fast"]) as (app, pilot):
        await pilot.press(*"question", "enter")
        await wait_for(app, "failed", sentence)
        assert "sk-secret" not in shown(app)
        server.key = None
        server.say("fast", "mended")
        await pilot.press("ctrl+r")
        await wait_for(app, "mended")


async def test_no_server_at_all(environ: dict[str, str], server: OpenAIServer) -> None:
    server.stop()
    async with open_app(environ, models=["local/fast"]) as (app, pilot):
        await pilot.press(*"question", "enter")
        await wait_for(app, "failed", "question")


async def test_a_broken_config_is_told_and_the_rest_counts(server: OpenAIServer, environ: dict[str, str]) -> None:
    config = paths.config_file(environ)
    config.write_text(config.read_text() + '[ui]\ntheem = "nord"\n[keys]\n"reply.cancle" = "f7"\n')
    server.say("fast", "it works")
    async with open_app(environ, models=["local/fast"]) as (app, pilot):
        await wait_for(app, "theem", "reply.cancel")
        await pilot.press(*"question", "enter")
        await wait_for(app, "it works")


async def test_many_mistakes_in_the_config_cover_no_reply(server: OpenAIServer, environ: dict[str, str]) -> None:
    config = paths.config_file(environ)
    wrong = [f"wrong{number} = 1\n" for number in range(20)]
    config.write_text("".join(wrong) + config.read_text() + '[ui]\ntheme = "theem"\n[keys]\n"reply.cancle" = "f7"\n')
    server.say("fast", "It works.")
    async with open_app(environ, models=["local/fast"], size=(80, 24)) as (app, pilot):
        await wait_for(app, "Ask local/fast", "wrong0", "▲ 22 problems in config.toml · Ctrl+P: Show problems")
        assert not app.screen.query("Toast")
        await pilot.press(*"question", "enter")
        await wait_for(app, "It works.")
        assert "wrong0" not in shown(app) and shown(app).count("▲") == 1, "one row is left"
        row = next(y for y, line in enumerate(shown(app).splitlines()) if "22 problems" in line)
        await pilot.click(offset=(10, row))
        await wait_for(app, "22 problems at the start", "wrong0", "Esc close")
        await pilot.press("end")
        await wait_for(app, "reply.cancle", "theem")
        await pilot.press("escape")
        await pilot.pause()
        assert "problems" not in shown(app), "what has been seen takes no row"
        await pilot.press("ctrl+p", *"show problems", "enter")
        await wait_for(app, "22 problems at the start")


async def test_an_empty_pane_says_whom_one_asks_and_how(environ: dict[str, str], server: OpenAIServer) -> None:
    server.say("fast", "here I am")
    async with open_app(environ, models=["local/fast", "demo/fast"]) as (app, pilot):
        await wait_for(app, "Ask local/fast", "Ask demo/fast", "scripted model", "Ctrl+T", "F1")
        await pilot.press(*"hello", "enter")
        await wait_for(app, "here I am")
        assert "Ask local/fast" not in shown(app)


async def test_a_theme_that_is_chosen_is_there_at_the_next_start(environ: dict[str, str]) -> None:
    config = paths.config_file(environ)
    before = config.read_bytes()
    async with open_app(environ) as (app, _):
        await wait_for(app, "Ask demo/fast")
        app.theme = "textchat-light"
        preferences = paths.preferences_file(environ)
        await wait_until(lambda: preferences.exists() and "textchat-light" in preferences.read_text(), "it is kept")
    async with open_app(environ) as (app, _):
        await wait_for(app, "Ask demo/fast")
        assert app.theme == "textchat-light"
    assert config.read_bytes() == before, "the user's own file is never written"


async def test_parameters_set_in_the_side_panel_go_with_the_next_request(
    server: OpenAIServer, environ: dict[str, str]
) -> None:
    server.say("fast", "answer")
    async with open_app(environ, models=["local/fast"]) as (app, pilot):
        await wait_for(app, "Ask local/fast")
        await pilot.press("f9")
        await wait_until(lambda: app.focused is not None and app.focused.id == "temperature", "the field has the focus")
        await pilot.press(*"0.25", "enter", "escape")
        await pilot.press(*"hello", "enter")
        await wait_for(app, "answer", "temperature 0.25")
    assert server.requests[0].json["temperature"] == 0.25


async def test_a_theme_of_the_users_own_is_found_and_a_broken_one_is_a_notice(environ: dict[str, str]) -> None:
    folder = paths.themes_folder(environ)
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(
        'name = "mine"\n[colors]\nprimary = "#00ff00"\nforeground = "#eeeeee"\nbackground = "#000000"\n'
    )
    (folder / "light.toml").write_text((folder / "mine.toml").read_text().replace('"mine"', '"textchat-light"'))
    (folder / "broken.toml").write_text('name = "broken"\n[colors]\nprimary = "no colour"\n')
    paths.config_file(environ).write_text('[ui]\ntheme = "mine"\n')
    async with open_app(environ) as (app, _):
        await wait_for(app, "Ask demo/fast", "broken.toml")
        assert app.theme == "mine"
        assert "broken" not in app.available_themes and "textchat-night" in app.available_themes
        assert app.available_themes["textchat-light"].background == "#000000", "the user's own goes first"


async def test_favourites_and_panes_are_kept_for_the_next_start(server: OpenAIServer, environ: dict[str, str]) -> None:
    server.say("fast", "answer")
    server.say("slow", "answer")
    preferences = paths.preferences_file(environ)
    async with open_app(environ, models=["local/fast"]) as (app, pilot):
        await wait_for(app, "Ask local/fast")
        await pilot.press("ctrl+t")
        await wait_for(app, "local/slow")
        await pilot.press(*"local/slow")
        first = app.screen.query_one(ChoiceList)
        await wait_until(lambda: first.rows[0] == "local/slow", "the list has what was typed")
        await pilot.press("ctrl+s")
        await wait_for(app, "★ local/slow")
        await pilot.press("enter")
        await wait_for(app, "Ask local/slow")
        await app.run_action("screen.run('pane.keep')")
        await wait_until(lambda: preferences.exists() and "default_models" in preferences.read_text(), "it is kept")
    async with open_app(environ) as (app, pilot):
        await wait_for(app, "Ask local/fast", "Ask local/slow")
        await pilot.press("ctrl+t")
        await wait_for(app, "★ local/slow")


async def test_a_link_is_opened_in_the_browser(
    server: OpenAIServer, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, got = tmp_path / "browser", tmp_path / "got"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {got}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    server.say("fast", "See [the docs](https://example.org/docs)")
    async with open_app(environ, models=["local/fast"]) as (app, pilot):
        await pilot.press(*"question", "enter")
        await wait_for(app, "✓ done")
        await pilot.press("shift+tab", "enter")
        await wait_until(lambda: got.exists() and got.read_text() == "https://example.org/docs", "it got the address")


async def test_a_dialog_in_a_terminal_of_few_lines_shows_what_can_be_chosen(environ: dict[str, str]) -> None:
    async with open_app(environ, models=["demo/fast"], size=(40, 10)) as (app, pilot):
        await pilot.press("ctrl+t", *"demo")
        await wait_for(app, "Add a pane", "demo/fast", "demo/careful", "demo/slow")
        await pilot.press("escape", "ctrl+o")
        await wait_for(app, "Open a conversation", "Search titles and messages")


async def test_what_is_typed_after_a_click_beside_all_widgets_stays_in_order(environment: dict[str, str]) -> None:
    async with open_app(environment) as (app, _):
        bar = screen_of(app).input_bar
        for _ in range(3):
            app.screen.set_focus(None)
            await app.on_event(events.Key("a", "a"))
            assert app.focused is bar, "the next key finds the way that this one takes"
            await app.on_event(events.Key("b", "b"))
            await app.on_event(events.Paste(" pasted "))
        await wait_until(lambda: bar.text == "ab pasted " * 3, "all of it has come, in order")
