"""Dialog that chooses one of a few words."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.lists.choice_list import ChoiceList, Piece


class ChoiceDialog(Dialog[str | None]):
    """Closes with the chosen word, or None."""

    BINDINGS = [Binding("escape", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(self, title: str, about: str, words: Sequence[str], current: str) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._words = words
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -value") as dialog:
            dialog.border_title = Content(self._title)
            yield ChoiceList[str](self._pieces)
            yield Label(Content(self._about), classes="value-dialog--about")
            yield HintRow(
                [
                    Hint("Enter", "choose", "screen.choose"),
                    Hint("↑ ↓", "select"),
                    Hint("Esc", "cancel", "screen.dismiss"),
                ]
            )

    def _pieces(self, word: str, width: int) -> list[Piece]:
        return [(f"{'•' if word == self._current else ' '} {word}", "")]

    def on_mount(self) -> None:
        choices = self.query_one(ChoiceList)
        choices.show_rows(self._words, self._words.index(self._current) if self._current in self._words else 0)
        choices.focus()

    @on(ChoiceList.Chosen)
    def action_choose(self) -> None:
        """Close with the word under the cursor."""
        self.dismiss(self.query_one(ChoiceList).row)
