"""How much of a model's context window the next request takes: nothing is said before it grows tight."""

from __future__ import annotations

from textchat.core.figures.reply_figures import count
from textchat.core.sanitize import plain_line

TIGHT = 0.8
"""From this share of the window on it is worth a word."""


def context_left(model: str, tokens: int, window: int) -> str:
    """Such as `▲ context 87 % full`, or a sentence where the window is exceeded; empty while there is room."""
    if tokens <= TIGHT * window:
        return ""
    if tokens <= window:
        return f"▲ context {tokens / window:.0%} full"
    return f"▲ about {count(tokens)} tokens, but {plain_line(model, 40)} has room for {count(window)}: shorten it"
