"""Terminal input and output below Textual: Alt keys that it misreads, and control characters in foreign text.

The one module that uses Textual's private names.
"""

from __future__ import annotations

from string import ascii_lowercase
from types import SimpleNamespace
from typing import Any

from rich.segment import Segment
from textual import _ansi_sequences
from textual.color import Color
from textual.filter import LineFilter
from textual.keys import Keys
from textual.strip import Strip

from textchat.core.text.sanitize import visible
from textchat.ui.transcript.layout.strips import shortened


def understand_alt() -> None:
    """Make Alt keys work in terminals without the kitty keyboard protocol, such as tmux and xterm.

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


class ControlPictures(LineFilter):
    """Replaces control characters by pictures in notices, text fields and other places with foreign text."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        if all(_on_one_line(text) == text for text, _, _ in segments):
            return segments
        shown = [Segment(_on_one_line(text), style) for text, style, control in segments if not control]
        # They took no cells and take one each now, so the end of the line is cut off.
        return list(shortened(Strip(shown), sum(segment.cell_length for segment in segments)))


def _on_one_line(text: str) -> str:
    return visible(text).replace("\n", "␊").replace("\t", "␉")
