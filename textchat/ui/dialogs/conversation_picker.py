"""Dialog that searches all conversations while typing; with an empty query it lists the newest."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from textchat.core.text.sanitize import plain_line, visible
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.input.line_field import LineField
from textchat.ui.side_panel.conversation_list import age

MOST_ROWS = 50


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
    model: str | None = None
    """Who wrote the message."""
    tags: tuple[str, ...] = ()
    private: bool = False


ConversationSearch = Callable[[str, int], Awaitable[Sequence[ConversationMatch]]]
"""Searches for a text, at most so many results; for an empty text the newest."""


class ConversationPicker(ReportsWorkers, Dialog[ConversationMatch | None]):
    """Closes with the chosen result, or None."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]

    def __init__(self, search: ConversationSearch) -> None:
        super().__init__()
        self._find = search
        self._matches: Sequence[ConversationMatch] = ()
        self._matches_for = ""
        """The text that `_matches` are the results of."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Label("Open a conversation", classes="dialog--title")
            yield LineField(placeholder="words of it")
            yield OptionList(compact=True)
            yield Label(
                "model:NAME tag:NAME role:user before:2026-01-31 after:2026 is:comparison · Enter opens · Esc closes",
                classes="dialog--hint",
            )

    async def on_mount(self) -> None:
        await self._search("")

    @on(LineField.Changed)
    def _typed(self, event: LineField.Changed) -> None:
        self.run_worker(self._search(event.text_area.text), group="search", exclusive=True, exit_on_error=False)

    async def _search(self, text: str) -> None:
        self._matches, self._matches_for = await self._find(text, MOST_ROWS), text
        now = time.time()
        options = self.query_one(OptionList)
        nothing = Option(Content.styled("nothing has these words" if text else "nothing is stored yet"), disabled=True)
        options.set_options([Option(_drawn(match, now)) for match in self._matches] or [nothing])
        if self._matches:
            options.highlighted = 0

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if self._matches:
            options.highlighted = max(0, min((options.highlighted or 0) + step, len(self._matches) - 1))

    @on(LineField.Submitted)
    async def _enter(self, event: LineField.Submitted) -> None:
        if event.value != self._matches_for:  # whoever types and presses Enter at once means what is found then
            await self._search(event.value)
        highlighted = self.query_one(OptionList).highlighted
        if self._matches and highlighted is not None:
            self.dismiss(self._matches[highlighted])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._matches[event.option_index])


def _drawn(match: ConversationMatch, now: float) -> Content:
    about = [
        "private" if match.private else "",
        plain_line(match.model or "", 40),
        *(f"#{plain_line(tag, 30)}" for tag in match.tags),
        age(match.at, now) if match.at else "",
    ]
    title = Content.assemble(
        (plain_line(match.title, 80) or "untitled", "bold"), ("".join(f"  {note}" for note in about if note), "$muted")
    )
    if not match.snippet:
        return title
    snippet = Content(visible(match.snippet))
    for start, end in match.marks:
        snippet = snippet.stylize("$accent", start, end)
    return Content("\n").join((title, snippet))
