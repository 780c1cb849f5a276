"""Dialog that finds items by typing: actions at once, then what stores and servers have, as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.core.text.sanitize import plain_line
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.input.typed_text import typed_text
from textchat.ui.menu.items import ItemSource, MenuHeading, MenuItem, MenuRow
from textchat.ui.menu.matching import Match, ranked
from textchat.ui.menu.menu_list import MenuList
from textchat.ui.workers import run_latest

MOST_OF_A_SECTION = 8
"""Rows of models, conversations and themes each, so that one does not hide the others."""
FIRST_OF_A_SECTION = 4
"""The same where nothing is typed yet."""
LABEL_WIDTH = 30
LONGEST_QUERY = 100
"""Characters: what is pasted by mistake is not looked for in everything."""
CLOSE = "screen.dismiss"
ESC = Hint("Esc", "close", CLOSE)


class Palette(ReportsWorkers, ChoosingDialog[MenuItem | None]):
    """Closes with the chosen item, or None.

    `items` are found at once; where nothing is typed, those that lack something are left out. `more` has the sections
    that stand below, each bounded. So have `sources`, but they may come late: the row with the cursor stays in place.
    """

    TITLE = "Find an action"
    PLACEHOLDER = "Search actions, models, conversations, themes"
    RESULTS = "Actions"
    """The heading above what is found of the items."""
    SHOWS_IDS = False
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
    ]

    def __init__(
        self,
        items: Sequence[MenuItem],
        more: Sequence[MenuItem] = (),
        sources: Sequence[ItemSource] = (),
        *,
        closing_keys: Collection[str] = (),
        problems: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`closing_keys` are those that open it: pressed again, they close it.

        `problems` says why the sources may not have found all there is.
        """
        super().__init__()
        self._problems = problems
        self._items, self._more, self._sources = items, more, sources
        self._closing_keys = closing_keys
        self._known: list[tuple[str, list[Match]]] = []
        self._late: dict[str, Sequence[MenuItem]] = {}
        """What the sources have given for the present query, by section."""
        self._asked = 0
        """How many sources have not given all yet."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="menu-dialog") as dialog:
            dialog.border_title = Content(self.TITLE)
            yield LineField(placeholder=self.PLACEHOLDER, max_length=LONGEST_QUERY)
            yield MenuList(label_width=LABEL_WIDTH, shows_ids=self.SHOWS_IDS)
            yield Label(classes="menu-dialog--about")
            yield HintRow((), classes="menu-dialog--hint")

    def on_mount(self) -> None:
        self._typed()

    @property
    def _field(self) -> LineField:
        return self.query_one(LineField)

    @property
    def _list(self) -> MenuList:
        return self.query_one(MenuList)

    # -- what is offered ---------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _typed(self) -> None:
        query = self._field.value.strip()
        self.end_wait()
        # What fits of what was found before stays until the sources have said more: rows that come and go are no help.
        before, self._late = self._late if query else {}, {}
        for section, items in before.items():
            self._late[section] = [match.item for match in ranked(query, items)]
        self._known = self.sections(query)
        self._fill()
        self._ask()

    def _fill(self, *, keep: bool = False) -> None:
        query = self._field.value.strip()
        most = MOST_OF_A_SECTION if query else FIRST_OF_A_SECTION
        late = [(name, [Match(item) for item in items[:most]]) for name, items in self._late.items()]
        matches: list[Match] = []
        rows: list[MenuRow] = []
        for section, found in (*self._known, *late):
            if found:
                rows += [MenuHeading(section, self.note(section))] if section else []
                rows += [match.item for match in found]
                matches += found
        self._list.show(rows, matches if query else (), keep=keep)

    def sections(self, query: str) -> list[tuple[str, list[Match]]]:
        """The sections that are known at once, by their best match."""
        if query:
            found = [(self.RESULTS, ranked(query, self._items)), *by_section(ranked(query, self._more))]
            found = sorted(found, key=lambda each: -max((match.score for match in each[1]), default=0))
        else:
            found = by_section([Match(item) for item in self._items if not item.lacks])
            found += by_section([Match(item) for item in self._more])
        most = MOST_OF_A_SECTION if query else FIRST_OF_A_SECTION
        bounded = {item.section for item in self._more}
        return [(name, matches[:most] if name in bounded else matches) for name, matches in found]

    def note(self, section: str) -> str:
        """What stands beside the heading of a section."""
        return ""

    def _ask(self) -> None:
        """Ask the sources for what is typed; what they gave for another query is no longer waited for."""
        if self._sources:
            self._asked = len(self._sources)
            run_latest(self, partial(self._search, self._field.value.strip()), group="search")

    async def _search(self, query: str) -> None:
        await asyncio.gather(*(self._search_in(source, query) for source in self._sources))

    async def _search_in(self, source: ItemSource, query: str) -> None:
        async for items in source.search(query):
            if items != self._late.get(source.section, ()):
                # In the order of the sources, whichever is first.
                late = self._late | {source.section: items}
                self._late = {each.section: late[each.section] for each in self._sources if each.section in late}
                self._fill(keep=True)
            if self.is_waiting and self._list.item is not None:
                self._choose(self._list.item)
        self._asked -= 1
        if not self._asked:
            self.end_wait()
        self._say_keys()

    def wait_changed(self) -> None:
        self._say_keys()

    # -- choosing ----------------------------------------------------------------------------------------------------

    @on(LineField.Submitted)
    def _enter(self) -> None:
        if (item := self._list.item) is not None:
            self._choose(item)
        elif self._asked:
            self.wait_for_match()

    @on(MenuList.Chosen)
    def _clicked(self, event: MenuList.Chosen) -> None:
        self._choose(event.item)

    def _choose(self, item: MenuItem) -> None:
        if not item.lacks and item.run is not None and self.is_current:
            self.dismiss(item)

    def action_move(self, step: int) -> None:
        self._list.action_move(step)

    def action_move_page(self, pages: int) -> None:
        self._list.action_move_page(pages)

    def on_key(self, event: events.Key) -> None:
        """Close by the key that opened it, and take what was typed before the field had the focus."""
        if event.key in self._closing_keys:
            event.stop()
            self.dismiss(None)
        elif not self._field.has_focus and (text := typed_text(event)):
            event.stop()
            self._field.insert(text)
            self._field.focus()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self or isinstance(event.widget, Label):  # beside the list, or on what says how to close
            self.dismiss(None)

    # -- below the list ----------------------------------------------------------------------------------------------

    @on(MenuList.Moved)
    def _say_keys(self) -> None:
        item = self._list.item
        about = self.query_one(".menu-dialog--about", Label)
        about.update(Content("" if item is None else plain_line(self.about(item))), layout=False)
        self.query_one(HintRow).show(self._nothing() if item is None else self.hints(item))

    def _nothing(self) -> Sequence[Hint]:
        """Why there is no item."""
        if self.is_waiting:
            return Hint("", "Searching… The first match will be chosen."), Hint("Esc", "cancel", CLOSE)
        if self._asked:
            return (
                Hint("", "Still searching. Press Enter to wait for a match." if self.has_waited_long else "Searching…"),
            )
        problems = " ".join(plain_line(problem, 200) for problem in self._problems())
        return (Hint("", f"Nothing found. {problems}"),) if problems else (Hint("", "Nothing found."), ESC)

    def about(self, item: MenuItem) -> str:
        """What is said of the item under the cursor."""
        return f"{item.about}: {item.of}" if item.of else item.about

    def hints(self, item: MenuItem) -> Sequence[Hint]:
        """The keys that count while the cursor is on an item."""
        return (Hint("", item.lacks), ESC) if item.lacks else (Hint("Enter", "choose"), Hint("↑ ↓", "select"), ESC)


class ThemePalette(Palette):
    """The themes alone."""

    TITLE = "Choose a theme"
    PLACEHOLDER = "Search themes"
    RESULTS = "Themes"


def by_section(matches: Sequence[Match]) -> list[tuple[str, list[Match]]]:
    """The matches by the sections of their items, both in their order."""
    sections: dict[str, list[Match]] = {}
    for match in matches:
        sections.setdefault(match.item.section, []).append(match)
    return list(sections.items())
