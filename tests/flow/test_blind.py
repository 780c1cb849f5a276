"""Blind comparisons on the screen: nothing tells a model before the vote, and then all do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tests.flow.comparing import open_ready, settled, stored
from tests.flow.screen import live_of, screen_of, shown, wait_for, words_shown
from tests.flow.terminal import isolated_environment
from tests.servers.openai import OpenAIServer, Think
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.core.blind.masks import HIDDEN_TEXT
from textchat.core.conversation import Conversation
from textchat.ui.blind.vote_row import VoteRow

MUON, GLUON = "quark/muon-7b", "quark/gluon-70b-instruct"
NAMES = ("quark", "muon", "gluon")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("muon-7b", "Short answer.")
        server.say("gluon-70b-instruct", "An answer with more words.")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    environ = isolated_environment(tmp_path)
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True, exist_ok=True)
    models = "\n".join(
        f'[models."{model}"]\nprice = {{ input = 1.0, output = 2.0 }}\ncontext_window = {window}\ntemperature = 0.7'
        for model, window in ((MUON, 9_000), (GLUON, 77_000))
    )
    config.write_text(
        f'[providers.quark]\nprotocol = "openai"\nbase_url = "{server.base_url}"\nretries = 0\n{models}\n'
    )
    return environ


def assert_nameless(app: TextchatApp, where: str) -> None:
    """Nothing that a person could see names a model: cells of the screen, notices, tooltips, titles."""
    seen = [shown(app), app.title, app.sub_title, app.screen.title or "", screen_of(app).sub_title or ""]
    seen += [notice.message for notice in app._notifications]
    seen += [str(widget.tooltip or "") for widget in app.screen.walk_children(Widget)]
    for text in seen:
        assert not any(name in text.casefold() for name in NAMES), f"{where}:\n{text}"
    assert not any(sign in shown(app) for sign in ("tok/s", "$0", "temperature 0.7", "t=0.7", "% of")), shown(app)


async def open_and_close(app: TextchatApp, pilot: Pilot[None], key: str, *until: str) -> None:
    await pilot.press(*key.split())
    await wait_for(app, *until)
    assert_nameless(app, key)
    await pilot.press("escape")
    await wait_until(lambda: app.screen is screen_of(app), f"what {key} opened is closed")


def letters(conversation: Conversation) -> dict[str, str]:
    """The model of each pane by its letter."""
    assert conversation.blind is not None
    return {conversation.blind.letter(pane.id) or "": pane.model for pane in conversation.panes}


async def test_nothing_tells_a_model_before_the_vote(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate("muon")
    server.script("muon-7b", Think("hm"), "First ", gate, "words.")
    server.refuse("gluon-70b-instruct", 503, "gluon-70b-instruct of quark is overloaded", once=True)
    async with open_ready(environ, models=[MUON, GLUON, MUON]) as (app, pilot):
        await pilot.press(*"before", "enter")
        gate.open()
        await settled(app)
        await pilot.press("alt+k")
        await wait_for(app, "Model A", "Model B", "Model C", "BLIND")
        assert_nameless(app, "at the beginning")
        await pilot.press("shift+tab", "e")
        await wait_until(lambda: any(HIDDEN_TEXT in each.message for each in app._notifications), "no edit shows it")
        assert app.screen is screen_of(app)
        await pilot.press("escape", "escape")
        assert "Alt+K reveal" in shown(app), "there is nothing to vote on"
        hidden = next(each for each in live_of(app).conversation.messages.values() if each.text.startswith("First"))
        app.clear_notifications()
        await screen_of(app).parts.conversations.show_message(hidden.id, lambda text: 0)
        await wait_until(
            lambda: [each.message for each in app._notifications] == [HIDDEN_TEXT], "no search leads to its pane"
        )
        held = Gate("again")
        server.script("muon-7b", Think("hm"), "First ", held, "words.", once=True)
        await pilot.press(*"hello", "enter")
        await wait_until(lambda: len(live_of(app).replies) == 1, "all but one have ended")
        assert_nameless(app, "while they reply")
        assert "more words" not in shown(app), "it has come, and is shown no further than the slowest"
        await open_and_close(app, pilot, "f3", "difference")
        held.open()
        await settled(app)
        await wait_for(app, "Which is the best?")
        assert_nameless(app, "at the end")
        answers = letters(live_of(app).conversation)
        await open_and_close(app, pilot, "f3", "difference")
        await open_and_close(app, pilot, "ctrl+p", "Compare blind")
        await open_and_close(app, pilot, "alt+j", "The vote shows the price.")
        await open_and_close(app, pilot, "f1", "Troubleshooting")
        await open_and_close(app, pilot, "alt+h", "hello")
        await open_and_close(app, pilot, "shift+f10", "Find an action")
        await open_and_close(app, pilot, "ctrl+o", "Open")
        await pilot.press("f9", "f2", "alt+t", "alt+a", "alt+m")
        await wait_until(lambda: any("hidden until the vote" in each.message for each in app._notifications), "refused")
        assert_nameless(app, "after what it refuses")
        assert app.screen is screen_of(app)
        await pilot.press("alt+shift+right", "ctrl+l", "ctrl+l")
        assert letters(live_of(app).conversation) == answers, "a letter goes with its pane"
        assert_nameless(app, "after a move")
        await pilot.press("alt+k")
        await wait_for(app, "Reveal the models without a vote")
        assert_nameless(app, "while it asks")
        await pilot.press("escape", "alt+v", "b")
        await wait_for(app, "B wins.")
        conversation = live_of(app).conversation
        assert conversation.blind is None
        assert {model for model in answers.values() if model in words_shown(app)} == {MUON, GLUON}
        (vote,) = conversation.votes
        assert vote.is_blind
        won = next(candidate for candidate in vote.candidates if candidate.score == 1.0)
        assert won.model == answers["B"] == conversation.messages[won.message_id].model


async def test_from_one_pane_through_a_failure_and_a_restart_to_a_click(
    server: OpenAIServer, environ: dict[str, str]
) -> None:
    server.refuse("gluon-70b-instruct", 503, "gluon-70b-instruct of quark is overloaded", once=True)
    async with open_ready(environ, models=[MUON]) as (app, pilot):
        await pilot.press("alt+k")
        await wait_for(app, "Compare blind: mark the models")
        await pilot.press(*"gluon-70b-instruct", "enter")
        await wait_for(app, "Model A", "Model B", "BLIND")
        assert_nameless(app, "before the first prompt")
        await pilot.press(*"hello", "enter")
        await settled(app)
        await wait_for(app, "Failed (overloaded)")
        assert_nameless(app, "with a failure")
        assert "Alt+K reveal" in shown(app)
        await pilot.press("alt+k")
        await wait_for(app, "No vote yet")
        assert_nameless(app, "without a vote")
        await pilot.press("escape", "alt+r")
        await settled(app)
        await wait_for(app, "Which is better?")
    conversation = await stored(environ)
    async with open_ready(environ, conversation_id=conversation.id) as (app, pilot):
        await wait_for(app, "Model A", "Model B", "Which is better?")
        assert_nameless(app, "after a restart")
        answers = letters(live_of(app).conversation)
        row = screen_of(app).query_one(VoteRow)
        at = str(row.render()).index(" A ") + 1
        await pilot.click(VoteRow, offset=(row.gutter.left + at, 0))
        await wait_for(app, "A wins.")
        (vote,) = live_of(app).conversation.votes
        assert [each.model for each in vote.candidates if each.score] == [answers["A"]]
        await pilot.press("alt+u")
        await wait_until(lambda: not live_of(app).conversation.votes, "the vote is taken back")
        assert live_of(app).conversation.blind is None, "what is known stays known"
        await wait_for(app, MUON, GLUON)


async def test_a_ranking_of_what_is_left_after_a_pane_was_closed(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=[MUON, GLUON, MUON, GLUON]) as (app, pilot):
        await pilot.press("alt+k")
        await wait_for(app, "Model D", "BLIND")
        await pilot.press(*"hello", "enter")
        await settled(app)
        answers = letters(live_of(app).conversation)
        await pilot.press("tab", "f4")  # the second pane is B
        await wait_until(lambda: len(live_of(app).conversation.panes) == 3, "it is closed")
        await pilot.press("alt+shift+left", "alt+v")
        await wait_for(app, "Rank them")
        assert_nameless(app, "before the ranking")
        await pilot.press("+")
        await wait_for(app, "Rank the replies")
        await pilot.press("d", "c", "=", "a")
        await wait_for(app, "1. D", "1. C  = tied", "3. A")
        assert_nameless(app, "while it is ranked")
        await pilot.press("enter")
        await wait_for(app, "C and D tied.")
        (vote,) = live_of(app).conversation.votes
        assert sorted(each.rank or 0 for each in vote.candidates) == [1, 1, 3]
        assert {each.model for each in vote.candidates if each.rank == 3} == {answers["A"]}
        assert sorted(each.model for each in vote.candidates if each.rank == 1) == sorted((answers["C"], answers["D"]))
        for length in range(72, 80):  # about the width of a notice
            app.clear_notifications()
            app.notify(f"{'word ' * 15:{length - 7}.{length - 7}} last{length}")
            await wait_for(app, f"last{length}")
