"""A comparison as a conversation, through the keys: fan out, fail, retry, go on, choose, come back; rows asserted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.comparing import environment_for, messages, open_ready, pane, settled, stored, tree
from tests.flow.screen import active_view, live_of, screen_of, shown, views_of, wait_for
from tests.servers.openai import Finish, OpenAIServer, Reset
from tests.servers.waiting import Gate, wait_until
from textchat.core.context.upcoming import CONTINUE_PROMPT
from textchat.core.conversation import Status
from textchat.ui.keymap import ACTIONS
from textchat.ui.panes.layout import FOLDED_WIDTH, MIN_WIDTH

SIZES = [(80, 24), (120, 40), (200, 60)]
FOUR = ["local/m1", "local/m2", "local/m3", "local/m4"]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    more = '[models."local/m2"]\ntemperature = 0.5\n'
    return environment_for(server, tmp_path, more=more)


@pytest.mark.parametrize("size", SIZES)
async def test_four_panes_at_different_speeds(
    server: OpenAIServer, environ: dict[str, str], size: tuple[int, int]
) -> None:
    gates = {number: Gate(f"m{number}") for number in (2, 3)}
    server.say("m1", "one is ", "quick")
    server.script("m2", "two ", gates[2], "is slow")
    server.script("m3", "three ", gates[3], "is never done")
    server.script("m4", "four ", Reset(), once=True)
    async with open_ready(environ, models=FOUR, size=size) as (app, pilot):
        await wait_for(app, "to all 4 panes")
        await pilot.press(*"hi", "enter")
        live = live_of(app)
        await wait_until(lambda: len(live.replies) == 2, "one has ended, one has failed, two grow")
        assert {reply.model for reply in live.replies.values()} == {"local/m2", "local/m3"}

        # Cancel one: the others do not notice.
        await pilot.press("alt+right", "alt+right", "escape")
        await wait_until(lambda: len(live.replies) == 1, "pane 3 is cancelled")
        gates[2].open()
        await settled(app)
        first = [
            "user: hi",
            "> local/m1: one is quick",
            "> local/m2: two is slow",
            "> local/m3 cancelled: three ",
            "> local/m4 failed: four ",
        ]
        assert tree(await stored(environ)) == first

        # Retry the one that failed: its first try stays a sibling.
        server.say("m4", "four at last")
        await pilot.press("alt+right", "ctrl+r")
        await settled(app)
        assert tree(await stored(environ)) == [*first, "> local/m4: four at last"]
        assert len(server.requests) == 5, "only that one was asked again"

        # The next turn to one pane only, visibly.
        server.say("m2", "two goes on")
        await pilot.press("alt+left", "alt+left", "ctrl+s")
        await wait_for(app, "to pane 2 only")
        await pilot.press(*"and you", "enter")
        await settled(app)
        told = [message["content"] for message in server.requests[-1].json["messages"]]
        assert told == ["hi", "two is slow", "and you"], "each pane keeps its own branch"
        second = [
            *first[:3],
            "> > user: and you",
            "> > > local/m2: two goes on",
            *first[3:],
            "> local/m4: four at last",
        ]
        assert tree(await stored(environ)) == second

        # Choose it: one pane is left, the others' answers are its siblings.
        await pilot.press("f8")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 1, "one pane is left")
        assert tree(await stored(environ)) == second
        kept = (await stored(environ)).panes
        assert [(each.model, each.parameters.temperature) for each in kept] == [("local/m2", 0.5)]


async def test_open_again_as_a_comparison(server: OpenAIServer, environ: dict[str, str]) -> None:
    for number in range(1, 5):
        server.say(f"m{number}", f"answer {number}")
    async with open_ready(environ, models=FOUR) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+right", "f8")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 1, "one pane is left")
        # Walk the siblings left and right.
        await pilot.press("shift+tab", "up", "right")
        await wait_for(app, "answer 3")
        await pilot.press("left", "left")
        await wait_for(app, "answer 1")
        await pilot.press("left")
        await wait_for(app, "answer 4")
        await pilot.press("o")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 4, "all four are open again")
        await wait_for(app, "answer 1", "answer 2", "answer 3", "answer 4")
        assert [each.model for each in live_of(app).conversation.panes] == FOUR
        assert live_of(app).conversation.panes[1].parameters.temperature == 0.5, "with the parameters that made them"
        await pilot.press("o")
        await pilot.pause()
        assert len(live_of(app).conversation.panes) == 4, "what is open is not opened twice"


async def test_all_at_once(server: OpenAIServer, environ: dict[str, str]) -> None:
    """Regenerate, cancel, continue and retry for all panes."""
    gate = Gate()
    for number in (1, 2):
        server.say(f"m{number}", f"first {number}")
    async with open_ready(environ, models=FOUR[:2]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        for number in (1, 2):
            server.script(f"m{number}", f"second {number} ", gate, "never", once=True)
            server.script(f"m{number}", "goes on", once=True)
            server.say(f"m{number}", f"third {number}")
        await pilot.press("shift+f5")
        await wait_for(app, "second 1", "second 2")
        await pilot.press("escape", "escape")
        await settled(app)
        await pilot.press("alt+g")
        await wait_until(lambda: len(server.requests) == 6, "both are asked to go on")
        await settled(app)
        assert all(request.json["messages"][-1]["content"] == CONTINUE_PROMPT for request in server.requests[4:])
        rows = tree(await stored(environ))
        assert rows == [
            "user: hi",
            "> local/m1: first 1",
            "> local/m2: first 2",
            "> local/m1 cancelled: second 1 ",
            "> local/m2 cancelled: second 2 ",
            "> local/m1: second 1 goes on",
            "> local/m2: second 2 goes on",
        ]
        await pilot.press("alt+r")
        await settled(app)
        assert len(server.requests) == 6, "what came to its end needs no retry"
        await pilot.press("f5", "escape")
        await settled(app)
        await pilot.press("alt+r")
        await settled(app)
        assert "third 1" in shown(app) or "third 2" in shown(app)


async def test_retry_all_mends_what_failed_and_leaves_the_rest(server: OpenAIServer, environ: dict[str, str]) -> None:
    server.say("m1", "fine")
    server.script("m2", "half", Reset(), once=True)
    server.refuse("m3", 500, "broken", once=True)
    server.script("m4", "too long", Finish("length"), once=True)
    for number in (2, 3, 4):
        server.say(f"m{number}", f"mended {number}")
    async with open_ready(environ, models=FOUR) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+r")
        await settled(app)
        await wait_for(app, "fine", "mended 2", "mended 3", "mended 4")
        assert [request.json["model"] for request in server.requests].count("m1") == 1


async def test_panes_come_back_the_next_day(server: OpenAIServer, environ: dict[str, str]) -> None:
    long = "\n\n".join(f"Paragraph {number}" for number in range(60))
    for number in range(1, 5):
        server.say(f"m{number}", f"answer {number}\n\n{long}")
    async with open_ready(environ, models=FOUR[:3], size=(200, 60)) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+right", "alt+w", "alt+w")  # wider
        await pilot.press("alt+t")  # a second pane like it
        await wait_until(lambda: len(live_of(app).conversation.panes) == 4, "it is there twice")
        await pilot.press("alt+left", "alt+z")  # fold the first
        await pilot.press("alt+right", "alt+shift+right")  # and swap
        await wait_until(lambda: not live_of(app).is_busy, "all is stored")
        await pilot.pause()
        before = live_of(app).conversation.panes
        assert [each.model for each in before] != FOUR[:3]
        identity = live_of(app).conversation.id
    assert (await stored(environ)).panes == before
    async with open_ready(environ, conversation_id=identity, size=(200, 60)) as (app, _):
        assert live_of(app).conversation.panes == before
        assert any(each.folded for each in before) and any(each.weight > 1.5 for each in before)
        await wait_for(app, "Paragraph 59")


async def test_another_model_and_other_parameters_in_the_middle(server: OpenAIServer, environ: dict[str, str]) -> None:
    for number in range(1, 3):
        server.say(f"m{number}", f"answer {number}")
    async with open_ready(environ, models=FOUR[:2]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("f2")
        await wait_for(app, "Change the model of this pane")
        await pilot.press(*"m2", "enter")
        await wait_until(lambda: live_of(app).conversation.panes[0].model == "local/m2", "pane 1 asks m2")
        await pilot.press(*"more", "enter")
        await settled(app)
        last = [request.json for request in server.requests[-2:]]
        assert [each["model"] for each in last] == ["m2", "m2"]
        assert [each.get("temperature") for each in last] == [0.5, 0.5], "the parameters are the new model's own"
        assert sorted(each["messages"][1]["content"] for each in last) == ["answer 1", "answer 2"]
        assert pane(app, 1).heading.render().plain.split()[:3] == ["▌", "1", "local/m2"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 8])
async def test_every_number_of_panes_at_every_size(server: OpenAIServer, environ: dict[str, str], count: int) -> None:
    """Each pane answers, each can be turned to, zoomed, and shows its text in at least 36 cells."""
    models = [f"local/m{number}" for number in range(1, count + 1)]
    for number in range(1, count + 1):
        server.say(f"m{number}", f"answer {number}")
    async with open_ready(environ, models=models, size=SIZES[0]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        assert {each.status for each in (await stored(environ)).messages.values()} == {Status.COMPLETE}
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for number in range(1, count + 1):
                await wait_for(app, f"answer {number}")
                assert active_view(app) is pane(app, number)
                assert messages(app, number).size.width >= 36
                await pilot.press("ctrl+l")
                await wait_for(app, f"answer {number}")
                await pilot.press("ctrl+l", "alt+right")
                await pilot.pause()
            assert active_view(app) is pane(app, 1)


async def test_a_ninth_pane_is_refused(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=[f"local/m{number}" for number in range(8)]) as (app, pilot):
        await wait_for(app, "to all 8 panes")
        await pilot.press("ctrl+t")
        await wait_for(app, "No more than 8 panes")
        await pilot.press("alt+t")
        await pilot.pause()
        assert len(live_of(app).conversation.panes) == 8


async def test_the_mouse_turns_to_a_pane_and_to_a_tab(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=FOUR[:2], size=(160, 30)) as (app, pilot):
        await wait_for(app, "to both panes")
        await pilot.click(pane(app, 2).heading)
        await pilot.pause()
        assert active_view(app) is pane(app, 2)
        await pilot.press("ctrl+l")
        await pilot.pause()
        await pilot.click("PaneTabs", offset=(3, 0))
        await pilot.pause()
        assert active_view(app) is pane(app, 1)


async def test_a_right_click_in_a_pane_finds_what_to_do_with_it(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=FOUR[:3], size=(160, 30)) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        second = pane(app, 2)
        await pilot.click(second.heading, button=3)
        await wait_for(app, "Close the pane")
        await pilot.press("up", "enter")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 2, "the pane that was clicked is closed")
        assert second not in views_of(app)


async def test_the_mouse_drags_a_line_zooms_and_opens_a_fold(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=FOUR[:3], size=(160, 30)) as (app, pilot):
        await wait_for(app, "to all 3 panes")
        await pilot.press("ctrl+b")
        await wait_until(lambda: not screen_of(app).parts.widgets.side_panel.display, "the side panel is hidden")
        await pilot.pause()
        first, second, third = (pane(app, number) for number in (1, 2, 3))
        width, others = first.region.width, third.region
        line = (first.region.right, 10)
        await pilot.mouse_down(offset=line)
        await pilot.hover(offset=(line[0] + 9, 14))
        await pilot.pause()
        assert first.region.width == width + 9, "it follows the mouse"
        await pilot.hover(offset=(line[0] + 60, 14))
        await pilot.pause()
        assert second.region.width == MIN_WIDTH, "as far as the other side can still be read"
        await pilot.hover(offset=(line[0] + 5, 14))
        await pilot.mouse_up(offset=(line[0] + 5, 14))
        await pilot.pause()
        assert (first.region.width, third.region) == (width + 5, others)
        await wait_until(
            lambda: live_of(app).conversation.panes[0].weight > 1 > live_of(app).conversation.panes[1].weight,
            "it is kept",
        )
        await pilot.hover(offset=(line[0] - 20, 14))
        await pilot.pause()
        assert first.region.width == width + 5, "the mouse has let go"

        await pilot.click(second.heading, times=2)
        await wait_until(lambda: screen_of(app).parts.widgets.grid.is_zoomed, "a second click zooms")
        assert active_view(app) is second
        await pilot.click("PaneTabs", offset=(3, 0), times=2)
        await wait_until(lambda: not screen_of(app).parts.widgets.grid.is_zoomed, "and shows all again")
        assert active_view(app) is first

        await pilot.press("alt+z")
        await wait_until(lambda: first.region.width == FOLDED_WIDTH, "it is a strip")
        await pilot.click(offset=(first.region.x + 1, 12))
        await wait_until(lambda: first.region.width > FOLDED_WIDTH, "a click anywhere on the strip opens it")


async def test_an_edit_that_cannot_be_asked_now_is_not_lost(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate()
    server.script("m1", "one", Finish(), once=True)
    server.script("m1", "two", gate, Finish())
    async with open_ready(environ, models=FOUR[:1]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press(*"more", "enter")
        await wait_for(app, "two")
        await pilot.press("shift+tab", "e")
        await wait_for(app, "This pane is still replying")
        assert screen_of(app).is_active, "an answer that grows is not edited"
        await pilot.press("k", "k", "k", "e")
        await wait_for(app, "Edit the prompt")
        await pilot.press(*" there", "enter")
        await wait_for(app, "was not changed", "hi there")
        assert screen_of(app).input_bar.text == "hi there"
        gate.open()
        await settled(app)


@pytest.mark.parametrize("size", [(80, 24), (160, 40)])
async def test_a_folded_pane_that_is_shown_alone_is_shown_whole(
    server: OpenAIServer, environ: dict[str, str], size: tuple[int, int]
) -> None:
    for number in (1, 2, 3):
        server.say(f"m{number}", f"answer {number}")
    async with open_ready(environ, models=FOUR[:3], size=size) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+z")
        await wait_until(lambda: "answer 1" not in shown(app), "pane 1 is folded")
        await pilot.press("ctrl+l")
        await wait_for(app, "answer 1")
        await pilot.press("ctrl+l")
        await wait_until(lambda: "answer 1" not in shown(app) and "answer 2" in shown(app), "it is a strip again")
        await pilot.press("f8")
        await wait_for(app, "answer 1", "local/m1")


async def test_a_click_on_the_name_of_a_folded_pane_opens_it(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=FOUR, size=(80, 30)) as (app, pilot):
        await pilot.press("alt+z")
        await wait_until(lambda: live_of(app).conversation.panes[0].folded, "pane 1 is folded")
        await pilot.pause()
        await pilot.click("PaneTabs", offset=(3, 0))
        await wait_until(lambda: not live_of(app).conversation.panes[0].folded, "it is open again")


async def test_keys_that_come_while_a_pane_closes_act_on_one_that_is_there(
    server: OpenAIServer, environ: dict[str, str]
) -> None:
    async with open_ready(environ, models=FOUR[:3]) as (app, pilot):
        screen = screen_of(app)
        await pilot.press("alt+left")
        # The pane is gone, and the screen has not heard of it yet: now these keys come.
        live = live_of(app)
        watcher, live.watcher = live.watcher, None
        await live.close_pane(active_view(app).pane_id)
        live.watcher = watcher
        for key in ("alt+z", "alt+w", "alt+v", "ctrl+home", "alt+t"):
            await screen.run_action(next(each.action for each in ACTIONS if key in each.keys.split(",")))
        await wait_until(lambda: len(live.conversation.panes) == 3, "the pane that was there is there twice")
        *_, stand_in, copy = live.conversation.panes
        assert copy.model == stand_in.model == FOUR[1]
        assert stand_in.folded
