"""Dialog that edits one text: a message, a prompt, a title."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.keymap import shown_key

SHARE = 0.86
"""Of the screen's height, the most that a dialog takes, as the stylesheet says."""
ROWS_AROUND, ROWS_AROUND_LOW = 6, 3
"""Frame, hints and blank rows; the second where a terminal has few rows."""


class PromptDialog(Dialog[str | None]):
    """Closes with the text when Enter is pressed, or None."""

    BINDINGS = [Binding("escape", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(self, title: str, text: str = "", *, is_one_line: bool = False) -> None:
        """`is_one_line` is for a title or a file name: the key for a new line is not shown."""
        super().__init__()
        self._is_one_line = is_one_line
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield PromptEditor(self._text)
            yield HintRow(())

    def on_mount(self) -> None:
        editor = self.query_one(PromptEditor)
        editor.focus()
        editor.move_cursor(editor.document.end)
        self.call_after_refresh(self._show_keys)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)  # by then the screen knows whether it is a low one

    def _fit(self) -> None:
        """Leave the hints their row, however long the text is.

        A container that is as high as its content counts its children without a maximum that is a share of the screen.
        """
        height, is_low = self.app.size.height, self.has_class("-low")
        most = height - ROWS_AROUND_LOW if is_low else int(height * SHARE) - ROWS_AROUND
        editor = self.query_one(PromptEditor)
        editor.styles.max_height = max(1, most)
        self.call_after_refresh(editor.scroll_cursor_visible, animate=False)

    def _show_keys(self) -> None:
        self.query_one(HintRow).show(list(self._hints()))

    def _hints(self) -> Iterator[Hint]:
        if key := shown_key(self, "prompt.send"):
            yield Hint(key, "save", "screen.save")
        if not self._is_one_line and (key := shown_key(self, "prompt.newline")):
            yield Hint(key, "new line")
        yield Hint("Esc", "cancel", "screen.dismiss")

    def on_prompt_editor_accepted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        """Close with the text as it is now."""
        self.dismiss(self.query_one(PromptEditor).text)
