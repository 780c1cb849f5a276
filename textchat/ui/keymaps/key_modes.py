"""The keymap in effect: it gives keys other names, or a meaning by mode, before widgets and bindings see them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from textchat.core.configuration import Keymap

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget

    from textchat.ui.keymaps.emacs import EmacsKeys
    from textchat.ui.keymaps.vim.vim_keys import VimKeys


class KeyModes:
    """Keys by mode, for all widgets of an app; what the other keymaps need is loaded when one is chosen."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """`tell` is called when the mode of a widget has changed."""
        self._tell = tell
        self._keys: EmacsKeys | VimKeys | None = None

    @property
    def is_modal(self) -> bool:
        return self._keys is not None

    def use(self, keymap: Keymap, bound: Collection[str]) -> None:
        """Use a keymap from now on; keys that the user has `bound` keep the meaning that they were given."""
        if keymap is Keymap.EMACS:
            from textchat.ui.keymaps.emacs import EmacsKeys

            self._keys = EmacsKeys(frozenset(bound), self._tell)
        elif keymap is Keymap.VIM:
            from textchat.ui.keymaps.vim.vim_keys import VimKeys

            self._keys = VimKeys(frozenset(bound), self._tell)
        else:
            self._keys = None
        self._tell()

    def named(self, widget: Widget | None, event: events.Key) -> events.Key:
        """The key under the name that widgets and bindings know it by."""
        return event if self._keys is None or widget is None else self._keys.named(widget, event)

    def take(self, widget: Widget, event: events.Key) -> bool:
        return self._keys is not None and self._keys.take(widget, event)

    def state_of(self, widget: Widget | None) -> str:
        return "" if self._keys is None or widget is None else self._keys.state_of(widget)
