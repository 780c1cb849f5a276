"""Dialog that asks one question: Enter is yes, Escape is no."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.left_clicks import HintLabel


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
        yes = Content.from_markup("[@click=screen.dismiss(True)]Enter $yes[/]", yes=self._yes)
        no = Content.from_markup("[@click=screen.dismiss(False)]Esc cancel[/]")
        hint = HintLabel(Content.assemble(yes, " · ", no), classes="dialog--hint")
        hint.styles.display = "block"  # also in a low terminal: without it nobody knows what Enter does
        with Vertical(classes="dialog"):
            yield Label(Content(self._question), classes="dialog--title")
            yield hint
