"""Search over everything that was ever said, as one types, and the newest conversations before a word is typed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from textchat.core.sanitize import plain_line, visible
from textchat.ui.side_panel.conversation_list import age

MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class ConversationMatch:
    """A conversation, or a message in one."""

    conversation_id: str
    title: str
    message_id: str | None = None
    snippet: str = ""
    """What stands around the words, in one line."""
    marks: tuple[tuple[int, int], ...] = ()
    """The words in the snippet, as ranges of characters."""
    at: float = 0.0
    """Unix time in seconds: of the message, or of the conversation's last change."""
    model: str | None = None
    """Who wrote the message."""
    tags: tuple[str, ...] = ()
    private: bool = False


ConversationSearch = Callable[[str, int], Awaitable[Sequence[ConversationMatch]]]
"""Finds for a text, at most so many; for an empty text the newest."""


class ConversationPicker(ModalScreen[ConversationMatch | None]):
    """Closes with what was chosen, or with None."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]

    def __init__(self, look: ConversationSearch) -> None:
        super().__init__()
        self._look = look
        self._found: Sequence[ConversationMatch] = ()
        self._found_for = ""
        """The text that this is the answer to."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Label("Open a conversation", classes="dialog--title")
            yield Input(placeholder="words of it")
            yield OptionList(compact=True)
            yield Label(
                "model:NAME tag:NAME role:user before:2026-01-31 after:2026 is:comparison · Enter opens · Esc closes",
                classes="dialog--hint",
            )

    async def on_mount(self) -> None:
        await self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.run_worker(self._search(event.value), group="search", exclusive=True, exit_on_error=False)

    async def _search(self, text: str) -> None:
        self._found, self._found_for = await self._look(text, MOST_ROWS), text
        now = time.time()
        options = self.query_one(OptionList)
        nothing = Option(Content.styled("nothing has these words" if text else "nothing is stored yet"), disabled=True)
        options.set_options([Option(_drawn(found, now)) for found in self._found] or [nothing])
        if self._found:
            options.highlighted = 0

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if self._found:
            options.highlighted = max(0, min((options.highlighted or 0) + step, len(self._found) - 1))

    @on(Input.Submitted)
    async def _enter(self, event: Input.Submitted) -> None:
        if event.value != self._found_for:  # whoever types and presses Enter at once means what is found then
            await self._search(event.value)
        highlighted = self.query_one(OptionList).highlighted
        if self._found and highlighted is not None:
            self.dismiss(self._found[highlighted])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])


def _drawn(found: ConversationMatch, now: float) -> Content:
    about = [
        "private" if found.private else "",
        plain_line(found.model or "", 40),
        *(f"#{plain_line(tag, 30)}" for tag in found.tags),
        age(found.at, now) if found.at else "",
    ]
    title = Content.assemble(
        (plain_line(found.title, 80) or "untitled", "bold"), ("".join(f"  {each}" for each in about if each), "$muted")
    )
    if not found.snippet:
        return title
    snippet = Content(visible(found.snippet))
    for start, end in found.marks:
        snippet = snippet.stylize("$accent", start, end)
    return Content("\n").join((title, snippet))
