"""Dialog that edits one text: a message, a prompt, a title."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.keymap import shown_key


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
        with Vertical(classes="dialog"):
            yield Label(Content(self._title), classes="dialog--title")
            yield PromptEditor(self._text)
            yield Label(classes="dialog--hint")

    def on_mount(self) -> None:
        editor = self.query_one(PromptEditor)
        editor.focus()
        editor.move_cursor(editor.document.end)
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        actions = {"prompt.send": "accepts"} | ({} if self._is_one_line else {"prompt.newline": "makes a new line"})
        hints = [f"{key} {does}" for action, does in actions.items() if (key := shown_key(self, action))]
        self.query_one(".dialog--hint", Label).update(Content(" · ".join([*hints, "Esc leaves it as it was"])))

    def on_prompt_editor_accepted(self) -> None:
        self.dismiss(self.query_one(PromptEditor).text)
