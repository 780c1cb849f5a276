"""Replies get the room: the side panel gives way, frames stay thin, small screens show one pane at a time."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.flow.comparing import environment_for, messages, open_ready, settled
from tests.flow.screen import active_view, screen_of, shown, views_of, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.ui.panes.grid import PaneGrid
from textchat.ui.panes.layout import LayoutKind
from textchat.ui.panes.tabs import PaneTabs
from textchat.ui.side_panel.conversation_list import ConversationList

MODELS = [f"local/bench-text-r60-n{number}0" for number in range(1, 9)]
LONG = "\n\n".join(f"Paragraph {number} of a reply that is longer than any of these screens." for number in range(60))


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return environment_for(server, tmp_path)


def has_panel(app: TextchatApp) -> bool:
    return screen_of(app).parts.widgets.side_panel.display


def shows_panel(app: TextchatApp, is_shown: bool) -> bool:
    return has_panel(app) is is_shown


def is_laid_out_as(app: TextchatApp, kind: LayoutKind) -> bool:
    return app.screen.query_one(PaneGrid).kind is kind


def rows_of_messages(app: TextchatApp) -> int:
    """Rows of the screen that have a message in any pane."""
    lists = [view.message_list for view in views_of(app) if view.is_on_screen and view.message_list.size.width]
    return len({y for each in lists for y in range(each.region.y, each.region.bottom)})


async def test_the_side_panel_gives_way_before_panes_are_stacked(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=MODELS[:2], size=(160, 30)) as (app, pilot):
        grid = app.screen.query_one(PaneGrid)
        for width, is_shown in ((160, True), (104, True), (103, False), (100, False), (73, False), (104, True)):
            await pilot.resize_terminal(width, 30)
            await wait_until(partial(shows_panel, app, is_shown), f"as {width} columns allow")
            await pilot.pause()
            assert grid.kind is LayoutKind.COLUMNS, width
            assert all(view.region.width >= 36 for view in views_of(app))

        # A key shows it all the same, until the panes or the size change; where somebody types in it, it stays.
        await pilot.resize_terminal(100, 30)
        await wait_until(lambda: not has_panel(app), "it gives way again")
        await pilot.press("f9")
        await wait_until(lambda: has_panel(app) and app.screen.focused is not None, "its fields are there")
        await wait_for(app, "PARAMETERS")
        await pilot.press("tab", "escape")
        await wait_until(lambda: not has_panel(app), "whoever only went into it leaves it hidden")
        await pilot.press("ctrl+b")
        await wait_until(lambda: has_panel(app), "the key shows it")
        await pilot.press("alt+c")
        await pilot.resize_terminal(90, 30)
        await pilot.pause()
        assert has_panel(app) and isinstance(app.screen.focused, ConversationList)
        await pilot.press("ctrl+b")
        await wait_until(lambda: not has_panel(app) and app.screen.focused is screen_of(app).input_bar, "it is left")
        await pilot.resize_terminal(160, 30)
        await pilot.pause()
        assert not has_panel(app), "hidden by the user, it stays so"
        # Shown for somebody who goes there, it goes with them: in a small terminal it leaves the replies no room.
        for key in ("f9", "alt+c"):
            await pilot.press(key)
            await wait_until(lambda: has_panel(app) and app.screen.focused is not screen_of(app).input_bar, key)
            await pilot.press("tab")
            await pilot.pause()
            assert has_panel(app), "the focus is still there"
            await pilot.press("escape")
            await wait_until(lambda: not has_panel(app), "it is left")
        await pilot.press("ctrl+b", "f9", "escape")
        await wait_until(lambda: app.screen.focused is screen_of(app).input_bar, "it is left")
        await pilot.pause()
        assert has_panel(app), "shown by the user, it stays so"


@pytest.mark.parametrize(("mode", "at_100", "at_160"), [('"always"', True, True), ("false", False, False)])
async def test_the_side_panel_as_set(environ: dict[str, str], mode: str, at_100: bool, at_160: bool) -> None:
    config = paths.config_file(environ)
    config.write_text(f"{config.read_text()}\n[ui]\nside_panel = {mode}\n")
    async with open_ready(environ, models=MODELS[:2], size=(100, 30)) as (app, pilot):
        assert has_panel(app) is at_100
        await pilot.resize_terminal(160, 30)
        await pilot.pause()
        assert has_panel(app) is at_160
        await pilot.press("ctrl+b")
        await wait_until(lambda: has_panel(app) is not at_160, "a key shows or hides it")


async def test_six_rows_in_ten_are_replies_while_they_stream(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate()
    for model in MODELS:
        server.script(model.partition("/")[2], LONG, gate, "the end")
    async with open_ready(environ, models=MODELS[:2], size=(80, 24)) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await wait_for(app, "streaming")
        for width, height, kind in (
            (80, 24, LayoutKind.COLUMNS),
            (60, 16, LayoutKind.TABS),
            (60, 24, LayoutKind.GRID),
            (72, 19, LayoutKind.GRID),
            (100, 30, LayoutKind.COLUMNS),
            (49, 40, LayoutKind.TABS),
            (120, 11, LayoutKind.TABS),
        ):
            await pilot.resize_terminal(width, height)
            await wait_until(partial(is_laid_out_as, app, kind), f"{width}×{height}: {kind}")
            await pilot.pause()
            assert rows_of_messages(app) >= 0.6 * height, shown(app)
        gate.open()
        await settled(app)


async def test_tabs_say_who_how_and_what_is_new(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate()
    for number, model in enumerate(MODELS):
        server.script(model.partition("/")[2], *([LONG, gate] if number % 2 else ["Done."]))
    async with open_ready(environ, models=MODELS, size=(80, 24)) as (app, pilot):
        tabs = app.screen.query_one(PaneTabs)

        def line() -> str:
            return tabs.render_line(0).text

        await pilot.press(*"hi", "enter")
        await wait_until(lambda: line().count("●") == 4 and line().count("✓") == 4, "half of them are done")
        names = [label[5:].strip() for label in (line()[start : start + 10] for start in range(0, 80, 10))]
        assert len(set(names)) == 8 and all("…" in name for name in names), names
        await wait_until(lambda: line().count("•") == 3, "the first is in view, and read")
        await pilot.press("tab", "tab")
        await wait_until(lambda: line().count("•") == 2, "that of the third is read now")
        await pilot.click(tabs, offset=(75, 0))
        await wait_until(lambda: active_view(app) is views_of(app)[7], "the eighth by the mouse")
        gate.open()
        await settled(app)
        await wait_until(lambda: line().count("✓") == 8 and line().count("•") == 5, "those not seen are new")


SIZES = st.lists(st.tuples(st.integers(20, 210), st.integers(5, 61)), min_size=4, max_size=10)


@settings(
    max_examples=examples(2),
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_no_change_of_size_loses_anything(data: st.DataObject) -> None:
    asyncio.run(resize_at_random(data.draw(SIZES), data.draw(st.integers(2, 4))))


async def resize_at_random(sizes: list[tuple[int, int]], count: int) -> None:
    with OpenAIServer() as server, tempfile.TemporaryDirectory() as home:
        for model in MODELS[:count]:
            server.say(model.partition("/")[2], LONG)
        async with open_ready(environment_for(server, Path(home)), models=MODELS[:count]) as (app, pilot):
            await pilot.press(*"hi", "enter")
            await settled(app)
            await pilot.press("tab", "shift+tab")
            messages(app, 1).move(-10_000)  # so that no size shows its end, where it would follow
            await pilot.pause()
            before = place_of(app)
            for size in sizes:
                await pilot.resize_terminal(*size)
                await pilot.pause()
                assert active_view(app) is views_of(app)[1] and active_view(app).is_on_screen
                assert app.screen.focused is messages(app, 2)
                assert messages(app, 2).is_at_end
            await pilot.resize_terminal(120, 40)
            await pilot.pause()
            assert abs(place_of(app) - before) <= 2, "the same paragraph, or the one beside"


def place_of(app: TextchatApp) -> int:
    """The number of the paragraph at the top of the first pane."""
    place = messages(app, 1).reading.place
    assert place is not None
    return LONG[: place.offset].count("\n\n")
