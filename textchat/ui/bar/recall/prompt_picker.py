"""Dialog that finds a sent prompt of any conversation by typing; the newest ones where nothing is typed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_end, fitted, width_of
from textchat.ui.bar.recall.recalled import RecalledPrompt, RecalledPrompts
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.lists.choice_list import QUIET, ChoiceList, Piece
from textchat.ui.side_panel.conversation_list import date_of
from textchat.ui.terminal.drawing.frames import show_now
from textchat.ui.themes import muted_style
from textchat.ui.workers import run_latest

LONGEST_QUERY = 100
LONGEST_SHOWN = 1000
"""Characters of a prompt that are shown at the foot of the list."""
WIDEST_TITLE = 28
ROWS_OF_PREVIEW = 3
Search = Callable[[str], AsyncIterator[RecalledPrompts]]
PromptRow = RecalledPrompt | str
"""A prompt, or why there is none."""


class PromptPicker(ReportsWorkers, ChoosingDialog[RecalledPrompt | None]):
    """Closes with the chosen prompt, or None."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]

    def __init__(self, search: Search, *, closing_keys: Collection[str] = ()) -> None:
        """`closing_keys` are those that open it: pressed again, they close it."""
        super().__init__()
        self._search = search
        self._closing_keys = closing_keys
        self._found = RecalledPrompts()
        self._found_for: str | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide -list") as dialog:
            dialog.border_title = Content("Sent prompts")
            yield LineField(placeholder="Search the prompts of all conversations", max_length=LONGEST_QUERY)
            yield ChoiceList[PromptRow](self._pieces, lambda row: isinstance(row, RecalledPrompt))
            yield Label(classes="dialog--remark", markup=False)
            yield HintRow(
                [
                    Hint("Enter", "put into the input bar", "screen.enter"),
                    Hint("↑ ↓", "select"),
                    Hint("Esc", "close", "screen.dismiss"),
                ]
            )

    def on_mount(self) -> None:
        self._fill()
        self._look("")

    def on_key(self, event: events.Key) -> None:
        if event.key in self._closing_keys:
            event.stop()
            self.dismiss(None)

    # -- what is found -----------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _typed(self, event: LineField.Changed) -> None:
        self.end_wait()
        self._look(event.text_area.text)

    def _look(self, text: str) -> None:
        run_latest(self, partial(self._run, text), group="search")

    async def _run(self, text: str) -> None:
        try:
            async for found in self._search(text):
                if found.rows or found.is_complete:
                    self._take(text, found)
            self._problem = ""
        except StoreError as error:
            self._problem = str(error)
            self._take(text, RecalledPrompts(is_complete=True))
        self.end_wait()

    def _take(self, text: str, found: RecalledPrompts) -> None:
        chosen = self._highlighted() if text == self._found_for else None
        self._found, self._found_for = found, text
        self._fill(chosen)
        if self.is_waiting and (row := self._highlighted()) is not None:
            self.dismiss(row)

    def wait_changed(self) -> None:
        self._preview()

    def _fill(self, chosen: RecalledPrompt | None = None) -> None:
        """Show the rows; the cursor stays on the one that was chosen."""
        choices, rows = self._list, self._found.rows
        places = {_key(row): at for at, row in enumerate(rows)}
        place = None if chosen is None else places.get(_key(chosen))
        choices.show_rows(rows or [self._nothing()], place or 0, line=None if place is None else choices.line)

    @property
    def _list(self) -> ChoiceList[PromptRow]:
        return self.query_one(ChoiceList)

    def _pieces(self, row: PromptRow, width: int) -> list[Piece]:
        return [(row, QUIET)] if isinstance(row, str) else _pieces_of(row, time.time(), width)

    def _nothing(self) -> str:
        if self._problem:
            return plain_line(self._problem, 300)
        if self._found_for is None:
            return "Loading…"
        if self._found_for.strip():
            return f"Nothing found for “{plain_line(self._found_for, 40)}”."
        return "No prompts yet."

    @on(ChoiceList.Moved)
    def _preview(self) -> None:
        """Show more of the highlighted prompt at the foot."""
        row, label = self._highlighted(), self.query_one(".dialog--remark", Label)
        if self.is_waiting:
            text = "Searching… The first match will be chosen."
        elif self.has_waited_long and self._is_late:
            text = "Still searching. Press Enter to wait for a match."
        elif row is None:
            text = ""
        else:
            width = max(20, label.container_size.width)
            more = f"First {len(self._found.rows)} shown. Type to filter. · " if self._found.has_more else ""
            text = cut_end(f"{more}{plain_line(_text_of(row), LONGEST_SHOWN)}", width * ROWS_OF_PREVIEW - 8)
        label.update(Content(text).stylize(muted_style(self)))
        label.display = bool(text)

    # -- choosing ----------------------------------------------------------------------------------------------------

    def _highlighted(self) -> RecalledPrompt | None:
        row = self._list.row
        return None if isinstance(row, str) else row

    @property
    def _is_late(self) -> bool:
        """Whether what is found is still that of another text."""
        return self.query_one(LineField).value != self._found_for

    def action_move(self, step: int) -> None:
        self._list.action_move(step)
        show_now(self)

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Choose the highlighted prompt; whoever types and presses Enter at once means what is found then."""
        if self._is_late:
            self.wait_for_match()
        elif (row := self._highlighted()) is not None:
            self.dismiss(row)

    @on(ChoiceList.Chosen)
    def _chosen(self) -> None:
        if (row := self._highlighted()) is not None:
            self.dismiss(row)


def _key(row: RecalledPrompt) -> tuple[str, str]:
    return row.prompt.conversation_id, row.prompt.message_id


def _text_of(row: RecalledPrompt) -> str:
    """The prompt, and behind it the names of its files."""
    return " ".join(filter(None, [row.prompt.beginning.strip(), *(f"+ {name}" for name in row.prompt.files)]))


def _pieces_of(row: RecalledPrompt, now: float, width: int) -> list[Piece]:
    """The beginning of the prompt, and at the right its conversation and when it was sent."""
    title = "private" if row.is_private else plain_name(row.prompt.title, 200) or "untitled"
    title = cut_end(title, min(WIDEST_TITLE, max(8, width // 4)))
    about = f"  {title}  {date_of(row.prompt.at, now):>6}"
    room = max(8, width - width_of(about))
    text = cut_end(plain_line(_text_of(row), 4 * room), room)
    return [(fitted(text, room), ""), (about, QUIET)]
