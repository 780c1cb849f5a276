"""Several lines of plain text where Enter is a command: what the input bar and the dialogs have in common."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.widgets import TextArea

from textchat.core.sanitize import visible
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.terminal import understand_alt

LINE_KEYS = frozenset({"enter", "shift+enter", "alt+enter", "ctrl+j"})
"""Keys that are answered at once: by the detour over the bindings, a fast typist's next letter would overtake them."""


class PlainEditor(TextArea):
    """Enter (`prompt.send`) calls `send`; `prompt.newline`, or a backslash and then Enter, makes a new line."""

    BINDINGS = [  # noqa: RUF012
        binding for binding in bindings_for(Group.INPUT) if getattr(binding, "id", "").startswith("prompt.")
    ]

    def __init__(self, text: str = "", placeholder: str = "") -> None:
        super().__init__(text, placeholder=placeholder, tab_behavior="focus", highlight_cursor_line=False)
        self.cursor_blink = False  # two repaints a second for nothing
        self.match_cursor_bracket = False  # it searches the whole text, for every key

    def on_mount(self) -> None:
        understand_alt()

    def send(self) -> None:
        """The user is done with the text."""
        raise NotImplementedError

    def show(self, text: str) -> None:
        """Replace all of the text, as an edit like any other, so that Ctrl+Z brings back what was there."""
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

    def get_line(self, line_index: int) -> Text:
        """The line as it is drawn: a control character that was pasted must not reach the terminal."""
        return Text(visible(self.document[line_index]), end="", no_wrap=True)
