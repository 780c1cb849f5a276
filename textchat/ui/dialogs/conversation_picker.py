"""Dialog that searches all conversations while typing; with an empty query it lists the newest."""

from __future__ import annotations

import re
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
from textchat.render.cells import cut_end, graphemes, width_of
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField
from textchat.ui.side_panel.conversation_list import date_of
from textchat.ui.side_panel.row_actions import BESIDE_FIELD
from textchat.ui.themes import muted_style
from textchat.ui.workers import run_latest

MOST_ROWS = 50
LEAST_TITLE = 24
"""Cells of a title that models and tags leave it, where they can be shorter."""
SYNTAX = (
    '"a phrase"', "-word", "OR", "role:user", "model:NAME", "tag:NAME", "title:WORD", "after:2026", "before:2026-01-31",
    "is:pinned",
)  # fmt: skip
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
    is_whole: bool = True
    """Whether all words are in the message; else others are elsewhere in its conversation."""
    private: bool = False
    pinned: bool = False
    activity: Activity | None = None

    def place_in(self, text: str) -> int:
        """Where what was found stands in the message's text; 0 if it is not there, as in its reasoning."""
        if not self.marks:
            return 0
        start = self.marks[0][0]
        before, behind = self.snippet[:start].lstrip("…"), self.snippet[start:].rstrip("…")
        # In the snippet, any white space is a blank.
        before, behind = (re.escape(part).replace(r"\ ", r"\s+") for part in (before, behind))
        found = re.search(f"{before}({behind})", text)
        return found.start(1) if found else 0


@dataclass(frozen=True, slots=True)
class FoundConversations:
    """The results of a search, and what is to be said about them."""

    matches: Sequence[ConversationMatch] = ()
    remarks: tuple[str, ...] = ()
    has_more: bool = False
    """Whether there are more than were asked for."""


ConversationSearch = Callable[[str, int], Awaitable[FoundConversations]]
"""Searches for a text, at most so many results; for an empty text the newest. Raises StoreError."""

ActOnRow = Callable[[str, str], Awaitable[None]]
"""Runs an action, by its id, on a conversation, by its id."""


