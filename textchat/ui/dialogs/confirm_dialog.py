"""Dialog that asks one question: Enter is yes, Escape is no."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow


class ConfirmDialog(Dialog[bool]):
    """Closes with True when Enter is pressed, with False on Escape."""

    BINDINGS = [  # noqa: RUF012
        Binding("enter", "dismiss(True)", "Yes", show=False),
        Binding("escape", "dismiss(False)", "Cancel", show=False),
    ]

    def __init__(self, question: str, yes: str) -> None:
        """`yes` says in a word or two what Enter does."""
        super().__init__()
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        yes, no = Hint("Enter", self._yes, "screen.dismiss(True)"), Hint("Esc", "cancel", "screen.dismiss(False)")
        hint = HintRow([yes, no])
        with Vertical(classes="dialog"):
            yield Label(Content(self._question), classes="dialog--question")
            yield hint
