"""Nothing is lost by a key: what is deleted or closed is said, and comes back; twice a key is no failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.flow.comparing import environment_for, open_ready, settled, stored
from tests.flow.screen import active_view, live_of, screen_of, wait_for, words_shown
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.ui.dialogs.confirm_dialog import ConfirmDialog
from textchat.ui.keymap import ACTIONS, Group

KEYS = '[keys]\n"conversation.private" = "f13"\n"conversation.delete" = "f14"\n"conversation.archive" = "f15"\n'
TWO = ["local/m1", "local/m2"]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        for number in range(1, 4):
            server.say(f"m{number}", f"answer {number}")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return environment_for(server, tmp_path, more=KEYS)


async def ask(app: TextchatApp, pilot: Pilot[None], text: str) -> None:
    screen_of(app).input_bar.focus()
    await pilot.press(*text, "enter")
    await wait_until(
        lambda: any(each.text == text for each in live_of(app).conversation.messages.values()), "the prompt is sent"
    )
    await settled(app)
    await pilot.pause()


async def says(app: TextchatApp, sentence: str) -> None:
    """Return once the newest notice is this sentence."""
    await wait_until(lambda: sentence in [each.message for each in app._notifications][-1:], sentence)
    about_undo = [each.message for each in app._notifications if "undo" in each.message or "Brought" in each.message]
    assert len(about_undo) == 1, "what it outdates is gone"


async def test_each_step_is_said_and_taken_back_in_reverse_order(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=TWO) as (app, pilot):
        for text in ("one", "two"):
            await ask(app, pilot, text)
        before = live_of(app).conversation
        steps = (
            (("shift+tab", "d"), "Deleted a reply. Alt+U undoes this."),
            (("k", "k", "d"), "Deleted 6 messages in 2 panes. Alt+U undoes this."),
            (("shift+tab", "alt+right", "f4"), "Closed pane 2 (local/m2). Alt+U undoes this."),
        )
        for keys, sentence in steps:
            await pilot.press(*keys)
            await says(app, sentence)
        await pilot.press("ctrl+n")
        await wait_until(lambda: live_of(app).conversation.id != before.id, "another conversation is shown")
        for sentence in ("pane 2 (local/m2)", "6 messages", "a reply"):
            await pilot.press("alt+u")
            await says(app, f"Brought back {sentence}.")
        now = live_of(app).conversation
        assert (now.messages, now.panes) == (before.messages, before.panes), "and it is shown again"
        await wait_for(app, "answer 1", "answer 2")
        await pilot.press("alt+u")
        await says(app, "Nothing to undo.")
        await settled(app)
        await pilot.press("f15")
        await says(app, "Archived “one”. Alt+U undoes this.")
        await pilot.press("f14")
        await says(app, "Deleted “one”. Alt+U undoes this until you quit.")
        assert not live_of(app).conversation.messages
        for _ in range(2):
            await pilot.press("alt+u")
            await says(app, "Brought back “one”.")
        await wait_for(app, "answer 1", "one")
    kept = await stored(environ, before.id)
    assert (kept.messages, kept.panes) == (before.messages, before.panes)


async def test_what_is_private_and_what_is_queued_comes_back_too(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ) as (app, pilot):
        await pilot.press("f13")
        await wait_until(lambda: live_of(app).is_private, "a private one is shown")
        await pilot.press("f2", *"local/m1", "enter")
        await wait_until(lambda: live_of(app).conversation.panes[0].model == "local/m1", "the model is chosen")
        await ask(app, pilot, "secret")
        secret = live_of(app).conversation.id
        await pilot.press("f14")
        await says(app, "Deleted “secret”. Alt+U undoes this until you quit.")
        await pilot.press("alt+u")
        await wait_until(lambda: live_of(app).conversation.id == secret and live_of(app).is_private, "it is back")
        gate = Gate()
        server.script("m1", "slowly", gate, once=True)
        await pilot.press(*"first", "enter")
        await gate.until_reached()
        await pilot.press(*"waits", "enter")
        await wait_until(lambda: len(live_of(app).queue) == 1, "the second waits")
        await pilot.press("alt+up")
        await wait_until(lambda: screen_of(app).input_bar.text == "waits", "it is to be edited")
        await pilot.press("alt+u")
        await says(app, "Brought back a queued prompt.")
        assert (screen_of(app).input_bar.text, len(live_of(app).queue)) == ("", 1)
        screen_of(app).action_run("queue.remove", next(iter(live_of(app).queue)).id)
        await says(app, "Removed a queued prompt. Alt+U undoes this.")
        await pilot.press("alt+u")
        await wait_until(lambda: len(live_of(app).queue) == 1, "it waits again")
        gate.open()
        await settled(app)


async def test_replies_are_not_stopped_unasked(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate()
    for number in (1, 2, 3):
        server.script(f"m{number}", f"part {number}", gate, once=True)
    async with open_ready(environ, models=[*TWO, "local/m3"]) as (app, pilot):
        await pilot.press(*"count", "enter")
        await wait_until(lambda: gate.reached == 3, "all three reply")
        await wait_for(app, "part 1", "part 2", "part 3")
        before = live_of(app).conversation
        await pilot.press("f8", "f8")
        await wait_until(lambda: isinstance(app.screen, ConfirmDialog), "it is asked, once")
        await pilot.pause()
        assert "2 other panes are still replying. Stop them and continue with this pane?" in words_shown(app)
        await pilot.press("escape")
        await wait_until(lambda: app.screen is screen_of(app), "the dialog has gone")
        assert len(live_of(app).replies) == 3
        await pilot.press("f8")
        await wait_until(lambda: isinstance(app.screen, ConfirmDialog), "it is asked again")
        await pilot.press("enter", "enter")
        await says(app, "Closed 2 panes. Alt+U undoes this.")
        assert len(live_of(app).replies) == 1
        await pilot.press("alt+u")
        await says(app, "Brought back 2 panes.")
        assert live_of(app).conversation.panes == before.panes
        await wait_for(app, "part 1", "part 2", "part 3")
        await pilot.press("f4")
        await says(app, "Closed pane 1 (local/m1). Alt+U undoes this.")
        gate.open()
        await settled(app)
        await pilot.press("f8")
        await says(app, "Closed pane 1 (local/m2). Alt+U undoes this.")


async def test_keys_in_one_burst_do_what_they_would_one_after_the_other(environ: dict[str, str]) -> None:
    """As a slow line or a macro brings them: in one read, before any of them has done its work."""

    async def burst(*keys: str) -> None:
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()

    async with open_ready(environ, models=TWO, size=(80, 24)) as (app, pilot):
        await ask(app, pilot, "one")
        before = live_of(app).conversation
        await pilot.press("shift+tab")
        await burst("d", "d", "alt+u", "alt+u")
        await says(app, "Brought back a reply.")
        assert live_of(app).conversation.messages == before.messages
        await burst("f4", "f4", "alt+u")
        await says(app, "Brought back pane 1 (local/m1).")
        assert live_of(app).conversation.panes == before.panes
        await pilot.press("f2")
        await wait_until(lambda: app.screen is not screen_of(app), "the models are shown")
        await burst("enter", "enter", "escape")
        await wait_until(lambda: app.screen is screen_of(app), "the dialog has closed once")
        await burst("f8", "f8", "ctrl+n", "ctrl+n", "alt+u")
        await wait_until(lambda: live_of(app).conversation.panes == before.panes, "the closed pane is back")
        assert not paths.log_file(environ).exists()


OPENS = {"pane.add", "pane.model", "pane.diff", "pane.parameters", "conversation.open", "conversation.rename"}
OPENS |= {"conversation.tag", "conversation.export", "message.edit", "message.inspect", "side_panel.focus"}
LOOKS = {"messages.up", "messages.down", "messages.page_up", "messages.page_down", "messages.home", "messages.end"}
LOOKS |= {"messages.find", "message.copy", "message.copy_code", "message.copy_markdown"}


async def test_every_action_that_changes_something_may_come_twice_in_one_burst(environ: dict[str, str]) -> None:
    log = paths.log_file(environ)
    async with open_ready(environ, models=TWO, size=(60, 16)) as (app, pilot):
        screen = screen_of(app)
        for action in ACTIONS:
            if action.id in OPENS | LOOKS or action.group not in (Group.SCREEN, Group.MESSAGES):
                continue
            if not live_of(app).conversation.messages:
                await ask(app, pilot, "again")
            owner = active_view(app).message_list if action.group is Group.MESSAGES else screen
            owner.focus()
            for _ in range(2):
                await app.run_action(action.action, owner)
            await pilot.pause()
            await settled(app)
            assert not log.exists(), (action.id, log.read_text())
