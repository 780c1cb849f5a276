"""Editors for plain text in several lines, with reliable undo and drawing that is safe for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.message import Message as TextualMessage
from textual.widgets import TextArea

from textchat.core.text.sanitize import visible
from textchat.ui.keymap import Group, bindings_for

if TYPE_CHECKING:
    from textual.widgets.text_area import Edit, EditResult

LINE_KEYS = frozenset({"enter", "shift+enter", "alt+enter", "ctrl+j"})
"""Keys that are answered at once: by the detour over the bindings, a fast typist's next letter would overtake them."""


class PlainEditor(TextArea):
    """A text area whose undo and redo restore every edit; base class of all editors of the app.

    Textual 8.2 undoes the text first, then fits the scroll bar to it, and moves the cursor last. Where the scroll bar
    comes or goes in between, the old cursor is looked up in the new text: `ValueError`, and the app ends. That is so
    for a paste of more lines than are shown, on an empty bar.
    """

    def edit(self, edit: Edit) -> EditResult:
        """Apply an edit; one that changes the number of lines is an undo step of its own.

        Textual wraps a step again by the first and last line of all its edits, which are places in one text only while
        none of them moves the lines below it. Of itself it looks for `\\n` and does not know `\\r` for a line's end.
        """
        moves_lines = edit.top[0] != edit.bottom[0] or "\r" in edit.text
        if moves_lines:
            self.history.checkpoint()
        result = super().edit(edit)
        if moves_lines:
            self.history.checkpoint()
        return result

    def undo(self) -> None:
        """Undo the last step, if there is one."""
        self._move_to_top_of(self.history.undo_stack)
        super().undo()

    def redo(self) -> None:
        """Redo the step undone last, if there is one."""
        self._move_to_top_of(self.history.redo_stack)
        super().redo()

    def _move_to_top_of(self, steps: Sequence[Sequence[Edit]]) -> None:
        """Move the cursor to the beginning of the last step, a place that exists before and after it."""
        if steps:
            self.move_cursor(min(edit.top for edit in steps[-1]))

    def get_line(self, line_index: int) -> Text:
        """The line as drawn: pasted control characters must not reach the terminal."""
        return Text(visible(self.document[line_index]), end="", no_wrap=True)


class PromptEditor(PlainEditor):
    """Enter (`prompt.send`) calls `send`; `prompt.newline`, or a backslash and then Enter, makes a new line."""

    BINDINGS = [  # noqa: RUF012
        binding for binding in bindings_for(Group.INPUT) if getattr(binding, "id", "").startswith("prompt.")
    ]

    class Accepted(TextualMessage):
        """Posted when the user has finished the text."""

    def __init__(self, text: str = "", placeholder: str = "") -> None:
        super().__init__(text, placeholder=placeholder, tab_behavior="focus", highlight_cursor_line=False)
        self.cursor_blink = False  # two repaints a second for nothing
        self.match_cursor_bracket = False  # it searches the whole text, for every key

    def send(self) -> None:
        """Called when the user has finished the text; posts `Accepted`."""
        self.post_message(self.Accepted())

    def show(self, text: str) -> None:
        """Replace the whole text as a normal edit, so that Ctrl+Z restores the old one."""
        self.replace(text, (0, 0), self.document.end, maintain_selection_offset=False)

    def on_key(self, event: events.Key) -> None:
        if event.key not in LINE_KEYS:
            return
        event.prevent_default()  # of itself a text area takes Enter for a new line
        bound = self.screen.active_bindings.get(event.key)
        if bound is None or bound.node is not self:
            return
        if bound.binding.id == "prompt.send":
            event.stop()
            self.action_send()
        elif bound.binding.id == "prompt.newline":
            event.stop()
            self.action_newline()

    def action_send(self) -> None:
        row, column = self.cursor_location
        if self.selection.is_empty and self.document[row][:column].endswith("\\"):
            self.replace("\n", (row, column - 1), (row, column), maintain_selection_offset=False)
        else:
            self.send()

    def action_newline(self) -> None:
        self.replace("\n", *self.selection, maintain_selection_offset=False)
