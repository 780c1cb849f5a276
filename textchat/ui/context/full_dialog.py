"""Dialog that asks what to do with a prompt, or with what is asked again, that does not fit into a model's window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from textchat.core.configuration import FullContext
from textchat.live.context.full_words import dropped_words, excess_line, summary_words
from textchat.ui.dialogs.closing import InterruptingDialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.themes import muted_style

if TYPE_CHECKING:
    from textchat.live.context.full_requests import FullQuestion

BLIND_LINE = "It is too long for at least one of the models."


class FullDialog(InterruptingDialog["FullContext | None"]):
    """Closes with the chosen way, or None: then nothing is sent. No letter is a key: the next prompt may be typed."""

    BINDINGS = [Binding("escape", "dismiss", "Cancel", show=False)]  # noqa: RUF012

    def __init__(self, question: FullQuestion, *, is_blind: bool = False) -> None:
        """`is_blind`: nothing may tell the models, as their windows would."""
        super().__init__()
        self._is_blind = is_blind
        self._question = question
        self._ways = list(self._possible())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            has_prompt = self._question.has_prompt
            dialog.border_title = Content("This prompt does not fit" if has_prompt else "This request does not fit")
            lines = [BLIND_LINE] if self._is_blind else map(excess_line, self._question.panes)
            yield from (Label(line, markup=False, classes="dialog--line") for line in lines)
            yield OptionList(compact=True)
            leave = Hint("Esc", "back to the input bar" if has_prompt else "cancel", "screen.dismiss")
            yield HintRow([Hint("Enter", "choose", "screen.choose"), leave])

    def on_mount(self) -> None:
        muted = muted_style(self)
        ways = self.query_one(OptionList)
        ways.add_options(
            Option(Content.assemble((label, "bold"), "\n", (about, muted))) for _, label, about in self._ways
        )
        ways.focus()

    def readiness_changed(self) -> None:
        self.query_one(OptionList).highlighted = 0 if self.can_choose else None

    def _possible(self) -> Iterator[tuple[FullContext, str, str]]:
        question = self._question
        if question.can_drop:
            yield FullContext.DROP, "Drop the oldest messages", dropped_words(question.panes)
        if question.plans:
            what, cost = summary_words(question.plans, question.cost)
            yield FullContext.SUMMARISE, "Summarise the oldest messages", what if self._is_blind else f"{what} {cost}"
        yield FullContext.SEND, "Send anyway", "the server may refuse it or cut it off"

    def action_choose(self) -> None:
        """Close with the highlighted way."""
        if self.can_choose and (index := self.query_one(OptionList).highlighted) is not None:
            self.dismiss(self._ways[index][0])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        if self.can_choose:
            self.dismiss(self._ways[event.option_index][0])
