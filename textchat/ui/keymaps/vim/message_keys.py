"""The keys of vim in the messages: scroll, go by message, find, and select with the cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual import events

from textchat.ui.input.find_bar import FindBar
from textchat.ui.input.typed_text import typed_text
from textchat.ui.keymaps.vim.words import next_word, word_end, word_start

if TYPE_CHECKING:
    from textchat.ui.transcript.message_list import MessageList

MOST = 9999
_NAMES: Mapping[str, str] = {f"ctrl+{key}": f"^{key}" for key in "dufbey"}
_CARET: Mapping[str, str] = {
    "h": "left",
    "l": "right",
    "j": "down",
    "k": "up",
    "0": "line_start",
    "^": "line_start",
    "$": "line_end",
    "^f": "page_down",
    "^b": "page_up",
}
_FIRST = frozenset("gz")
"""Keys that wait for a second one."""


class VimMessages:
    """Answers the keys of one list of messages; what it does not know is the list's own."""

    def __init__(self, messages: MessageList, tell: Callable[[], None]) -> None:
        self._messages = messages
        self._tell = tell
        self._keys = ""
        self._step = 1
        """The direction of the last search."""
        self._selects_lines = False

    @property
    def state(self) -> str:
        return self._keys

    def entered(self) -> None:
        self._keys = ""

    def take(self, event: events.Key) -> bool:
        """Answer a key; False for one that the list is to answer itself."""
        if event.key == "escape" and (self._keys or self._ends_find()):
            self._keys = ""
            self._tell()
            return True
        key, before = _NAMES.get(event.key) or typed_text(event), self._keys
        is_taken = self._take(key) if key is not None else self._forget()
        if self._keys != before:
            self._tell()
        return is_taken

    def _ends_find(self) -> bool:
        """End a search whose words are left already; the messages keep the focus."""
        bar = self._messages.screen.query_one(FindBar)
        if self._messages.caret.place is not None or not bar.is_open:
            return False
        bar.hide()
        return True

    def _forget(self) -> bool:
        self._keys = ""
        return False

    def _take(self, key: str) -> bool:
        digits = self._keys.rstrip("gz")
        waits = self._keys[len(digits) :]
        if key.isdecimal() and key.isascii() and not waits and (key != "0" or digits):
            self._keys = (digits + key)[:6]
            return True
        if key in _FIRST and not waits:
            self._keys = digits + key
            return True
        self._keys = ""
        count = min(int(digits), MOST) if digits else None
        return self._second(waits + key) if waits else self._run(key, count)

    def _second(self, keys: str) -> bool:
        messages = self._messages
        if keys == "gg":
            self._to_edge("home")
        elif keys[0] == "z" and keys[1] in "tzb":
            position, line = self._line()
            share = {"t": 0.0, "z": 0.5, "b": 1.0}[keys[1]]
            messages.window.hold(position, line - round(share * (messages.window.height - 1)))
            messages.repaint()
        return True

    def _line(self) -> tuple[int, int]:
        """The line of the cursor, or the first of the chosen message that is seen."""
        messages = self._messages
        place = messages.caret.place
        position = messages.entries.position_of(place.message_id) if place is not None else None
        if place is not None and position is not None:
            return position, place.line
        target = messages.chosen.target or 0
        return next((row for row in messages.window.rows() if row[0] == target), (target, 0))

    def _run(self, key: str, count: int | None) -> bool:
        times, messages = count or 1, self._messages
        if key in "{}":
            for _ in range(min(times, len(messages.entries))):
                messages.chosen.step(1 if key == "}" else -1)
        elif key == "G":
            self._to_edge("end")
        elif key in ("/", "?"):
            self._step = 1 if key == "/" else -1
            messages.app.call_later(messages.run_action, "screen.run('messages.find')")
        elif key in "nN":
            self._find(self._step if key == "n" else -self._step, times)
        elif key == "V":
            self._select_lines()
        elif messages.caret.place is not None:
            return self._with_caret(key, times)
        else:
            return self._scroll(key, times)
        return True

    def _scroll(self, key: str, times: int) -> bool:
        height = self._messages.window.height
        lines = {"j": 1, "k": -1, "^e": 1, "^y": -1, "^f": height - 2, "^b": 2 - height}.get(key)
        if key in ("^d", "^u"):
            lines = max(1, height // 2) * (1 if key == "^d" else -1)
        if lines is None:
            return False
        self._messages.move(lines * times)
        return True

    def _to_edge(self, edge: str) -> None:
        messages = self._messages
        (messages.scroll_home if edge == "home" else messages.scroll_end)()
        if messages.caret.place is not None:
            messages.caret.go_to_edge(is_end=edge == "end")

    def _find(self, step: int, times: int) -> None:
        bar = self._messages.screen.query_one(FindBar)
        if not bar.is_open:
            bar.show(self._messages)
        for _ in range(min(times, 100)):
            (bar.action_next if step > 0 else bar.action_previous)()

    # -- the cursor --------------------------------------------------------------------------------------------------

    def _with_caret(self, key: str, times: int) -> bool:
        caret = self._messages.caret
        if key in _CARET:
            for _ in range(min(times, 500)):
                caret.move(_CARET[key])
            self._keep_lines()
            return True
        if key in ("^d", "^u"):
            for _ in range(max(1, self._messages.window.height // 2)):
                caret.move("down" if key == "^d" else "up")
            self._keep_lines()
            return True
        if key in "wbeWBE":
            for _ in range(min(times, 500)):
                self._word(key)
            return True
        if key == "y":
            self._messages.action_message_action("message.copy")
            caret.hide()
            self._selects_lines = False
            return True
        if key == "v" and self._selects_lines:
            self._selects_lines = False
            caret.hide()
            return True
        return False

    def _word(self, key: str) -> None:
        """Go by words within the line; at its end to the next line, at its beginning to the one above."""
        caret, is_big = self._messages.caret, key.isupper()
        text, place = caret.line
        steps = {"w": next_word, "e": word_end, "b": word_start}[key.lower()]
        _, to = steps([text], (0, place), is_big=is_big)
        if to == place or to >= len(text.rstrip()):
            caret.move("up" if key in "bB" else "down")
            caret.move("line_end" if key in "bB" else "line_start")
        else:
            caret.go_to(to)

    def _select_lines(self) -> None:
        """Select whole lines from here on; again, let go."""
        caret = self._messages.caret
        if self._selects_lines and caret.place is not None:
            self._selects_lines = False
            caret.hide()
            return
        if caret.place is None:
            caret.mark()
        caret.move("line_start")
        caret.mark()
        self._selects_lines = True
        self._keep_lines()

    def _keep_lines(self) -> None:
        if self._selects_lines:
            self._messages.caret.move("line_end")
