"""Dialog that takes the keys of an action by having them pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from textchat.core.text.sanitize import plain_line
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.keys import display_key, normal_key

MOST_KEYS = 6
CONTROLS = {"enter", "escape", "backspace", "ctrl+e"}
"""Keys that do something here; to give one to an action, type its name."""


class KeyDialog(Dialog[str | None]):
    """Closes with the keys, separated by commas (empty: none), or None; `TYPE` asks for a field to type them in.

    The first key that is pressed takes the place of the present ones, others are added.
    """

    TYPE = "\0"

    def __init__(self, title: str, keys: Sequence[str], problem_of: Callable[[str], str]) -> None:
        """`problem_of` says why keys cannot be used, in one sentence."""
        super().__init__()
        self._title = title
        self._keys = list(keys)
        self._is_changed = False
        self._problem_of = problem_of

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -value") as dialog:
            dialog.border_title = Content(self._title)
            yield Label(classes="key-dialog--keys")
            yield Label(classes="value-dialog--about")
            yield HintRow(
                [
                    Hint("Enter", "save"),
                    Hint("Backspace", "remove"),
                    Hint("Ctrl+E", "type the name"),
                    Hint("Esc", "cancel", "screen.dismiss"),
                ]
            )

    def on_mount(self) -> None:
        self._show()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        match event.key:
            case "escape":
                self.dismiss(None)
            case "ctrl+e":
                self.dismiss(self.TYPE)
            case "enter":
                self._save()
            case "backspace":
                self._is_changed = True
                del self._keys[-1:]
                self._show()
            case key:
                self._take(normal_key(key))

    def _take(self, key: str) -> None:
        if not self._is_changed:
            self._keys = []
        self._is_changed = True
        if key not in self._keys and len(self._keys) < MOST_KEYS:
            self._keys.append(key)
        self._show()

    def _save(self) -> None:
        if not self._is_changed:
            self.dismiss(None)
        elif not self._problem:
            self.dismiss(",".join(self._keys))

    @property
    def _problem(self) -> str:
        return self._problem_of(",".join(self._keys)) if self._is_changed else ""

    def _show(self) -> None:
        keys = Content(", ".join(map(display_key, self._keys)) or "no key")
        self.query_one(".key-dialog--keys", Label).update(keys)
        about, problem = self.query_one(".value-dialog--about", Label), self._problem
        about.set_class(bool(problem), "-wrong")
        about.update(Content(plain_line(problem, 500) or "Press a key. A second one is added to it."))
