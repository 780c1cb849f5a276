"""Dialog that lists the points of all replies, to tick those that go into the merge."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from textchat.core.merging.points import Point
from textchat.core.text.sanitize import visible
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.merging.tick_list import TickList, TickRow

if TYPE_CHECKING:
    from textchat.live.merging.merges import ListedPoints

TICK, NO_TICK = "✓", "·"
LONGEST_SHOWN = 20_000
"""Characters of a reply without a list that are shown."""


@dataclass(frozen=True, slots=True)
class PointsChoice:
    """The points that go into the merge; empty: there is no list, and the user goes on with words of his own."""

    points: tuple[Point, ...] = ()


class PointsField(LineField):
    """The field for the words that a point has; while it is empty, Space ticks."""

    async def on_key(self, event: events.Key) -> None:
        screen = self.screen
        if not isinstance(screen, PointsDialog):
            return
        match event.key:
            case "up" | "down":
                screen.points.action_move(1 if event.key == "down" else -1)
            case "pageup" | "pagedown":
                screen.points.action_move_page(1 if event.key == "pagedown" else -1)
            case "space" if not self.value:
                screen.action_tick()
            case _:
                return
        event.stop()
        event.prevent_default()  # it is not typed


class PointsDialog(ReportsWorkers, Dialog["PointsChoice | None"]):
    """Closes with a `PointsChoice`, or None: that ends the request, should it still run.

    `listing` gets the list; `who` says which model makes it, `legend` which reply each letter stands for.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Back", show=False),
        Binding("enter", "enter", "Merge", show=False),
        Binding("ctrl+@,ctrl+space,tab", "tick", "Tick", show=False, priority=True),
        Binding("alt+a", "tick_all", "All or none", show=False, priority=True),
    ]

    def __init__(self, who: str, legend: str, listing: Callable[[], Awaitable[ListedPoints]]) -> None:
        super().__init__()
        self._who = who
        self._legend = legend
        self._listing = listing
        self._all: tuple[Point, ...] = ()
        self._ticked: set[str] = set()
        self._is_failed = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -list -medium -points") as dialog:
            dialog.border_title = Content("Points of the replies")
            dialog.border_subtitle = Content(self._legend)
            yield PointsField(placeholder="Filter the points")
            yield TickList(of_texts=True)
            with VerticalScroll(classes="dialog--text"):
                yield Static(markup=False)
            yield Static(f"{self._who} lists the points…", classes="dialog--cost", markup=False)
            yield HintRow(())

    def on_mount(self) -> None:
        self.points.can_focus = False
        self.query_one(VerticalScroll).display = False
        self.query_one(PointsField).focus()
        self.call_after_refresh(self._show_keys)
        self._list_points()

    @property
    def points(self) -> TickList:
        return self.query_one(TickList)

    @work(exclusive=True, group="points", exit_on_error=False)
    async def _list_points(self) -> None:
        listed = await self._listing()
        self._all, self._is_failed = listed.points, not listed.points
        self._ticked = {point.text for point in listed.points}
        if self._is_failed:
            self._show_failure(listed)
        else:
            self._show()
        self._show_keys()

    def _show_failure(self, listed: ListedPoints) -> None:
        """Show what the model wrote in place of a list: one goes on with an instruction of one's own."""
        self.query_one(PointsField).display = self.points.display = False
        text = self.query_one(VerticalScroll)
        text.display = True
        text.query_one(Static).update(Content(visible(listed.text[:LONGEST_SHOWN])))
        text.focus()
        self._say(f"No list from {self._who}: {listed.problem}")

    def _say(self, sentence: str) -> None:
        self.query_one(".dialog--cost", Static).update(Content(sentence))

    # -- the list ----------------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _show(self) -> None:
        if not self._is_failed and self._all:
            self.points.show(list(self._rows()))
            self._tell_point()
            self._show_keys()

    def _rows(self) -> Iterator[TickRow]:
        for point in self._found():
            sign = TICK if point.text in self._ticked else NO_TICK
            yield TickRow(point.text, sign, point.text, ", ".join(point.said_by))

    def _found(self) -> list[Point]:
        """The points with the words that are typed."""
        words = self.query_one(PointsField).value.casefold().split()
        return [point for point in self._all if all(word in point.text.casefold() for word in words)]

    @on(TickList.Moved)
    def _tell_point(self) -> None:
        """Say the whole of the point under the cursor, which may be cut in its row."""
        row = self.points.row
        self._say(row.key if row is not None else "No point has these words.")

    # -- keys --------------------------------------------------------------------------------------------------------

    def _show_keys(self) -> None:
        back = Hint("Esc", "back", "screen.dismiss")
        if self._is_failed:
            self.query_one(HintRow).show([Hint("Enter", "type an instruction", "screen.enter"), back])
        elif not self._all:
            self.query_one(HintRow).show([Hint("Esc", "cancel", "screen.dismiss")])
        else:
            number = len(self._ticked)
            merge = f"merge {number} {'point' if number == 1 else 'points'}"
            keys = [Hint("Enter", merge, "screen.enter"), Hint("Space", "tick", "screen.tick")]
            self.query_one(HintRow).show([*keys, Hint("Alt+A", "all or none", "screen.tick_all"), back])

    @on(TickList.Chosen)
    def action_tick(self) -> None:
        """Tick the point under the cursor, or take its tick away."""
        if (row := self.points.row) is not None:
            self._ticked ^= {row.key}
            self._show()

    def action_tick_all(self) -> None:
        """Tick all points that are shown; where all are ticked, none of them."""
        found = {point.text for point in self._found()}
        self._ticked = self._ticked - found if found <= self._ticked else self._ticked | found
        self._show()

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Close with the ticked points, or go on without a list."""
        ticked = tuple(point for point in self._all if point.text in self._ticked)
        if ticked or self._is_failed:
            self.dismiss(PointsChoice(ticked))
        else:
            self.app.bell()
