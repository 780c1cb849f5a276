"""Dialog that chooses one of a few words."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow


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
            yield OptionList(*(Option(Content(self._drawn(word))) for word in self._words), compact=True)
            yield Label(Content(self._about), classes="value-dialog--about")
            yield HintRow([Hint("Enter", "choose"), Hint("↑ ↓", "select"), Hint("Esc", "cancel", "screen.dismiss")])

    def _drawn(self, word: str) -> str:
        return f"{'•' if word == self._current else ' '} {word}"

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = self._words.index(self._current) if self._current in self._words else 0
        options.focus()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._words[event.option_index])