class ConversationPicker(ReportsWorkers, ChoosingDialog[ConversationMatch | None]):
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
        self._found = FoundConversations()
        self._found_for: str | None = None
        """The text that `_found` is the result for; None before the first ones are there."""
        self._problem = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide -list") as dialog:
            dialog.border_title = Content("Open a conversation")
            yield LineField(placeholder="Search titles and messages")
            yield OptionList(compact=True)
            yield Label(classes="dialog--remark", markup=False)
            yield HintRow([Hint(form, "") for form in SYNTAX], classes="dialog--filters")
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
        self.end_wait()
        self._look(event.text_area.text)

    def _look(self, text: str) -> None:
        run_latest(self, partial(self._search, text), group="search")

    async def _search(self, text: str) -> None:
        chosen = self._highlighted() if text == self._found_for else None
        before = (self.query_one(OptionList).highlighted or 0) if chosen else 0
        try:
            self._found, self._problem = await self._find(text, MOST_ROWS), ""
        except StoreError as error:
            self._found, self._problem = FoundConversations(), str(error)
        self._found_for = text
        self._fill(self._place_of(chosen, before))
        if self.is_waiting and (match := self._highlighted()) is not None:
            self.dismiss(match)
        self.end_wait()

    def wait_changed(self) -> None:
        self._remark()

    def _place_of(self, match: ConversationMatch | None, before: int) -> int:
        """Where a match is now that the order may have changed; without it the place where it was."""
        places = {(each.conversation_id, each.message_id): at for at, each in enumerate(self._found.matches)}
        return before if match is None else places.get((match.conversation_id, match.message_id), before)

    def _fill(self, highlighted: int | None = None) -> None:
        """Draw the matches, with the highlight where it was or at the given one."""
        options = self.query_one(OptionList)
        index = (options.highlighted if highlighted is None else highlighted) or 0
        now, width, muted = time.time(), options.scrollable_content_region.width or 64, muted_style(self)
        rows = [Option(_drawn(match, now, width, muted)) for match in self._found.matches]
        self._remark()
        options.set_options(rows or [Option(Content(self._nothing()), disabled=True)])
        if self._found.matches:
            options.highlighted = min(index, len(self._found.matches) - 1)
        self.call_after_refresh(self._refit, width)

    def _refit(self, drawn: int) -> None:
        """Draw the matches again if a scrollbar has come or gone with them."""
        if (self.query_one(OptionList).scrollable_content_region.width or drawn) != drawn:
            self._fill()

    def _nothing(self) -> str:
        """Why there is no row."""
        if self._problem:
            return plain_line(self._problem, 300)
        if self._found_for is None:
            return "Loading…"
        if self._found_for.strip():
            room = self.query_one(OptionList).scrollable_content_region.width - width_of("Nothing found for “”.")
            several = len(self._found_for.split()) > 1
            advice = "Try fewer words or filters." if several else "Try its first letters."
            return f"Nothing found for “{cut_end(plain_line(self._found_for, 60), max(8, room))}”.\n{advice}"
        return "No conversations yet."

    def _remark(self) -> None:
        """Say what was not understood, or that there is more, below the matches."""
        more = f"First {len(self._found.matches)} shown. Add words." if self._found.has_more else ""
        remarks = Content("\n".join(self._found.remarks)).stylize("$warning")
        said = [part for part in (remarks, Content(self._waiting() or more).stylize(muted_style(self))) if part]
        label = self.query_one(".dialog--remark", Label)
        label.update(Content("\n").join(said))
        label.display = bool(said)

    def _waiting(self) -> str:
        """What is said of an Enter that came before its results."""
        if self.is_waiting:
            return "Searching… The first match will be opened."
        return "Still searching. Press Enter to wait for a match." if self._is_late() else ""

    def _is_late(self) -> bool:
        return self.has_waited_long and self.query_one(LineField).value != self._found_for

    # -- choosing ----------------------------------------------------------------------------------------------------

    def _highlighted(self) -> ConversationMatch | None:
        index = self.query_one(OptionList).highlighted
        return self._found.matches[index] if index is not None and index < len(self._found.matches) else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if self._found.matches:
            options.highlighted = max(0, min((options.highlighted or 0) + step, len(self._found.matches) - 1))

    @on(LineField.Submitted)
    def action_enter(self) -> None:
        """Open the highlighted result; whoever types and presses Enter at once means what is found then."""
        if self.query_one(LineField).value != self._found_for:
            self.wait_for_match()
        elif (match := self._highlighted()) is not None:
            self.dismiss(match)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found.matches[event.option_index])

    def action_row(self, action_id: str) -> None:
        """Run an action on the highlighted conversation, and show what has become of it."""
        # Of rows for another text nobody knows yet whether they are meant.
        if self.query_one(LineField).value == self._found_for and (match := self._highlighted()) is not None:
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
    title = plain_line(match.title) or "untitled"
    shown = Content(cut_end(title, max(8, left))).stylize("bold")
    is_title = match.message_id is None and match.snippet == title == shown.plain
    first = Content.assemble(
        (mark, "$primary"),
        _marked(shown, match.marks) if is_title else shown,
        (f"  {activity}" if activity else "", STYLES[match.activity] if match.activity else ""),
        (end, muted),
    )
    if not match.snippet or is_title:
        return first
    where = "" if match.is_whole else "in several messages: "
    return Content.assemble(first, "\n", (where, muted), _near_mark(match, width - len(where)))


def _near_mark(match: ConversationMatch, width: int) -> Content:
    """The snippet, cut at its beginning where its first mark would be out of view."""
    snippet = _marked(Content(visible(match.snippet)), match.marks)
    start, stop = match.marks[0] if match.marks else (0, 0)
    if width_of(snippet.plain[:stop]) <= width - 2:
        return snippet
    room = width // 2 - width_of(snippet.plain[start:stop])
    for first, after, cells in reversed(graphemes(snippet.plain[max(0, start - width) : start])):
        room -= cells
        if room < 0:
            break
        start -= after - first
    return Content("…") + snippet[start:]


def _marked(text: Content, marks: Sequence[tuple[int, int]]) -> Content:
    for start, stop in marks:
        text = text.stylize("bold $accent", start, stop)
    return text


def _about(match: ConversationMatch, room: int) -> Iterator[str]:
    if match.private:
        yield "private"
    if models := name_list(match.models, min(room, 40)):
        yield models
    yield from (f"#{plain_line(tag, 30)}" for tag in match.tags)
