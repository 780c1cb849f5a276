"""Layouts: every pane that is shown can be read, nothing overlaps, nothing is left over, whatever the size."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.widgets import Static

from tests.ui.demo import Demo
from textchat.core.conversation import Message, Pane, Role
from textchat.ui.messages import PaneFocused
from textchat.ui.panes.grid import PaneGrid, line_art
from textchat.ui.panes.layout import FOLDED_WIDTH, MIN_HEIGHT, MIN_WIDTH, LayoutKind, PanePlan, layout_for
from textchat.ui.panes.race_line import RaceLine
from textchat.ui.panes.tabs import PaneTabs

PANES = st.integers(1, 8)


def shown(plan: PanePlan) -> list[Region]:
    return [region for region in plan.regions if region is not None]


@pytest.mark.parametrize(
    ("count", "size", "kind"),
    [
        (1, (80, 20), LayoutKind.COLUMNS),
        (2, (80, 20), LayoutKind.COLUMNS),
        (3, (80, 20), LayoutKind.GRID),
        (4, (80, 20), LayoutKind.GRID),
        (5, (80, 20), LayoutKind.TABS),
        (8, (80, 20), LayoutKind.TABS),
        (2, (73, 20), LayoutKind.COLUMNS),
        (2, (72, 20), LayoutKind.GRID),
        (2, (72, 16), LayoutKind.TABS),
        (3, (120, 36), LayoutKind.COLUMNS),
        (4, (120, 36), LayoutKind.GRID),
        (8, (120, 36), LayoutKind.GRID),
        (2, (89, 36), LayoutKind.COLUMNS),
        (5, (200, 56), LayoutKind.COLUMNS),
        (8, (200, 56), LayoutKind.GRID),
        (2, (30, 10), LayoutKind.TABS),
    ],
)
def test_what_fits(count: int, size: tuple[int, int], kind: LayoutKind) -> None:
    assert layout_for(count, *size).kind is kind


@given(
    PANES,
    st.integers(1, 300),
    st.integers(1, 100),
    st.lists(st.floats(0.2, 5), max_size=8),
    st.lists(st.booleans(), max_size=8),
    st.booleans(),
    st.data(),
)
def test_panes_fill_the_room_and_never_overlap(
    count: int,
    width: int,
    height: int,
    weights: list[float],
    folded: list[bool],
    is_zoomed: bool,
    data: st.DataObject,
) -> None:
    active = data.draw(st.integers(0, count - 1))
    plan = layout_for(count, width, height, active=active, is_zoomed=is_zoomed, weights=weights, folded=folded)
    assert len(plan.regions) == count
    room = Region(0, 0, width, max(height, 2 if plan.has_tabs else 1))
    for region in shown(plan):
        assert region.area > 0
        assert room.contains_region(region)
    for one, other in combinations(shown(plan), 2):
        assert not one.overlaps(other)
    lines = sum(
        row.count("│") + row.count("─") + row.count("┼") + row.count("┴") + row.count("┬")
        for row in line_art(plan, Size(width, height))
    )
    tabs = width if plan.has_tabs else 0
    if height >= 2:
        assert sum(region.area for region in shown(plan)) + lines + tabs == width * height


@given(PANES, st.integers(1, 300), st.integers(1, 100), st.lists(st.floats(0.2, 5), max_size=8))
def test_nobody_is_squeezed_below_what_can_be_read(count: int, width: int, height: int, weights: list[float]) -> None:
    plan = layout_for(count, width, height, weights=weights)
    if plan.kind in (LayoutKind.COLUMNS, LayoutKind.GRID) and count > 1:
        assert all(region.width >= MIN_WIDTH for region in shown(plan))
    if plan.kind is LayoutKind.GRID:
        assert all(region.height >= MIN_HEIGHT for region in shown(plan))


@given(PANES, st.integers(1, 300), st.integers(3, 100))
def test_equal_panes_differ_by_a_cell_at_most(count: int, width: int, height: int) -> None:
    plan = layout_for(count, width, height)
    if plan.kind is LayoutKind.COLUMNS:
        widths = [region.width for region in shown(plan)]
        assert max(widths) - min(widths) <= 1


@given(PANES, st.integers(1, 300), st.integers(2, 100), st.data())
def test_one_at_a_time_shows_the_active_pane(count: int, width: int, height: int, data: st.DataObject) -> None:
    active = data.draw(st.integers(0, count - 1))
    plan = layout_for(count, width, height, active=active, is_zoomed=True)
    if count > 1:
        assert [index for index, region in enumerate(plan.regions) if region] == [active]
        assert plan.has_tabs


def test_weight_gives_width() -> None:
    widths = [region.width for region in shown(layout_for(2, 161, 40, weights=[3, 1]))]
    assert widths == [120, 40]
    assert [region.width for region in shown(layout_for(2, 161, 40, weights=[9, 1]))] == [124, 36]


def test_a_folded_pane_is_a_strip_and_the_others_take_its_room() -> None:
    plan = layout_for(3, 120, 40, folded=[False, True, False])
    assert [region.width for region in shown(plan)] == [57, FOLDED_WIDTH, 57]


def test_all_folded_still_shows_the_active_one() -> None:
    plan = layout_for(2, 120, 40, folded=[True, True], active=1)
    assert [region.width for region in shown(plan)] == [FOLDED_WIDTH, 115]


def test_lines_meet_where_the_panes_meet() -> None:
    art = line_art(layout_for(3, 80, 17), Size(80, 17))
    assert art[0][39:41].strip() == "│"
    assert art[8] == "─" * 39 + "┴" + "─" * 40
    art = line_art(layout_for(4, 80, 17), Size(80, 17))
    assert art[8] == "─" * 39 + "┼" + "─" * 40
    assert art[9][39] == "│"


class FakePane(Vertical):
    """A pane's outline: what the grid cares for."""

    def __init__(self, number: int) -> None:
        super().__init__(classes="pane")
        self.race_line = RaceLine()
        self.number = number

    def compose(self) -> ComposeResult:
        yield Static(f"pane {self.number}")
        yield self.race_line


