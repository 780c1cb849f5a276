"""The escape sequences for a title and for a notification, and which terminal is known to take which.

Title: OSC 2, with XTWINOPS 22 and 23 to put the old one away and back
(https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). Notifications: OSC 9 (https://iterm2.com/documentation-escape-codes.html),
OSC 777 (https://codeberg.org/dnkl/foot, foot-ctlseqs(7)), OSC 99 (https://sw.kovidgoyal.net/kitty/desktop-notifications/).
Everywhere else, and inside a multiplexer, which swallows what it does not know, it is the bell.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from textchat.core.text.sanitize import plain_line

PUSH_TITLE, POP_TITLE = "\x1b[22;2t", "\x1b[23;2t"
ST, BELL = "\x1b\\", "\a"
LONGEST = 120
"""Characters of a title or a notification."""
_WITHOUT = frozenset({"", "dumb", "unknown", "linux", "cons25", "sun"})
"""Terminals that print what they do not know, or have no title."""
_SILENT = frozenset({"", "dumb", "unknown"})


class Form(Enum):
    """How a terminal is notified."""

    NONE = ""
    BELL = BELL
    OSC_9 = "9"
    OSC_99 = "99"
    OSC_777 = "777"


_PROGRAMS: Mapping[str, Form] = {
    "iTerm.app": Form.OSC_9,
    "WezTerm": Form.OSC_777,
    "ghostty": Form.OSC_777,
    "kitty": Form.OSC_99,
}
_TERMS: Mapping[str, Form] = {
    "xterm-kitty": Form.OSC_99,
    "xterm-ghostty": Form.OSC_777,
    "foot": Form.OSC_777,
    "foot-extra": Form.OSC_777,
    "wezterm": Form.OSC_777,
    "rxvt-unicode": Form.BELL,
}


def takes_title(environ: Mapping[str, str]) -> bool:
    """Whether the terminal has a title that can be put back; GNU screen has no stack of them."""
    term = environ.get("TERM", "")
    return term not in _WITHOUT and not environ.get("STY") and not (term.startswith("screen") and not _in_tmux(environ))


def form_of(environ: Mapping[str, str]) -> Form:
    """How the terminal is notified."""
    term = environ.get("TERM", "")
    if term in _SILENT:
        return Form.NONE
    if _in_tmux(environ) or environ.get("STY") or term.startswith(("screen", "tmux")):
        return Form.BELL
    if environ.get("LC_TERMINAL") == "iTerm2":  # goes along over ssh
        return Form.OSC_9
    return _PROGRAMS.get(environ.get("TERM_PROGRAM", "")) or _TERMS.get(term, Form.BELL)


def _in_tmux(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("TMUX"))


def title_sequence(title: str) -> str:
    """Set the title of the window."""
    return f"\x1b]2;{plain_line(title, LONGEST)}{ST}"


def notification(form: Form, text: str) -> str:
    """The bytes that notify of a text, which is sanitised here."""
    shown = plain_line(text, LONGEST)
    match form:
        case Form.NONE:
            return ""
        case Form.BELL:
            return BELL
        case Form.OSC_9:
            return f"\x1b]9;{shown}{ST}"
        case Form.OSC_99:
            return f"\x1b]99;i=textchat:d=0;textchat{ST}\x1b]99;i=textchat:p=body;{shown}{ST}"
        case Form.OSC_777:
            return f"\x1b]777;notify;textchat;{shown.replace(';', ',')}{ST}"
