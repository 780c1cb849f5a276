"""Dialog that searches all conversations while typing; with an empty query it lists the newest."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from textchat.core.figures.activity import Activity
from textchat.core.store_error import StoreError
from textchat.core.text.names import name_list
from textchat.core.text.sanitize import plain_line, visible
from textchat.render.cells import cut_end, width_of
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.side_panel.conversation_list import date_of
from textchat.ui.side_panel.row_actions import BESIDE_FIELD
from textchat.ui.themes import muted_style
from textchat.ui.workers import run_latest

MOST_ROWS = 50
LEAST_TITLE = 24
"""Cells of a title that models and tags leave it, where they can be shorter."""
FILTERS = ("model:NAME", "tag:NAME", "role:user", "before:2026-01-31", "after:2026", "is:comparison")
STYLES = {
    Activity.RUNNING: "$primary",
    Activity.FAILED: "$error",
    Activity.DONE: "$success",
    Activity.UNSENT: "$warning",
}


@dataclass(frozen=True, slots=True)
class ConversationMatch:
    """A search result: a conversation, or a message in one."""

    conversation_id: str
    title: str
    message_id: str | None = None
    snippet: str = ""
    """The text around the words, in one line."""
    marks: tuple[tuple[int, int], ...] = ()
    """The words in the snippet, as ranges of characters."""
    at: float = 0.0
    """Unix time in seconds: of the message, or of the conversation's last change."""
    models: tuple[str, ...] = ()
    """Who wrote the message, or those of the panes."""
    tags: tuple[str, ...] = ()
    private: bool = False
    pinned: bool = False
    activity: Activity | None = None


ConversationSearch = Callable[[str, int], Awaitable[Sequence[ConversationMatch]]]
"""Searches for a text, at most so many results; for an empty text the newest. Raises StoreError."""

ActOnRow = Callable[[str, str], Awaitable[None]]
"""Runs an action, by its id, on a conversation, by its id."""


