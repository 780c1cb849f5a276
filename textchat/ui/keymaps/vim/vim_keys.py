"""The keymap of vim: which of its modes answers a key, by the widget that has the focus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from weakref import WeakKeyDictionary, ref

from textual import events
from textual.widget import Widget

from textchat.ui.input.find_bar import FindBar
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.keymaps.vim.editor_keys import VimEditor
from textchat.ui.keymaps.vim.message_keys import VimMessages
from textchat.ui.lists.cursor_list import CursorList
from textchat.ui.transcript.message_list import MessageList

_IN_LISTS: Mapping[str, str] = {"j": "down", "k": "up", "G": "end", "ctrl+d": "pagedown", "ctrl+u": "pageup"}


class VimKeys:
    """Editors of several lines and the messages have modes; a field of one line types, and Escape leaves it."""

    def __init__(self, bound: frozenset[str], tell: Callable[[], None]) -> None:
        self._bound = bound
        self._tell = tell
        self._modes: WeakKeyDictionary[Widget, VimEditor | VimMessages] = WeakKeyDictionary()
        self._last: ref[Widget] | None = None
        """The widget that was given the last key."""

    def state_of(self, widget: Widget) -> str:
        mode = self._mode_of(widget)
        return "" if mode is None else mode.state

    def named(self, widget: Widget, event: events.Key) -> events.Key:
        name = _IN_LISTS.get(event.key) if isinstance(widget, CursorList) and event.key not in self._bound else None
        return event if name is None else events.Key(name, None)

    def take(self, widget: Widget, event: events.Key) -> bool:
        is_new = self._last is None or self._last() is not widget
        self._last = ref(widget)
        if isinstance(widget, LineField):
            return self._leaves_find(widget, event.key)
        mode = self._mode_of(widget)
        if mode is None or event.key in self._bound:
            return False
        if is_new:
            mode.entered()
        return mode.take(event)

    def _mode_of(self, widget: Widget) -> VimEditor | VimMessages | None:
        mode = self._modes.get(widget)
        if mode is None:
            if isinstance(widget, MessageList):
                mode = VimMessages(widget, self._tell)
            elif isinstance(widget, PlainEditor) and not isinstance(widget, LineField):
                mode = VimEditor(widget, self._tell)
            else:
                return None
            self._modes[widget] = mode
        return mode

    @staticmethod
    def _leaves_find(field: LineField, key: str) -> bool:
        """Enter goes from the words that are looked for to the messages, where n and N go on."""
        bar = field.parent
        if key != "enter" or not isinstance(bar, FindBar) or bar.messages is None:
            return False
        bar.app.call_later(partial(bar.messages.focus, scroll_visible=False))
        return True
