"""The map of the branches of a conversation: walk it, open a branch, compare two, find words by typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Label

from textchat.core.context.branch_map import MapRow, matching_rows, searched_texts
from textchat.ui.context.map_list import MapList
from textchat.ui.dialogs.closing import FullScreen
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation

MOST_MARKED = 2
HINTS = (
    Hint("Enter", "open", "screen.open"),
    Hint("Space", "mark", "screen.mark"),
    Hint("o", "compare the marked", "screen.compare"),
    Hint("Esc", "close", "screen.dismiss"),
)


@dataclass(frozen=True, slots=True)
class MapChoice:
    """What was chosen on the map: one row to be opened, or two to be compared."""

    rows: tuple[MapRow, ...]


class MapScreen(FullScreen["MapChoice | None"]):
    """Closes with a `MapChoice`, or None.

    What is typed is looked for. Space and `o` mark and compare as long as nothing is typed; Tab and Ctrl+Enter always.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", show=False),
        Binding("ctrl+home", "end(0)", show=False),
        Binding("ctrl+end", "end(-1)", show=False),
        Binding("tab", "mark", "Mark", show=False, priority=True),
        Binding("ctrl+enter", "compare", "Compare", show=False, priority=True),
    ]

    def __init__(self, conversation: Conversation, pane_id: str, rows: list[MapRow]) -> None:
        """`rows` are those of `map_rows`, for which a long conversation takes a moment."""
        super().__init__()
        self._conversation = conversation
        self._all = rows
        self._searched: list[tuple[str, str]] = []
        leaf_id = conversation.pane(pane_id).leaf_id
        self._here = next((at for at, row in enumerate(self._all) if row.last_id == leaf_id), len(self._all) - 1)
        self._marked: dict[str, MapRow] = {}

    def compose(self) -> ComposeResult:
        yield Label(classes="map--title", markup=False)
        yield MapField(placeholder="Type to find a message")
        yield MapList(self._conversation)
        yield HintRow(HINTS, classes="full-screen--hint")

    def on_mount(self) -> None:
        self.query_one(MapField).focus()
        self.call_after_refresh(self._show, self._all, self._here)

    @property
    def rows(self) -> MapList:
        return self.query_one(MapList)

    def _show(self, rows: list[MapRow], cursor: int) -> None:
        self.rows.show(rows, self._marked, cursor)
        self._describe()

    def _describe(self) -> None:
        total, shown = len(self._conversation.messages), len(self.rows.rows)
        said = f"{total:,} messages, {_branches(self._all)}"
        if self.query_one(MapField).value.strip():
            said = f"{shown:,} of {total:,} messages found" if shown else "Nothing found. Try fewer words."
        if self._marked:
            said += f" · {len(self._marked)} marked"
        self.query_one(".map--title", Label).update(said)

    @on(LineField.Changed)
    def _typed(self, event: LineField.Changed) -> None:
        text = event.text_area.text.strip()
        if text and not self._searched:
            self._searched = searched_texts(self._conversation)
        found = matching_rows(self._conversation, text, self._searched) if text else self._all
        self._show(found, 0 if text else self._here)

    # -- keys --------------------------------------------------------------------------------------------------------

    def action_move(self, step: int) -> None:
        self.rows.action_move(step)

    def action_page(self, pages: int) -> None:
        self.rows.action_move_page(pages)

    def action_end(self, index: int) -> None:
        self.rows.action_move_to(index)

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark back; of three the first loses its own."""
        if (row := self.rows.chosen) is None:
            return
        if self._marked.pop(row.last_id, None) is None:
            self._marked[row.last_id] = row
            if len(self._marked) > MOST_MARKED:
                self._marked.pop(next(iter(self._marked)))
        self.rows.show_marked(self._marked)
        self._describe()

    def action_compare(self) -> None:
        """Close with two rows: the marked ones, or the marked one and that under the cursor."""
        rows = dict(self._marked)
        if len(rows) == 1 and (row := self.rows.chosen) is not None:
            rows[row.last_id] = row
        if len(rows) == MOST_MARKED:
            self.dismiss(MapChoice(tuple(rows.values())))
        else:
            self.notify("Mark two branches with Space first.", markup=False)

    @on(MapList.RowChosen)
    @on(LineField.Submitted)
    def action_open(self) -> None:
        """Close with the row under the cursor."""
        if (row := self.rows.chosen) is not None:
            self.dismiss(MapChoice((row,)))


class MapField(LineField):
    """The field for what is looked for; while it is empty, Space and `o` are for the map.

    What moves the cursor is done here too, at once: by way of the bindings, Space would overtake it.
    """

    async def on_key(self, event: events.Key) -> None:
        screen = self.screen
        if not isinstance(screen, MapScreen):
            return
        match event.key:
            case "up" | "down":
                screen.action_move(1 if event.key == "down" else -1)
            case "pageup" | "pagedown":
                screen.action_page(1 if event.key == "pagedown" else -1)
            case "space" if not self.value:
                screen.action_mark()
            case "o" if not self.value:
                screen.action_compare()
            case _:
                return
        event.stop()
        event.prevent_default()  # it is not typed


def _branches(rows: list[MapRow]) -> str:
    number = (
        1 + sum(row.is_branch for row in rows) + max(0, sum(not row.depth and row.versions > 1 for row in rows) - 1)
    )
    return "1 branch" if number == 1 else f"{number:,} branches"
