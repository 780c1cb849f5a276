"""The keymap of Emacs: its keys by the names of those that do the same here, the region, and chords of Ctrl+X."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from textual import events
from textual.widget import Widget

from textchat.ui.input.find_bar import FindBar
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.transcript.message_list import MessageList

MARK, PREFIX = frozenset({"ctrl+space", "ctrl+@", "ctrl+at"}), "ctrl+x"
LEAVE = "ctrl+g"
_MOVES: Mapping[str, str] = {
    "ctrl+f": "right",
    "ctrl+b": "left",
    "ctrl+n": "down",
    "ctrl+p": "up",
    "ctrl+v": "pagedown",
    "alt+v": "pageup",
    "ctrl+a": "home",
    "ctrl+e": "end",
}
_IN_EDITORS: Mapping[str, str] = {
    **{key: name for key, name in _MOVES.items() if key not in ("ctrl+a", "ctrl+e")},
    "ctrl+slash": "ctrl+z",
}
_ELSEWHERE: Mapping[str, str] = {**_MOVES, "alt+less_than_sign": "home", "alt+greater_than_sign": "end"}
_IN_FIND: Mapping[str, str] = {"ctrl+s": "down", "ctrl+r": "up"}
_SELECTING: Mapping[str, str] = {
    "left": "cursor_left(True)",
    "right": "cursor_right(True)",
    "up": "cursor_up(True)",
    "down": "cursor_down(True)",
    "home": "cursor_line_start(True)",
    "end": "cursor_line_end(True)",
    "ctrl+a": "cursor_line_start(True)",
    "ctrl+e": "cursor_line_end(True)",
    "alt+f": "cursor_word_right(True)",
    "ctrl+right": "cursor_word_right(True)",
    "alt+b": "cursor_word_left(True)",
    "ctrl+left": "cursor_word_left(True)",
}
_CHORDS: Mapping[str, str] = {"ctrl+c": "app.quit", "o": "screen.run('pane.next')", "k": "screen.run('pane.close')"}
MOST_KILLS = 30


class EmacsKeys:
    """Keys of editors, lists and messages as in Emacs; the region is what is selected."""

    def __init__(self, bound: frozenset[str], tell: Callable[[], None]) -> None:
        self._bound = bound
        self._tell = tell
        self._marked: Widget | None = None
        """Where moves select, since the mark was set there."""
        self._has_prefix = False
        self._kills: WeakKeyDictionary[PlainEditor, _Kills] = WeakKeyDictionary()

    def state_of(self, widget: Widget) -> str:
        return "C-x" if self._has_prefix else "MARK" if self._marked is widget else ""

    def named(self, widget: Widget, event: events.Key) -> events.Key:
        key = event.key
        if key in self._bound or self._has_prefix:
            return event
        if key == LEAVE:
            return events.Key("escape", None)
        name = self._names(widget).get(key)
        if name is None:
            return event
        if self._marked is widget and isinstance(widget, MessageList):
            name = f"shift+{name}"
        return events.Key(name, None)

    @staticmethod
    def _names(widget: Widget) -> Mapping[str, str]:
        if isinstance(widget, PlainEditor):
            is_finding = isinstance(widget, LineField) and isinstance(widget.parent, FindBar)
            return {**_IN_EDITORS, **_IN_FIND} if is_finding else _IN_EDITORS
        return _ELSEWHERE

    def take(self, widget: Widget, event: events.Key) -> bool:
        before = self.state_of(widget)
        if event.key in self._bound:
            return False
        is_taken = self._chord(widget, event.key) if self._has_prefix else self._take(widget, event.key)
        if self.state_of(widget) != before:
            self._tell()
        return is_taken

    def _take(self, widget: Widget, key: str) -> bool:
        if key == PREFIX:
            self._has_prefix = True
            return True
        if key in MARK:
            self._set_mark(widget)
            return True
        if isinstance(widget, PlainEditor):
            return self._edit(widget, key)
        if isinstance(widget, MessageList):
            return self._in_messages(widget, key)
        return False

    def _chord(self, widget: Widget, key: str) -> bool:
        self._has_prefix = False
        if isinstance(widget, PlainEditor) and key == "u":
            widget.action_undo()
        elif isinstance(widget, PlainEditor) and key == "h":
            widget.select_all()
        elif isinstance(widget, PlainEditor) and key == PREFIX:
            widget.selection = type(widget.selection)(widget.selection.end, widget.selection.start)
        elif (action := _CHORDS.get(key)) is not None:
            widget.app.call_later(widget.app.run_action, action, widget.screen)
        return True

    def _set_mark(self, widget: Widget) -> None:
        is_set = self._marked is widget
        self._marked = None if is_set else widget
        if isinstance(widget, PlainEditor):
            widget.move_cursor(widget.cursor_location)
        elif isinstance(widget, MessageList) and not is_set:
            widget.caret.hide()
            widget.caret.mark()
            widget.caret.mark()

    # -- editors -----------------------------------------------------------------------------------------------------

    def _edit(self, editor: PlainEditor, key: str) -> bool:
        kills = self._kills.setdefault(editor, _Kills(editor))
        kills.note()
        if self._marked is editor and key == "escape":
            self._marked = None
            editor.move_cursor(editor.cursor_location)
            return True
        if self._marked is editor and key in _SELECTING:
            editor.app.call_later(editor.run_action, _SELECTING[key])
            return True
        does = self._editing(editor, kills).get(key)
        if does is None:
            if self._marked is editor and not key.startswith("shift+"):
                self._marked = None  # what edits ends the region
            return False
        self._marked = None
        does()
        return True

    @staticmethod
    def _editing(editor: PlainEditor, kills: _Kills) -> Mapping[str, Callable[[], Any]]:
        return {
            "alt+w": kills.copy,
            "alt+y": kills.replace_yanked,
            "ctrl+y": kills.yank,
            "alt+less_than_sign": partial(editor.move_cursor, (0, 0)),
            "alt+greater_than_sign": partial(editor.move_cursor, editor.document.end),
        }

    # -- messages ----------------------------------------------------------------------------------------------------

    def _in_messages(self, messages: MessageList, key: str) -> bool:
        if key == "alt+w":
            messages.action_message_action("message.copy")
            messages.caret.hide()
            self._marked = None
            return True
        if self._marked is messages and key == "escape":
            self._marked = None
            messages.caret.hide()
            return True
        return False


class _Kills:
    """The last kills of one editor, newest last: Alt+Y goes back through them."""

    def __init__(self, editor: PlainEditor) -> None:
        self._editor = editor
        self._texts: deque[str] = deque(maxlen=MOST_KILLS)
        self._yanked: tuple[tuple[int, int], tuple[int, int]] | None = None
        """Where the text is that was yanked last."""

    def note(self) -> None:
        """Take note of what was killed since the last key; a text that was forgotten forgets the others."""
        text = self._editor.killed.text
        if not text:
            self._texts.clear()
        elif not self._texts or self._texts[-1] != text:
            if self._texts and (text.startswith(self._texts[-1]) or text.endswith(self._texts[-1])):
                self._texts.pop()
            self._texts.append(text)

    def copy(self) -> None:
        """Keep the region as if it was killed, also for other programs."""
        editor = self._editor
        if text := editor.selected_text:
            editor.killed.text = text
            editor.app.copy_to_clipboard(text)
            self.note()
        editor.move_cursor(editor.cursor_location)

    def yank(self) -> None:
        start = min(self._editor.selection)
        self._editor.action_yank()
        self._yanked = start, self._editor.cursor_location

    def replace_yanked(self) -> None:
        """Put the kill before it in place of the text that was just yanked."""
        editor = self._editor
        if self._yanked is None or not self._texts or editor.cursor_location != self._yanked[1]:
            return
        self._texts.rotate(1)
        editor.killed.text = self._texts[-1]
        editor.replace(self._texts[-1], *self._yanked, maintain_selection_offset=False)
        self._yanked = self._yanked[0], editor.cursor_location
