"""Mends how Textual reads Alt from the terminal; the one module that uses Textual's private names."""

from __future__ import annotations

from string import ascii_lowercase
from types import SimpleNamespace
from typing import Any

from textual import _ansi_sequences
from textual.keys import Keys


def understand_alt() -> None:
    """Make Alt tell itself apart in terminals without the kitty keyboard protocol, as tmux and xterm are.

    They send ESC and then the key. Textual 8.2 reads ESC CR as a plain Enter, so that a prompt would leave where a new
    line was wanted: it becomes Ctrl+J, the key that does the same everywhere. And ESC with a letter it reads as
    Alt with that letter, but as one that is printed: in the input bar the letter was typed, and its key never heard.
    Nothing public comes before that. What Textual takes for something else, ESC b and ESC f, stays that.
    """
    known: Any = _ansi_sequences.ANSI_SEQUENCES_KEYS
    if isinstance(known, dict):
        known.setdefault("\x1b\r", (Keys.ControlJ,))
        for letter in ascii_lowercase:
            known.setdefault(f"\x1b{letter}", (SimpleNamespace(value=f"alt+{letter}"),))
