"""The status line and the focus: nothing jumps, Escape steps back, clicks arm no letters, hints are buttons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.flow.comparing import environment_for, messages, open_ready, settled
from tests.flow.screen import live_of, screen_of, shown, wait_for
from tests.servers.openai import Finish, OpenAIServer, Reset
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.ui.hints import Focus
from textchat.ui.input.status_line import StatusLine

TWO = ("local/m1", "local/m2")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def status(app: TextchatApp) -> str:
    return screen_of(app).query_one(StatusLine).render_line(0).text.strip()


def focus_of(app: TextchatApp) -> Focus:
    return screen_of(app).parts.focus.focus


def typed(app: TextchatApp) -> str:
    return screen_of(app).input_bar.text


async def click(pilot: Pilot[None], app: TextchatApp, text: str, column: int = 0) -> None:
    """Click the first place on the screen where a text stands, from a column on."""
    for y, line in enumerate(shown(app).splitlines()):
        if (x := line.find(text, column)) >= 0:
            await pilot.click(offset=(x + 1, y))
            return
    raise AssertionError(f"{text!r} is not shown:\n{shown(app)}")


def rows(app: TextchatApp) -> dict[str, int]:
    """Where each visible widget begins."""
    return {f"{widget!r}": widget.region.y for widget in app.screen.query("*") if widget.display and widget.region}


async def test_no_row_comes_or_goes_during_a_race(server: OpenAIServer, tmp_path: Path) -> None:
    gates = {model: (Gate(), Gate()) for model in ("m1", "m2")}
    for model, (before, within) in gates.items():
        server.script(
            model, before, f"{model} begins ", within, "and ends. ", Finish(usage=(7, 40 if model == "m1" else 90))
        )
    async with open_ready(environment_for(server, tmp_path), models=TWO, size=(80, 24)) as (app, pilot):
        await wait_for(app, "PROMPT  F1 help  Ctrl+P commands", "to both panes")
        await pilot.press(*"go", "enter")
        await wait_until(lambda: all(gate.reached for gate, _ in gates.values()), "both are asked")
        await wait_for(app, "Esc cancel")
        at_start, seen = rows(app), []
        for first, second in gates.values():
            for gate in (first, second):
                gate.open()
                await pilot.pause()
                seen.append(rows(app))
        await settled(app)
        await wait_for(app, "F8 keep this")
        # On a busy machine the first tokens differ by enough to name one, and then there is no room for both.
        assert "longest" in status(app) or "first token" in status(app)
        seen.append(rows(app))
        assert all(row == at_start for row in seen)
        assert "to both panes" in status(app)
        for width in (60, 50, 40):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            assert "to both panes" in status(app) and len(status(app)) <= width - 4
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        await click(pilot, app, "Alt+V vote")
        await wait_for(app, "♥")  # a hint is a button


async def test_escape_steps_back_before_it_cancels(server: OpenAIServer, tmp_path: Path) -> None:
    gate = Gate()
    server.script("m1", "One word.", Finish(), once=True)
    server.script("m2", "Some word, ", gate, "more.", Finish())
    environ = environment_for(server, tmp_path, more='[keys]\n"reply.cancel" = "escape,f12"\n')
    async with open_ready(environ, models=TWO) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_until(lambda: len(live_of(app).replies) == 1 and gate.reached == 1, "pane 1 is done, 2 goes on")
        await pilot.press("shift+tab", "v", "shift+right")
        assert focus_of(app) is Focus.SELECT and status(app).startswith("SELECT  v mark  c copy")
        await pilot.press("escape")
        assert focus_of(app) is Focus.MESSAGES and not messages(app, 1).selection.text
        await pilot.press("escape")
        assert focus_of(app) is Focus.PROMPT
        await pilot.press("ctrl+f", *"word", "escape")
        assert focus_of(app) is Focus.PROMPT and not screen_of(app).parts.widgets.find_bar.display
        for key, focus in (("alt+c", Focus.CONVERSATIONS), ("f9", Focus.PARAMETERS)):
            await pilot.press(key)
            assert focus_of(app) is focus and status(app).startswith(focus.value)
            await pilot.press("escape")
            assert focus_of(app) is Focus.PROMPT
        assert len(live_of(app).replies) == 1, "none of these has cancelled anything"
        await pilot.press("escape")
        assert status(app).startswith("1 other pane is still replying. Press Esc again to stop it.")
        await pilot.press("x")
        assert status(app).startswith("PROMPT"), "another key takes it back"
        await pilot.press("escape")
        assert len(live_of(app).replies) == 1
        await pilot.press("f12")
        await wait_until(lambda: not live_of(app).replies, "the second press stops it, whichever of the keys it is")
        gate.open()
        await settled(app)


async def test_a_click_turns_to_the_pane_and_leaves_the_typing_where_it_was(
    server: OpenAIServer, tmp_path: Path
) -> None:
    for model in ("m1", "m2"):
        server.script(model, f"I am {model}. See [it](https://example.org/).\n\n```\ncode\n```\n", Finish())
    async with open_ready(environment_for(server, tmp_path), models=TWO) as (app, pilot):
        await pilot.press(*"go", "enter")
        await wait_for(app, "I am m2")
        await settled(app)
        before = len(live_of(app).conversation.messages)
        await click(pilot, app, "I am m2")
        assert screen_of(app).parts.current.active_number == 2 and focus_of(app) is Focus.PROMPT
        await pilot.press(*"did you understand")
        assert typed(app) == "did you understand" and len(live_of(app).conversation.messages) == before
        await pilot.press("shift+tab", "k")
        assert focus_of(app) is Focus.MESSAGES and messages(app, 2).has_focus
        await click(pilot, app, "I am m1")
        assert messages(app, 1).has_focus, "keys act on the messages of the pane that is looked at"
        await pilot.press("alt+right")
        assert messages(app, 2).has_focus
        await pilot.press("space", "z", "w", "d")
        assert typed(app) == "did you understand zwd", "what means nothing there is typed, and so is what follows"
        assert len(live_of(app).conversation.messages) == before
        await pilot.press("f9")
        await click(pilot, app, "I am m1")
        await pilot.press("d")
        assert typed(app).endswith("zwdd")
        await pilot.press("shift+tab", "f4")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 1, "the pane with the focus is closed")
        assert focus_of(app) is Focus.PROMPT
        await pilot.press("ctrl+n", "shift+tab", "q")
        await wait_until(lambda: typed(app) == "q", "where there are no messages, there is no way to them")
        assert focus_of(app) is Focus.PROMPT


async def test_enter_in_the_find_bar_goes_on_and_shift_enter_back(server: OpenAIServer, tmp_path: Path) -> None:
    server.script("m1", "the one, the two, the three", Finish())
    server.script("m2", "the only", Finish())
    async with open_ready(environment_for(server, tmp_path), models=TWO) as (app, pilot):
        await pilot.press(*"go", "enter")
        await settled(app)
        await pilot.press("ctrl+f", *"the", "tab")
        await wait_for(app, "1/1")  # the search goes with the active pane
        await pilot.press("tab")
        await wait_for(app, "FIND  Enter next  Shift+Enter previous  Esc close", "1/3")
        for key, tally in (("enter", "2/3"), ("enter", "3/3"), ("shift+enter", "2/3"), ("up", "1/3"), ("down", "2/3")):
            await pilot.press(key)
            await wait_for(app, tally)
        app.post_message(events.Key("escape", None))
        await wait_until(lambda: focus_of(app) is Focus.PROMPT, "closed")


async def test_the_keys_that_are_named_do_something_there(server: OpenAIServer, tmp_path: Path) -> None:
    gate = Gate()
    server.script("m1", "Some word, ", gate, "more.", Finish())
    server.script("m2", "Half", Reset())
    async with open_ready(environment_for(server, tmp_path), models=TWO) as (app, pilot):
        await pilot.press("alt+c")
        assert status(app).startswith("CONVERSATIONS  Ctrl+N new"), "no row to act on"
        await pilot.press("escape", *"go", "enter")
        await wait_until(lambda: len(live_of(app).replies) == 1 and gate.reached == 1, "pane 1 goes on")
        await pilot.press("shift+tab")
        assert status(app).startswith("MESSAGES  c copy  k previous  d delete  Esc back"), (
            "what is refused is not named"
        )
        gate.open()
        await settled(app)
        await wait_for(app, "MESSAGES  c copy  e edit  r retry  d delete  Esc back")
        await pilot.press("tab", "escape")
        assert "F8 keep this  F3 diff" in status(app), "for a failed reply nobody can vote"
        await pilot.press("alt+c")
        await wait_for(app, "CONVERSATIONS  Enter open  F2 rename  Del delete  Esc back")
        await pilot.press("f9")
        main = ("apply", "apply", "apply", "switch", "new line")
        more = ("apply", "switch", "apply", "switch", "apply", "new line", "new line")
        for word in (*main, *more):
            assert f"Enter {word}" in status(app)
            await pilot.press("tab")
        await pilot.press("shift+tab", "k", "d")
        await wait_until(lambda: not live_of(app).conversation.messages, "all is deleted")
        await pilot.pause()
        assert app.focused is screen_of(app).input_bar, "the focus goes where typing goes"