class GridDemo(Demo):
    def __init__(self) -> None:
        super().__init__()
        self.focused_panes: list[str] = []

    def compose(self) -> ComposeResult:
        yield PaneGrid()

    @on(PaneFocused)
    def _focused(self, event: PaneFocused) -> None:
        self.focused_panes.append(event.pane_id)


def some_panes(count: int) -> tuple[list[FakePane], list[Pane]]:
    return [FakePane(number) for number in range(1, count + 1)], [
        Pane(f"p{number}", f"local/model-{number}") for number in range(1, count + 1)
    ]


async def test_panes_are_mounted_added_removed_and_moved() -> None:
    app = GridDemo()
    async with app.run_test(size=(120, 30)) as pilot:
        grid = app.query_one(PaneGrid)
        views, panes = some_panes(3)
        await grid.show(views[:2], panes[:2], "p1")
        await pilot.pause()
        assert [view.region.x for view in views[:2]] == [0, 60]
        await grid.show([views[2], views[0], views[1]], [panes[2], panes[0], panes[1]], "p3")
        await pilot.pause()
        assert [view.region.x for view in views] == [40, 80, 0]
        await views[0].remove()
        await grid.show([views[2], views[1]], [panes[2], panes[1]], "p3")
        await pilot.pause()
        assert [view.region.width for view in (views[2], views[1])] == [59, 60]


async def test_a_smaller_window_turns_columns_into_a_grid_and_tabs() -> None:
    app = GridDemo()
    async with app.run_test(size=(160, 30)) as pilot:
        grid = app.query_one(PaneGrid)
        views, panes = some_panes(4)
        await grid.show(views, panes, "p2")
        await pilot.pause()
        assert grid.kind is LayoutKind.COLUMNS
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert (grid.kind, views[3].region) == (LayoutKind.GRID, Region(50, 15, 50, 15))
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert (grid.kind, views[1].region) == (LayoutKind.TABS, Region(0, 1, 60, 19))
        assert not views[0].is_on_screen
        grid.activate("p4")
        await pilot.pause()
        assert views[3].region == Region(0, 1, 60, 19)


async def test_zoom_shows_one_and_all_again() -> None:
    app = GridDemo()
    async with app.run_test(size=(160, 30)) as pilot:
        grid = app.query_one(PaneGrid)
        views, panes = some_panes(2)
        await grid.show(views, panes, "p2")
        grid.toggle_zoom()
        await pilot.pause()
        assert (grid.kind, views[1].region.width) == (LayoutKind.ZOOM, 160)
        grid.toggle_zoom()
        await pilot.pause()
        assert (grid.kind, views[1].region.width) == (LayoutKind.COLUMNS, 80)
        await views[0].remove()
        await grid.show(views[1:], panes[1:], "p2")
        grid.toggle_zoom()
        await pilot.pause()
        assert grid.kind is LayoutKind.COLUMNS


async def test_tabs_name_all_panes_show_how_they_stand_and_can_be_clicked() -> None:
    app = GridDemo()
    async with app.run_test(size=(60, 20)) as pilot:
        grid = app.query_one(PaneGrid)
        views, panes = some_panes(4)
        panes[2] = replace(panes[2], model="openrouter/evil\x1b]0;x\x07/name")
        await grid.show(views, panes, "p1")
        views[1].race_line.show(Message("m", None, Role.ASSISTANT, "text"))
        await pilot.pause()
        await pilot.pause()
        drawn = grid.query_one(PaneTabs).render_line(0).text
        assert drawn.startswith(" 1   model-1")
        assert " 2 ✓ model-2" in drawn
        assert "\x1b" not in drawn
        await pilot.click(PaneTabs, offset=(35, 0))
        assert app.focused_panes == ["p3"]
        await grid.show(*some_panes(8), "p1")
        await pilot.pause()
        assert "\u2026" not in grid.query_one(PaneTabs).render_line(0).text, "a cell or two of a name say nothing"


async def test_lines_between_the_panes_are_drawn_and_follow_the_theme() -> None:
    app = GridDemo()
    async with app.run_test(size=(80, 12)) as pilot:
        grid = app.query_one(PaneGrid)
        views, panes = some_panes(2)
        await grid.show(views, panes, "p1")
        await pilot.pause()
        assert grid.render_line(3).text[39:41].strip() == "│"
        colors = []
        for theme in ("textchat-dark", "textchat-light"):
            app.theme = theme
            await pilot.pause()
            style = next(iter(grid.render_line(3))).style
            assert style is not None
            colors.append(style.color)
        assert colors[0] != colors[1]
