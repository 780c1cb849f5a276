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
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_end, width_of
from textchat.ui.bar.recall.recalled import RecalledPrompt, RecalledPrompts
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.side_panel.conversation_list import date_of
from textchat.ui.themes import muted_style
from textchat.ui.workers import run_latest

LONGEST_QUERY = 100
LONGEST_SHOWN = 1000
"""Characters of a prompt that are shown at the foot of the list."""
WIDEST_TITLE = 28
ROWS_OF_PREVIEW = 3
Search = Callable[[str], AsyncIterator[RecalledPrompts]]


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
            yield OptionList(compact=True)
            yield Label(classes="dialog--remark", markup=False)
            yield HintRow(
                [
                    Hint("Enter", "put into the input bar", "screen.enter"),
                    Hint("↑ ↓", "select"),
                    Hint("Esc", "close", "screen.dismiss"),
                ]
            )

    def on_mount(self) -> None:
        self._look("")

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

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
        """Draw the rows; the highlight stays on the one that was chosen."""
        options = self.query_one(OptionList)
        index = options.highlighted or 0 if chosen is None and self._found_for is None else 0
        now, width, muted = time.time(), options.scrollable_content_region.width or 64, muted_style(self)
        rows = [Option(_drawn(row, now, width, muted)) for row in self._found.rows]
        options.set_options(rows or [Option(Content(self._nothing()), disabled=True)])
        if rows:
            places = {
                (row.prompt.conversation_id, row.prompt.message_id): at for at, row in enumerate(self._found.rows)
            }
            key = chosen and (chosen.prompt.conversation_id, chosen.prompt.message_id)
            options.highlighted = places.get(key, index) if key else index
        self._preview()

    def _nothing(self) -> str:
        if self._problem:
            return plain_line(self._problem, 300)
        if self._found_for is None:
            return "Loading…"
        if self._found_for.strip():
            return f"Nothing found for “{plain_line(self._found_for, 40)}”."
        return "No prompts yet."

    @on(OptionList.OptionHighlighted)
    def _preview(self) -> None:
        """Show more of the highlighted prompt at the foot."""
        row, label = self._highlighted(), self.query_one(".dialog--remark", Label)
        if self.is_waiting:
            text = "Searching… The first match will be chosen."
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
        index = self.query_one(OptionList).highlighted
        return self._found.rows[index] if index is not None and index < len(self._found.rows) else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if self._found.rows:
            options.highlighted = max(0, min((options.highlighted or 0) + step, len(self._found.rows) - 1))

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Choose the highlighted prompt; whoever types and presses Enter at once means what is found then."""
        if self.query_one(LineField).value != self._found_for:
            self.wait_for_match()
        elif (row := self._highlighted()) is not None:
            self.dismiss(row)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found.rows[event.option_index])


def _text_of(row: RecalledPrompt) -> str:
    """The prompt, and behind it the names of its files."""
    return " ".join(filter(None, [row.prompt.beginning.strip(), *(f"+ {name}" for name in row.prompt.files)]))


def _drawn(row: RecalledPrompt, now: float, width: int, muted: str) -> Content:
    """The beginning of the prompt, and at the right its conversation and when it was sent."""
    title = "private" if row.is_private else plain_name(row.prompt.title, 200) or "untitled"
    title = cut_end(title, min(WIDEST_TITLE, max(8, width // 4)))
    about = f"  {title}  {date_of(row.prompt.at, now):>6}"
    room = max(8, width - width_of(about))
    text = cut_end(plain_line(_text_of(row), 4 * room), room)
    return Content.assemble(text, " " * (room - width_of(text)), (about, muted))
