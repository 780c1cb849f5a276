"""Dialog that edits the value of one setting on one line; what cannot be set is said below the field."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.core.text.sanitize import plain_line
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.line_field import LineField

LONGEST = 20_000
"""Characters: more is no setting."""


class ValueDialog(Dialog[str | None]):
    """Closes with the text once `problem_of` finds nothing wrong with it, or None."""

    BINDINGS = [Binding("escape", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(
        self, title: str, about: str, text: str, problem_of: Callable[[str], str], *, placeholder: str = ""
    ) -> None:
        """`about` says what the value may be."""
        super().__init__()
        self._title = title
        self._about = about
        self._text = text
        self._problem_of = problem_of
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -value") as dialog:
            dialog.border_title = Content(self._title)
            yield LineField(placeholder=self._placeholder, max_length=LONGEST)
            yield Label(Content(self._about), classes="value-dialog--about")
            yield HintRow([Hint("Enter", "save", "screen.save"), Hint("Esc", "cancel", "screen.dismiss")])

    def on_mount(self) -> None:
        field = self.query_one(LineField)
        field.focus()
        field.value = self._text
        field.select_all()

    @on(LineField.Changed)
    def _changed(self) -> None:
        self._say(self._about, is_problem=False)

    @on(LineField.Submitted)
    def action_save(self) -> None:
        """Close with the text, or say what is wrong with it."""
        text = self.query_one(LineField).value
        if problem := self._problem_of(text):
            self._say(problem, is_problem=True)
        else:
            self.dismiss(text)

    def _say(self, sentence: str, *, is_problem: bool) -> None:
        label = self.query_one(".value-dialog--about", Label)
        label.set_class(is_problem, "-wrong")
        label.update(Content(plain_line(sentence, 500)))
