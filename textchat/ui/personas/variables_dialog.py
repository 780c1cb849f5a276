"""Dialog that asks for the variables of a saved prompt: a field for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.widgets import Label

from textchat.core.personas.template import Variable
from textchat.core.text.sanitize import plain_name
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.dialogs.prompt_dialog import ROWS_AROUND, ROWS_AROUND_LOW, SHARE
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.keymap import shown_key

LEAST_ROWS = 2
"""A name and one line of its value."""


class VariablesDialog(Dialog[Mapping[str, str] | None]):
    """Closes with a value for each variable, or None. Enter goes on to the next field, from the last one it closes."""

    BINDINGS = [  # noqa: RUF012
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
        Binding("escape", "dismiss", "Close", show=False),
    ]

    def __init__(self, title: str, variables: Sequence[Variable]) -> None:
        super().__init__()
        self._title = title
        self._variables = variables

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -fields") as dialog:
            dialog.border_title = Content(f"Use “{plain_name(self._title)}”")
            with VerticalScroll(can_focus=False):
                for variable in self._variables:
                    with Vertical(classes="dialog--field"):
                        yield Label(Content(plain_name(variable.name)), classes="dialog--label")
                        yield PromptEditor(variable.default)
            yield HintRow(())

    def on_mount(self) -> None:
        for editor in self._editors:
            editor.select_all()  # typing replaces a default, as in the fields of the parameters
        self._editors[0].focus()
        self.call_after_refresh(self._show_keys)

    @property
    def _editors(self) -> list[PromptEditor]:
        return list(self.query(PromptEditor))

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)  # by then the screen knows whether it is a low one

    def _fit(self) -> None:
        """Leave the hints their row, however many fields there are."""
        height, is_low = self.app.size.height, self.has_class("-low")
        most = height - ROWS_AROUND_LOW if is_low else int(height * SHARE) - ROWS_AROUND
        self.query_one(VerticalScroll).styles.max_height = max(LEAST_ROWS, most)
        self._show_field()

    def on_descendant_focus(self) -> None:
        self._show_keys()
        self._show_field()

    def _show_field(self) -> None:
        """Scroll the field with the focus into view, and its name."""
        if self.focused is not None and self.focused.parent is not None:
            self.call_after_refresh(self._bring_into_view, self.focused.parent)

    def _bring_into_view(self, field: DOMNode) -> None:
        for each in self.query(".dialog--field"):
            if each is field:
                each.scroll_visible(animate=False)

    def _show_keys(self) -> None:
        editors = self._editors
        is_last = bool(editors) and editors[-1].has_focus
        hints = [Hint(shown_key(self, "prompt.send") or "Enter", "insert" if is_last else "next")]
        hints += [Hint("Tab", "next field")] if len(editors) > 1 else []
        hints += [Hint(key, "new line")] if (key := shown_key(self, "prompt.newline")) else []
        self.query_one(HintRow).show([*hints, Hint("Esc", "cancel", "screen.dismiss")])

    def on_prompt_editor_accepted(self) -> None:
        editors = self._editors
        if self.focused in editors[:-1]:
            editors[editors.index(self.focused) + 1].focus()
        else:
            names = [variable.name for variable in self._variables]
            self.dismiss(dict(zip(names, [editor.text for editor in editors], strict=True)))
