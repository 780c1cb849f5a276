"""The palette: what comes late moves no row under the cursor, Enter waits for it, and nothing is chosen unseen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from tests.ui.demo import Demo, wait_until
from textchat.ui.input.line_field import LineField
from textchat.ui.menu.items import MenuHeading, MenuItem
from textchat.ui.menu.menu_list import MenuList
from textchat.ui.menu.palette import MOST_OF_A_SECTION, Palette


class LateSource:
    """Gives what the test puts in, when it does."""

    def __init__(self, section: str) -> None:
        self.section = section
        self.queries: list[str] = []
        self.given: asyncio.Queue[Sequence[MenuItem] | None] = asyncio.Queue()

    def give(self, *labels: str) -> None:
        self.given.put_nowait([item(label, self.section) for label in labels])

    def end(self) -> None:
        self.given.put_nowait(None)

    async def search(self, query: str) -> AsyncIterator[Sequence[MenuItem]]:
        self.queries.append(query)
        while (items := await self.given.get()) is not None:
            yield items


def item(label: str, section: str = "Panes", *, lacks: str = "") -> MenuItem:
    return MenuItem(label, label, lambda: None, section=section, lacks=lacks)


class PaletteDemo(Demo):
    def __init__(self, *sources: LateSource) -> None:
        super().__init__()
        self.sources = sources
        self.chosen: list[MenuItem | None] = []

    def on_mount(self) -> None:
        items = [item("Add a pane"), item("Close the pane", lacks="Only one pane is open."), item("Zoom the pane")]
        self.push_screen(Palette(items, [item("dusk", "Themes")], self.sources), self.chosen.append)

    @property
    def menu(self) -> MenuList:
        return self.screen.query_one(MenuList)

    @property
    def typed(self) -> str:
        return self.screen.query_one(LineField).value

    def rows(self) -> list[str]:
        return [f"# {row.text}" if isinstance(row, MenuHeading) else row.label for row in self.menu.rows]


async def test_what_comes_late_stands_below_in_its_section_and_moves_no_row_under_the_cursor() -> None:
    models, conversations = LateSource("Models"), LateSource("Conversations")
    app = PaletteDemo(models, conversations)
    async with app.run_test(size=(80, 14)) as pilot:
        await pilot.pause()
        assert app.rows() == ["# Panes", "Add a pane", "Zoom the pane", "# Themes", "dusk"], "what lacks is left out"
        conversations.give(*(f"Talk {number}" for number in range(20)))
        await wait_until(lambda: "# Conversations" in app.rows())
        assert len([row for row in app.rows() if row.startswith("Talk")]) < MOST_OF_A_SECTION, "the number is bounded"
        await pilot.press("down", "down", "down", "down")
        await pilot.pause()
        assert app.menu.item is not None and app.menu.item.label == "Talk 1"
        line = app.menu.cursor - app.menu.scroll_offset.y
        models.give("demo/fast", "demo/careful")
        await wait_until(lambda: "demo/fast" in app.rows())
        await pilot.pause()
        assert app.rows()[app.menu.cursor] == "Talk 1"
        assert app.menu.cursor - app.menu.scroll_offset.y == line
        assert app.rows().index("# Models") < app.rows().index("# Conversations")
        await pilot.press("enter")
        assert [each.label for each in app.chosen if each] == ["Talk 1"]


async def test_enter_waits_for_what_is_still_searched_for_and_says_where_there_is_nothing() -> None:
    models = LateSource("Models")
    app = PaletteDemo(models)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"careful", "enter")
        await pilot.pause()
        assert app.chosen == [] and models.queries[-1] == "careful"
        models.give("demo/careful")
        await wait_until(lambda: bool(app.chosen))
        assert [each.label for each in app.chosen if each] == ["demo/careful"]
    app = PaletteDemo(models)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"careful")
        models.end()
        await pilot.press("enter")
        await pilot.pause()
        hint = app.screen.query_one(".menu-dialog--hint")
        assert "Nothing found" in hint.render_line(0).text
        assert app.chosen == [] and app.typed == "careful"


async def test_what_cannot_be_done_now_is_found_says_why_and_stays() -> None:
    app = PaletteDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"close", "enter")
        await pilot.pause()
        assert app.rows() == ["# Actions", "Close the pane"]
        assert app.chosen == []
        assert "Only one pane is open." in app.screen.query_one(".menu-dialog--hint").render_line(0).text
        await pilot.press("escape")
        assert app.chosen == [None]


async def test_the_best_section_stands_first() -> None:
    app = PaletteDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"dusk", "enter")
        assert [each.label for each in app.chosen if each] == ["dusk"]


async def test_the_mouse_chooses_a_row_and_no_heading() -> None:
    app = PaletteDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(MenuList, offset=(3, 0))
        assert app.chosen == []
        await pilot.click(MenuList, offset=(3, 2))
        assert [each.label for each in app.chosen if each] == ["Zoom the pane"]
