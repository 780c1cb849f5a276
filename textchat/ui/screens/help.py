"""F1: every action with the keys it has now, from the one table."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from textchat.ui.keymap import BY_ID, by_section, keys_of
from textchat.ui.keys import display_key

KEYS_WIDTH = 26
HINT = r"[@click=screen.dismiss]Esc closes[/] · \[keys] in config.toml changes them, by the name on the right"


def help_text(keymap: Mapping[str, str], muted: str = "$muted") -> Content:
    """All actions under their headings; `keymap` is what the user's `[keys]` made of the defaults."""
    lines: list[Content] = []
    for section, actions in by_section():
        lines += (
            [Content(""), Content.styled(section, "bold $primary")]
            if lines
            else [Content.styled(section, "bold $primary")]
        )
        for action in actions:
            keys = ", ".join(display_key(key) for key in keys_of(action, keymap)) or "–"
            if len(keys) > KEYS_WIDTH - 1:
                lines.append(Content.assemble("  ", (keys, "bold")))
                keys = ""
            padded = f"  {keys:<{KEYS_WIDTH}}"
            lines.append(Content.assemble((padded, "bold"), f"{action.help}  ", (action.id, muted)))
    return Content("\n").join(lines)


class HelpScreen(ModalScreen[None]):
    """Closes with Escape, with the key that opened it, or with a click on its last line."""

    BINDINGS = [Binding("escape,q", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap
        self._help_keys = keys_of(BY_ID["app.help"], keymap)

    def compose(self) -> ComposeResult:
        muted = "dim" if self.app.native_ansi_color else "$muted"
        with Vertical(classes="dialog -wide"):
            yield Label("Keys", classes="dialog--title")
            with VerticalScroll():
                yield Static(help_text(self._keymap, muted), markup=False)
            yield Label(HINT, classes="dialog--hint")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in self._help_keys:
            event.stop()
            self.dismiss()
