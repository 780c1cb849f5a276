"""Help dialog: every action with its current keys."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Label

from textchat.ui.dialogs.closing import Dialog
from textchat.ui.input.editing_keys import EDITING_HELP
from textchat.ui.keymap import BY_ID, by_section, keys_of
from textchat.ui.keys import display_key
from textchat.ui.themes import muted_style

KEYS_WIDTH = 18
HELP_WIDTH = 61
HINT = r"[@click=screen.dismiss]Esc closes[/] · \[keys] in config.toml changes them, by the dim names"


def help_text(keymap: Mapping[str, str], width: int, muted: str = "$muted") -> Content:
    """All actions by section in `width` cells; `keymap` has the keys of the user's `[keys]` over the defaults.

    The id stands at the right where there is room for it, else on a line of its own.
    """
    lines: list[Content] = []
    indent = " " * KEYS_WIDTH
    for section, actions in by_section():
        lines += [Content("")] if lines else []
        lines.append(Content.styled(section, "bold $primary"))
        for action in actions:
            keys = ", ".join(display_key(key) for key in keys_of(action, keymap)) or "–"
            if len(keys) >= KEYS_WIDTH:
                lines.append(Content.styled(keys, "bold"))
                keys = ""
            first, *rest = wrap(action.help, max(20, width - KEYS_WIDTH))
            line = Content.assemble((keys.ljust(KEYS_WIDTH), "bold"), first)
            id_at = KEYS_WIDTH + HELP_WIDTH
            name = Content.styled(action.id, muted)
            if rest or id_at + len(action.id) > width:
                lines += [line, *(Content(indent + part) for part in rest), Content(indent) + name]
            else:
                lines.append(Content("").join([line, Content(" " * (id_at - line.cell_length)), name]))
    lines += [Content(""), Content.styled("Editing text", "bold $primary")]
    for names, does in EDITING_HELP:
        keys = ", ".join(display_key(key) for key in names.split(","))
        if len(keys) >= KEYS_WIDTH:
            lines.append(Content.styled(keys, "bold"))
            keys = ""
        lines += [Content.assemble((keys.ljust(KEYS_WIDTH), "bold"), does)]
    return Content("\n").join(lines)


class HelpText(Widget):
    """Draws the help at the width of the widget."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def render(self) -> Content:
        muted = muted_style(self)
        return help_text(self._keymap, self.content_size.width or self.app.size.width, muted)

    def on_resize(self) -> None:
        self.refresh(layout=True)


class HelpScreen(Dialog[None]):
    """Closes with Escape, the key that opened it, or a click on its last line."""

    BINDINGS = [Binding("escape,q", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap
        self._help_keys = keys_of(BY_ID["app.help"], keymap)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Label("Keys", classes="dialog--title")
            with VerticalScroll():
                yield HelpText(self._keymap)
            yield Label(HINT, classes="dialog--hint")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in self._help_keys:
            event.stop()
            self.dismiss()