class ConversationPicker(ReportsWorkers, Dialog[ConversationMatch | None]):
    """Closes with the chosen result, or None; `act_on` runs the actions on the one that is highlighted."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        *(action.binding for action in BESIDE_FIELD),
    ]

    def __init__(self, search: ConversationSearch, act_on: ActOnRow) -> None:
        super().__init__()
        self._find = search
        self._act_on = act_on
        self._matches: Sequence[ConversationMatch] = ()
        self._matches_for: str | None = None
        """The text that `_matches` are the results of; None before the first ones are there."""
        self._problem = ""
        self._is_chosen = False
        """Enter was pressed before the results were there: the first one is taken when they come."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide -list"):
            yield Label("Open a conversation", classes="dialog--title")
            yield LineField(placeholder="Search titles and messages")
            yield OptionList(compact=True)
            yield HintRow([Hint(filter_, "") for filter_ in FILTERS], classes="dialog--filters")
            yield HintRow(
                [
                    Hint("Enter", "open", "screen.enter"),
                    *(Hint(act.shown_key, act.word, f"screen.row('{act.action_id}')") for act in BESIDE_FIELD),
                    Hint("Esc", "close", "screen.dismiss"),
                ]
            )

    def on_mount(self) -> None:
        self._look("")

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    # -- what is found -----------------------------------------------------------------------------------------------

    @on(LineField.Changed)
    def _typed(self, event: LineField.Changed) -> None:
        self._is_chosen = False
        self._look(event.text_area.text)

    def _look(self, text: str) -> None:
        run_latest(self, partial(self._search, text), group="search")

    async def _search(self, text: str) -> None:
        chosen = self._highlighted() if text == self._matches_for else None
        before = (self.query_one(OptionList).highlighted or 0) if chosen else 0
        try:
            self._matches, self._problem = await self._find(text, MOST_ROWS), ""
        except StoreError as error:
            self._matches, self._problem = (), str(error)
        self._matches_for = text
        self._fill(self._place_of(chosen, before))
        if self._is_chosen:
            self._is_chosen = False
            self.action_enter()

    def _place_of(self, match: ConversationMatch | None, before: int) -> int:
        """Where a match is now that the order may have changed; without it the place where it was."""
        places = {(each.conversation_id, each.message_id): at for at, each in enumerate(self._matches)}
        return before if match is None else places.get((match.conversation_id, match.message_id), before)

    def _fill(self, highlighted: int | None = None) -> None:
        """Draw the matches, with the highlight where it was or at the given one."""
        options = self.query_one(OptionList)
        index = (options.highlighted if highlighted is None else highlighted) or 0
        now, width, muted = time.time(), options.scrollable_content_region.width or 64, muted_style(self)
        rows = [Option(_drawn(match, now, width, muted)) for match in self._matches]
        options.set_options(rows or [Option(Content(self._nothing()), disabled=True)])
        if self._matches:
            options.highlighted = min(index, len(self._matches) - 1)

    def _nothing(self) -> str:
        """Why there is no row."""
        if self._problem:
            return plain_line(self._problem, 300)
        if self._matches_for is None:
            return "Loading…"
        if self._matches_for.strip():
            return f"Nothing found for “{plain_line(self._matches_for, 60)}”."
        return "No conversations yet."

    # -- choosing ----------------------------------------------------------------------------------------------------

    def _highlighted(self) -> ConversationMatch | None:
        index = self.query_one(OptionList).highlighted
        return self._matches[index] if index is not None and index < len(self._matches) else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if self._matches:
            options.highlighted = max(0, min((options.highlighted or 0) + step, len(self._matches) - 1))

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Open the highlighted result; whoever types and presses Enter at once means what is found then."""
        if self.query_one(LineField).value != self._matches_for:
            self._is_chosen = True
        elif (match := self._highlighted()) is not None:
            self.dismiss(match)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._matches[event.option_index])

    def action_row(self, action_id: str) -> None:
        """Run an action on the highlighted conversation, and show what has become of it."""
        # Of rows for another text nobody knows yet whether they are meant.
        if self.query_one(LineField).value == self._matches_for and (match := self._highlighted()) is not None:
            self.run_worker(self._act(action_id, match.conversation_id), group="actions", exit_on_error=False)

    async def _act(self, action_id: str, conversation_id: str) -> None:
        await self._act_on(action_id, conversation_id)
        self._look(self.query_one(LineField).value)


def _drawn(match: ConversationMatch, now: float, width: int, muted: str) -> Content:
    """The title and what is known of the conversation, in a line, and the words that were found below."""
    activity = f"{match.activity.sign} {match.activity}" if match.activity else ""
    when = date_of(match.at, now) if match.at else ""
    ends = width_of(activity) + width_of(when) + 6
    room = max(0, width - ends - min(LEAST_TITLE, width_of(match.title)))
    about = cut_end("  ".join(_about(match, room)), room)
    end = "".join(f"  {part}" for part in (about, when) if part)
    mark = "• " if match.pinned else ""
    left = width - width_of(end) - width_of(mark) - (width_of(activity) + 2 if activity else 0)
    first = Content.assemble(
        (mark, "$primary"),
        (cut_end(plain_line(match.title) or "untitled", max(8, left)), "bold"),
        (f"  {activity}" if activity else "", STYLES[match.activity] if match.activity else ""),
        (end, muted),
    )
    if not match.snippet:
        return first
    snippet = Content(visible(match.snippet))
    for start, stop in match.marks:
        snippet = snippet.stylize("bold $accent", start, stop)
    return Content("\n").join((first, snippet))


def _about(match: ConversationMatch, room: int) -> Iterator[str]:
    if match.private:
        yield "private"
    if models := name_list(match.models, min(room, 40)):
        yield models
    yield from (f"#{plain_line(tag, 30)}" for tag in match.tags)
