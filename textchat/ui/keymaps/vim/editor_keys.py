"""The modes of vim in one editor: keys become commands, and commands edits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from textual import events
from textual.widgets.text_area import Selection

from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.input.text_steps import right_of
from textchat.ui.input.typed_text import typed_text
from textchat.ui.keymaps.vim.changes import Changes
from textchat.ui.keymaps.vim.grammar import OPERATORS, REDO, Command, Unread, read
from textchat.ui.keymaps.vim.objects import Stretch, object_at
from textchat.ui.keymaps.vim.ranges import Ranges
from textchat.ui.keymaps.vim.steps import Steps
from textchat.ui.keymaps.vim.words import Place, first_word, last_place

ESCAPE = "\x1b"
_NAMES: Mapping[str, str] = {
    "escape": ESCAPE,
    "ctrl+left_square_bracket": ESCAPE,
    "ctrl+r": REDO,
    "left": "h",
    "backspace": "h",
    "right": "l",
    "space": "l",
    "up": "k",
    "down": "j",
    "home": "0",
    "end": "$",
    "delete": "x",
}
_SHORT: Mapping[str, tuple[str, str]] = {
    "x": ("d", "l"),
    "X": ("d", "h"),
    "s": ("c", "l"),
    "S": ("c", "c"),
    "D": ("d", "$"),
    "C": ("c", "$"),
    "Y": ("y", "y"),
}
_UNUSED = frozenset({f"ctrl+{key}" for key in "ehkwxy"} | {"ctrl+backspace", "ctrl+delete"}) | frozenset(
    {"alt+d", "alt+backspace", "alt+delete"}
)
"""Keys that would edit text as if it were insert mode."""
_HALF = {"ctrl+d": "j", "ctrl+u": "k"}
_INSERTS = "iIaAoO"
_MOST_TYPED = 100_000
"""Characters that a count may make of what was typed."""


class Mode(StrEnum):
    """What keys mean now, as the status line says it."""

    INSERT = "INSERT"
    NORMAL = "NORMAL"
    VISUAL = "VISUAL"
    LINES = "VISUAL LINE"


@dataclass(frozen=True)
class _Change:
    """The last change, to be repeated: a command and what was typed behind it."""

    command: Command
    text: str = ""


class VimEditor:
    """Answers the keys of one editor; `tell` is called when the mode or what was typed of a command has changed."""

    def __init__(self, editor: PlainEditor, tell: Callable[[], None]) -> None:
        self._editor = editor
        self._tell = tell
        self._changes = Changes(editor)
        self._steps = Steps(editor)
        self._ranges = Ranges()
        self.mode = Mode.INSERT
        self._keys = ""
        self._anchor: Place = 0, 0
        self._head: Place = 0, 0
        """The ends of what is selected in visual mode, both included."""
        self._last: _Change | None = None
        self._inserting: Command | None = None
        """The command that led to insert mode."""
        self._around: tuple[str, str] | None = None
        """The text before and behind what is typed in insert mode."""
        self._is_repeating = False
        self._document = editor.document

    @property
    def state(self) -> str:
        return f"{self.mode} {self._keys}".rstrip()

    def entered(self) -> None:
        """The editor has got the focus: what is typed is text."""
        if self.mode is not Mode.INSERT:
            self._keys = ""
            self.mode = Mode.INSERT
            self._tell()

    def take(self, event: events.Key) -> bool:
        """Answer a key; False for one that the editor is to answer itself."""
        if self._editor.document is not self._document:
            self._forget()
        before = self.state
        is_taken = self._insert_key(event) if self.mode is Mode.INSERT else self._command_key(event)
        if self.state != before:
            self._tell()
        return is_taken

    def _forget(self) -> None:
        """Another text was loaded: no key brings back what was typed in the one before."""
        self._document = self._editor.document
        self._steps = Steps(self._editor)
        self._last = self._inserting = self._around = None
        self._keys = ""
        if self.mode is not Mode.INSERT:
            self.mode = Mode.NORMAL

    # -- insert mode -------------------------------------------------------------------------------------------------

    def _insert_key(self, event: events.Key) -> bool:
        if _NAMES.get(event.key) == ESCAPE:
            self._leave_insert()
            return True
        if self._sends(event.key):
            self._end_insert()
        else:
            self._begin_insert()
        return False

    def _sends(self, key: str) -> bool:
        """Whether the key hands the text over; the next one is typed."""
        bound = self._editor.screen.active_bindings.get(key)
        return bound is not None and bound.node is self._editor and bound.binding.action == "send"

    def _begin_insert(self) -> None:
        self._steps.begin()
        if self._around is None:
            start, past = sorted(self._editor.selection)
            text = self._editor.document.get_text_range
            self._around = text((0, 0), start), text(past, self._editor.document.end)

    def _end_insert(self) -> None:
        self._around = None
        self._steps.end()

    @property
    def _typed(self) -> str:
        """What was typed since insert mode began, as far as it is one text."""
        text, (before, behind) = self._editor.text, self._around or ("", "")
        is_one = len(text) >= len(before) + len(behind) and text.startswith(before) and text.endswith(behind)
        return text[len(before) : len(text) - len(behind)] if is_one and self._around is not None else ""

    def _leave_insert(self) -> None:
        command, self._inserting = self._inserting, None
        if command is not None and not self._is_repeating:
            typed = self._typed
            if command.name in _INSERTS and typed and 1 < command.times < _MOST_TYPED / len(typed):
                again = f"\n{typed}" if command.name in "oO" else typed
                self._changes.type(again * (command.times - 1))
            self._last = _Change(command, typed)
        self._end_insert()
        self.mode = Mode.NORMAL
        row, column = self._changes.at
        self._changes.go(row, self._left(row, column))
        self._changes.settle()

    def _left(self, row: int, column: int) -> int:
        return last_place([self._changes.lines[row][:column]], 0)

    def _insert(self, command: Command) -> None:
        """Go to insert mode; the change that has begun ends with it."""
        self.mode = Mode.INSERT
        self._inserting = command
        self._around = None
        self._begin_insert()
        if self._is_repeating and self._last is not None:
            text = self._last.text
            is_bounded = command.name in _INSERTS and command.times * len(text) < _MOST_TYPED
            times = command.times if is_bounded else 1
            again = f"\n{text}" if command.name in "oO" else text
            self._changes.type(text + again * (times - 1))
            self._leave_insert()

    # -- commands ----------------------------------------------------------------------------------------------------

    def _command_key(self, event: events.Key) -> bool:
        key = self._token(event)
        if key is None:
            self._keys = ""
            if self._sends(event.key):
                self.entered()
            return event.key in _UNUSED
        if key == ESCAPE:
            return self._escape()
        self._keys = (self._keys + key)[-40:]
        command = read(self._keys, is_visual=self.mode is not Mode.NORMAL)
        if command is Unread.MORE:
            return True
        self._keys = ""
        if isinstance(command, Command):
            self._run(command)
        return True

    def _token(self, event: events.Key) -> str | None:
        waits = bool(self._keys) and self._keys[-1] in "rfFtT"
        if event.key in _HALF and not self._keys:
            self._keys = str(max(1, self._editor.size.height // 2))
            return _HALF[event.key]
        if waits and event.key == "enter" and self._keys[-1] == "r":
            return "\n"
        if waits and (text := typed_text(event)) is not None:
            return text
        return _NAMES.get(event.key) or typed_text(event)

    def _escape(self) -> bool:
        """Step back: from half a command, from visual mode; else it is the screen's."""
        if self._keys:
            self._keys = ""
            return True
        if self.mode is Mode.NORMAL:
            return False
        self._to_normal(self._head)
        return True

    def _to_normal(self, at: Place) -> None:
        self.mode = Mode.NORMAL
        self._changes.go(*at)
        self._changes.settle()

    def _run(self, command: Command) -> None:
        if self.mode is Mode.NORMAL:
            self._run_normal(command)
            if self.mode is Mode.NORMAL:
                self._steps.end()
                self._changes.settle()
        else:
            self._run_visual(command)

    def _run_normal(self, command: Command) -> None:
        name, changes = command.name, self._changes
        if not name:
            self._move(command)
        elif name in ("v", "V"):
            self._anchor = self._head = changes.at
            self.mode = Mode.VISUAL if name == "v" else Mode.LINES
            self._show_selection()
        elif self._editor.read_only and name not in ("y", "Y"):
            return
        elif name in ("u", REDO):
            for _ in range(command.times):
                (self._steps.undo if name == "u" else self._steps.redo)()
        elif name == ".":
            self._repeat(command)
        else:
            self._steps.begin()
            self._change(command)
            if self.mode is Mode.NORMAL and not self._is_repeating and name not in ("y", "Y"):
                self._last = _Change(command)

    def _repeat(self, command: Command) -> None:
        if self._last is None or self._is_repeating:
            return
        count = self._last.command.count if command.count is None else command.count
        self._last = replace(self._last, command=replace(self._last.command, count=count))
        self._is_repeating = True
        self._run_normal(self._last.command)
        self._is_repeating = False

    def _change(self, command: Command) -> None:
        name, changes, (row, column) = command.name, self._changes, self._changes.at
        if name in _SHORT:
            operator, motion = _SHORT[name]
            self._operate(replace(command, name=operator, motion=motion))
        elif name in OPERATORS:
            self._operate(command)
        elif name in ("p", "P"):
            changes.put(command.register, command.times, is_before=name == "P")
        elif name == "J":
            changes.join(row, max(2, command.times))
        elif name == "r":
            changes.replace_characters(command.character, command.times)
        elif name == "~":
            changes.toggle_case(command.times)
        else:
            line = changes.lines[row]
            if name in ("o", "O"):
                changes.open_line(is_above=name == "O")
            elif name in ("a", "A"):
                changes.go(row, right_of(line, column) if name == "a" else len(line))
            elif name == "I":
                changes.go(row, first_word(changes.lines, row) if line.strip() else len(line))
            self._insert(command)

    def _operate(self, command: Command) -> None:
        stretch = self._ranges.stretch(self._changes.lines, self._changes.at, command)
        if stretch is not None and (stretch.is_lines or stretch.start < stretch.end or command.name == "c"):
            self._apply(command, stretch)

    def _apply(self, command: Command, stretch: Stretch) -> None:
        """Do what the operator does to a range."""
        changes, name = self._changes, command.name
        if name in ("d", "c", "y") and (stretch.is_lines or stretch.start < stretch.end):
            changes.keep(stretch, command.register)
        if name == "d":
            changes.delete(stretch)
        elif name == "c":
            changes.empty(stretch)
            self._insert(command)
        elif name == "y":
            changes.go(*stretch.start)
        elif name in ("<", ">"):
            changes.shift(stretch.start[0], stretch.end[0], 1 if name == ">" else -1)
        else:
            changes.change_case(stretch, name)

    # -- motions -----------------------------------------------------------------------------------------------------

    def _move(self, command: Command) -> None:
        if command.motion in ("j", "k", "gj", "gk"):
            self._move_rows(command)
        elif (to := self._ranges.target(self._changes.lines, self._changes.at, command)) is not None:
            self._changes.go(*to)

    def _move_rows(self, command: Command) -> None:
        """By drawn rows, as the editor does it: the bar goes through its history there."""
        editor = self._editor
        for _ in range(min(command.times, editor.wrapped_document.height + 1)):
            text, before = editor.text, editor.cursor_location
            row = editor.wrapped_document.location_to_offset(before).y
            (editor.action_cursor_down if command.motion[-1] == "j" else editor.action_cursor_up)()
            if editor.text != text:
                return
            if editor.wrapped_document.location_to_offset(editor.cursor_location).y == row:
                editor.move_cursor(before, record_width=False)
                return

    # -- visual mode -------------------------------------------------------------------------------------------------

    def _run_visual(self, command: Command) -> None:
        name = command.name
        if not name:
            self._extend(command)
        elif name in ("v", "V"):
            mode = Mode.VISUAL if name == "v" else Mode.LINES
            if mode is self.mode:
                self._to_normal(self._head)
                return
            self.mode = mode
        elif name == "o":
            self._anchor, self._head = self._head, self._anchor
        else:
            self._change_selected(command)
            return
        self._show_selection()

    def _extend(self, command: Command) -> None:
        lines = self._changes.lines
        if command.is_object:
            found = object_at(
                lines, self._head, command.motion[1], is_around=command.motion[0] == "a", count=command.times
            )
            if found is not None:
                self._anchor = found.start
                self._head = found.end[0], last_place([lines[found.end[0]][: found.end[1]]], 0)
                self.mode = Mode.LINES if found.is_lines else self.mode
            return
        self._changes.go(*self._head)
        if command.motion in ("j", "k", "gj", "gk"):
            step = command.times if command.motion[-1] == "j" else -command.times
            row = max(0, min(self._head[0] + step, len(lines) - 1))
            self._head = row, min(self._head[1], len(lines[row]))
        elif (to := self._ranges.target(lines, self._head, command)) is not None:
            self._head = to

    def _show_selection(self) -> None:
        lines, (start, end) = self._changes.lines, sorted((self._anchor, self._head))
        if self.mode is Mode.LINES:
            start, end = (start[0], 0), (end[0], len(lines[end[0]]))
        else:
            end = end[0], right_of(lines[end[0]], end[1])
        is_forward = self._head >= self._anchor
        self._editor.selection = Selection(start, end) if is_forward else Selection(end, start)

    def _selected(self) -> Stretch:
        lines, (start, end) = self._changes.lines, sorted((self._anchor, self._head))
        if self.mode is Mode.LINES:
            return Stretch((start[0], start[1]), end, is_lines=True)
        if end[1] >= len(lines[end[0]]) and end[0] + 1 < len(lines):
            return Stretch(start, (end[0] + 1, 0))  # the newline of an empty line, or what `$` takes
        return Stretch(start, (end[0], right_of(lines[end[0]], end[1])))

    def _change_selected(self, command: Command) -> None:
        stretch = self._selected()
        if command.name in ("X", "D", "Y", "S", "C", "R"):
            stretch = replace(stretch, is_lines=True, end=self._last_row(stretch))
        name = {"x": "d", "X": "d", "D": "d", "s": "c", "S": "c", "C": "c", "R": "c", "Y": "y"}
        name = name | {"u": "gu", "U": "gU", "~": "g~", "P": "p"}
        does = name.get(command.name, command.name)
        command = replace(command, name=does)
        self._to_normal(stretch.start)
        if self._editor.read_only and does != "y":
            return
        self._steps.begin()
        if does == "p":
            self._changes.put_over(stretch, command.register)
        elif does == "J":
            self._changes.join(stretch.start[0], max(2, self._last_row(stretch)[0] - stretch.start[0] + 1))
        elif does == "r":
            self._fill(stretch, command.character)
        elif does in ("<", ">"):
            bottom = self._last_row(stretch)[0]
            self._changes.shift(stretch.start[0], bottom, command.times if does == ">" else -command.times)
        else:
            self._apply(self._as_normal(command, stretch), stretch)
        if self.mode is Mode.NORMAL:
            if does not in ("y", "p", "r"):
                self._last = _Change(self._as_normal(command, stretch))
            self._steps.end()
            self._changes.settle()

    def _last_row(self, stretch: Stretch) -> Place:
        row, column = stretch.end
        return (row - 1, 0) if not stretch.is_lines and column == 0 and row > stretch.start[0] else (row, 0)

    def _as_normal(self, command: Command, stretch: Stretch) -> Command:
        """The command that would do as much from the cursor on, for `.`: lines, or characters of one line."""
        rows = self._last_row(stretch)[0] - stretch.start[0] + 1
        if command.name == "J":
            return replace(command, count=max(2, rows))
        if stretch.is_lines or rows > 1 or command.name in ("<", ">"):
            return replace(command, motion=command.name, count=rows)
        return replace(command, motion="l", count=max(1, stretch.end[1] - stretch.start[1]))

    def _fill(self, stretch: Stretch, character: str) -> None:
        """Write one character over each that is selected."""
        start, end = stretch.start, stretch.end
        if stretch.is_lines:
            start, end = (start[0], 0), (end[0], len(self._changes.lines[end[0]]))
        text = self._editor.document.get_text_range(start, end)
        new = "".join(each if each == "\n" else character for each in text)
        if new != text:
            self._editor.replace(new, start, end, maintain_selection_offset=False)
        self._changes.go(*start)
