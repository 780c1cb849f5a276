"""The keys that actions have in the keymaps of Emacs and vim, where they differ from the default, and the help on both.

What the default keymap has on Ctrl or Alt with a letter that Emacs takes is on Alt+Shift with that letter there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from textchat.core.configuration import Keymap
from textchat.ui.input.editing_keys import EDITING_HELP

HelpRow = tuple[str, str]
"""Keys, separated by commas, and what they do."""
KEYMAPS: Mapping[Keymap, Mapping[str, str]] = MappingProxyType(
    {
        Keymap.DEFAULT: {},
        Keymap.EMACS: {
            "prompt.target": "alt+shift+s",
            "reply.retry": "alt+shift+r",
            "reply.continue": "alt+shift+g",
            "pane.widen": "alt+shift+w",
            "pane.vote": "alt+shift+v",
            "messages.find": "ctrl+s,ctrl+r,alt+shift+f",
            "message.select_all": "alt+shift+a",
            "conversation.new": "alt+shift+n",
            "side_panel.toggle": "alt+shift+b",
            "app.palette": "alt+shift+p",
        },
        Keymap.VIM: {
            "message.previous": "left_curly_bracket",
            "message.next": "right_curly_bracket",
            "message.next_link": "u",
        },
    }
)
_EMACS_HELP: tuple[HelpRow, ...] = (
    ("ctrl+f,ctrl+b,ctrl+n,ctrl+p", "Go right, left, down, up; also in lists and messages"),
    ("ctrl+v,alt+v", "Go to the next page or the one before"),
    ("ctrl+a,ctrl+e", "Go to the beginning or the end of the line"),
    ("alt+f,alt+b", "Go a word right or left"),
    ("alt+<,alt+>", "Go to the beginning or the end of the text"),
    ("ctrl+space", "Set the mark: moves select, also in the messages"),
    ("alt+w", "Copy what is selected; in the messages also a whole message"),
    ("ctrl+w", "Delete what is selected, or back to the last space"),
    ("alt+d,alt+backspace", "Delete the word to the right or left"),
    ("ctrl+k,ctrl+u", "Delete to the end or the beginning of the line"),
    ("ctrl+y,alt+y", "Paste what was deleted last, or what was deleted before it"),
    ("ctrl+z,ctrl+/", "Undo (also Ctrl+_)"),
    ("ctrl+s,ctrl+r", "Find in the messages; again for the next or the previous"),
    ("ctrl+g", "Step back or cancel, as Esc"),
    ("ctrl+x", "Then Ctrl+C quits, u undoes, h selects all, Ctrl+X swaps the ends, o switches panes, k closes one"),
)
_VIM_HELP: tuple[HelpRow, ...] = (
    ("escape", "Go from insert to normal mode; then step back or cancel the reply"),
    ("i,a,o", "Insert before or behind the cursor, or in a new line (also I, A, O)"),
    ("h,j,k,l", "Go left, down, up, right (also w b e W B E ge 0 ^ $ gg G { } %)"),
    ("f,t,;", "Go to a character of the line, or before it (also F, T and ,)"),
    ("d,c,y", "Delete, change or yank: then a motion, an object or the same key again"),
    ("i,a", "Behind an operator: the word w, what stands in quotes or brackets, the paragraph p"),
    ("x,r,~", "Delete, replace or toggle the case of a character (also X s S D C Y g~ gu gU)"),
    ("p,P", 'Put what was deleted or yanked (after "+ of the clipboard)'),
    ("J,>,<", "Join lines, indent them or take the indent off"),
    ("v,V", "Select characters or lines"),
    ("u,ctrl+r,.", "Undo, redo, repeat the last change"),
    ("j,k", "In the messages: scroll (also Ctrl with e y d u f b, gg, G, zz, zt, zb)"),
    ("{,}", "In the messages: go to the message above or below"),
    ("/,?,n,N", "In the messages: find, then the next or the previous"),
    ("v,V,y", "In the messages: show the cursor, select lines, copy"),
)
EDITING: Mapping[Keymap, tuple[HelpRow, ...]] = MappingProxyType(
    {Keymap.DEFAULT: EDITING_HELP, Keymap.EMACS: _EMACS_HELP, Keymap.VIM: _VIM_HELP}
)
"""The keys of each keymap that are no actions."""
