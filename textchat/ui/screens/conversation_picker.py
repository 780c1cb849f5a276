"""Search over everything that was ever said, as one types, and the newest conversations before a word is typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation, or a message in one."""

    conversation_id: str
    title: str
    message_id: str | None = None
    snippet: str = ""
    """What stands around the words; already fit to be shown."""
    marks: tuple[tuple[int, int], ...] = ()
    """The words in the snippet, as ranges of characters."""


Look = Callable[[str, int], Awaitable[Sequence[Found]]]
"""Finds for a text, at most so many; for an empty text the newest."""


class ConversationPicker(ModalScreen[Found | None]):
    """Closes with what was chosen, or with None."""

    BINDINGS = [("escape", "dismiss", "Close"), ("down", "app.focus_next"), ("up", "app.focus_previous")]

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._found: Sequence[Found] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Open a conversation", classes="dialog--title")
            yield Input(placeholder="words, model:NAME, tag:NAME, role:user, before:2026-01-31, is:comparison")
            yield OptionList()

    async def on_mount(self) -> None:
        await self._search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.run_worker(self._search(event.value), group="search", exclusive=True, exit_on_error=False)

    async def _search(self, text: str) -> None:
        self._found = await self._look(text, MOST_ROWS)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_drawn(found)) for found in self._found])
        options.highlighted = 0 if self._found else None

    @on(Input.Submitted)
    def _enter(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None:
            self.dismiss(self._found[highlighted])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])


def _drawn(found: Found) -> Text:
    text = Text(found.title or "untitled", no_wrap=True, overflow="ellipsis")
    if found.snippet:
        snippet = Text(found.snippet, style="dim")
        for start, end in found.marks:
            snippet.stylize("bold not dim", start, end)
        text.append("\n").append_text(snippet)
    return text
