"""What the terminal sends and Textual does not tell: the one module that reaches behind Textual's public face."""

from __future__ import annotations

from textual import _ansi_sequences
from textual.keys import Keys


def understand_alt_enter() -> None:
    """Make Alt+Enter tell itself apart from Enter in terminals without the kitty keyboard protocol.

    They send ESC CR, which Textual 8.2 reads as a plain Enter, so that a prompt would leave where a new line was
    wanted; nothing public comes before that. It becomes Ctrl+J, the key that does the same everywhere.
    """
    known = _ansi_sequences.ANSI_SEQUENCES_KEYS
    if isinstance(known, dict):
        known.setdefault("\x1b\r", (Keys.ControlJ,))
