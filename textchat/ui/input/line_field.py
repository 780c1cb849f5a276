"""Editor for one line: a search, a number, a name. It edits as the others do, and looks like Textual's `Input`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.reactive import Reactive
from textual.widgets import TextArea
from textual.widgets.text_area import Edit

from textchat.ui.input.editing_keys import LINE_KEYS
from textchat.ui.input.plain_editor import PlainEditor

if TYPE_CHECKING:
    from textual.widgets.text_area import EditResult


class LineField(PlainEditor, inherit_bindings=False):
    """Posts `Changed`, `Submitted` at Enter, and `Blurred`. Newlines that are pasted become blanks."""

    BINDINGS = [Binding("enter", "submit", show=False), *LINE_KEYS]  # noqa: RUF012
    DEFAULT_CSS = """
    LineField {
        height: 3;
        padding: 0 2;
        overflow: hidden hidden;
        scrollbar-size: 0 0;
        &.-textual-compact { height: 1; padding: 0; }
    }
    """

    virtual_size = Reactive(Size(0, 0), layout=False)
    """Neither its height nor a bar depends on what is in it: no key needs a layout of the whole screen."""

    class Changed(TextArea.Changed):
        """The text has changed."""

    class Submitted(TextualMessage):
        """Enter was pressed."""

        def __init__(self, field: LineField, value: str) -> None:
            super().__init__()
            self.field, self.value = field, value

    class Blurred(TextualMessage):
        """The field has lost the focus."""

    def __init__(
        self, *, placeholder: str = "", id: str | None = None, compact: bool = False, max_length: int = 0
    ) -> None:
        """`max_length` 0 takes any text."""
        self._max_length = max_length
        super().__init__(soft_wrap=False, placeholder=placeholder, id=id, compact=compact)

    @property
    def value(self) -> str:
        return self.text

    @value.setter
    def value(self, value: str) -> None:
        if value != self.text:
            self.load_text(value)
            self.move_cursor(self.document.end)

    def load_text(self, text: str) -> None:
        super().load_text(_on_one_line(text))

    def edit(self, edit: Edit) -> EditResult:
        text = _on_one_line(edit.text)
        if self._max_length:
            taken = len(self.get_text_range(edit.top, edit.bottom))
            text = text[: max(0, self._max_length - len(self.text) + taken)]
        return super().edit(Edit(text, edit.from_location, edit.to_location, edit.maintain_selection_offset))

    def action_submit(self) -> None:
        self.post_message(self.Submitted(self, self.value))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()

    def on_focus(self, event: events.Focus) -> None:
        if not event.from_app_focus:
            self.select_all()

    def on_blur(self) -> None:
        self.post_message(self.Blurred())


def _on_one_line(text: str) -> str:
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")
