"""Keys that edit text in every editor of the app: readline's, and those of the desktop.

Four keys of readline are something else: Ctrl+F finds, Ctrl+B is the side panel, Ctrl+T adds a pane, Alt+Y does again
what was undone. Ctrl+H is Backspace: terminals that send it for Ctrl+Backspace are not told from those that send it for
Backspace itself. Terminals without the kitty keyboard protocol send Alt+B and Alt+F as Ctrl+Left and Ctrl+Right.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

_STEPS = (
    ("left", "cursor_left"),
    ("right", "cursor_right"),
    ("ctrl+left,alt+b", "cursor_word_left"),
    ("ctrl+right,alt+f", "cursor_word_right"),
    ("home", "cursor_line_start"),
    ("end", "cursor_line_end"),
    ("ctrl+a", "text_line_start"),
    ("ctrl+e", "text_line_end"),
    ("shift+left", "cursor_left(True)"),
    ("shift+right", "cursor_right(True)"),
    ("ctrl+shift+left", "cursor_word_left(True)"),
    ("ctrl+shift+right", "cursor_word_right(True)"),
    ("shift+home", "cursor_line_start(True)"),
    ("shift+end", "cursor_line_end(True)"),
    ("f7,ctrl+shift+a", "select_all"),
)
_EDITS = (
    ("backspace,ctrl+h,shift+backspace", "delete_left"),
    ("delete,ctrl+d,shift+delete", "delete_right"),
    ("ctrl+w", "kill_to_blank"),
    ("alt+backspace,ctrl+backspace", "kill_word_left"),
    ("alt+d,alt+delete,ctrl+delete", "kill_word_right"),
    ("ctrl+u,super+backspace", "kill_to_line_start"),
    ("ctrl+k", "kill_to_line_end"),
    ("ctrl+y", "yank"),
    ("ctrl+z,super+z,ctrl+underscore,ctrl+minus", "undo"),
    ("ctrl+shift+z,super+shift+z,alt+y,super+y", "redo"),
    ("ctrl+x,super+x", "cut"),
    ("ctrl+c,super+c", "copy"),
    ("ctrl+v", "paste"),
)
_ROWS = (
    ("up", "cursor_up"),
    ("down", "cursor_down"),
    ("pageup", "cursor_page_up"),
    ("pagedown", "cursor_page_down"),
    ("shift+up", "cursor_up(True)"),
    ("shift+down", "cursor_down(True)"),
    ("f6", "select_line"),
    ("ctrl+shift+k", "delete_line"),
)


def _bindings(*tables: tuple[tuple[str, str], ...]) -> list[BindingType]:
    return [Binding(keys, action, show=False) for table in tables for keys, action in table]


EDITING_HELP = (
    ("ctrl+a,ctrl+e", "Go to the beginning or the end of the line"),
    ("alt+b,alt+f", "Go a word left or right"),
    ("ctrl+w", "Delete back to the last space"),
    ("alt+backspace", "Delete the word to the left (also Ctrl+Backspace)"),
    ("alt+d,ctrl+delete", "Delete the word to the right"),
    ("ctrl+u,ctrl+k", "Delete to the beginning or the end of the line"),
    ("ctrl+y", "Paste what these keys deleted last"),
    ("ctrl+z", "Undo (also Ctrl+_)"),
    ("ctrl+shift+z,alt+y", "Redo"),
    ("f7", "Select all"),
)
"""The keys that are worth a line in the help, and what they do."""
LINE_KEYS = _bindings(_STEPS, _EDITS)
"""For a text of one line: the keys for rows are left to whoever it belongs to."""
TEXT_KEYS = _bindings(_STEPS, _EDITS, _ROWS)
"""For a text of several lines."""
