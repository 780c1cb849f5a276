"""Asks the terminal how many cells it counts for what terminals count differently."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App

from textchat.render.cells import Sample, count_like
from textchat.ui.terminal.drawing.rich_widths import forget_widths
from textchat.ui.terminal.reports import ask_terminal

_ROW = 2
"""Where the samples are drawn. A report about row 1 may as well be F3 with a modifier."""
_START = f"\x1b[{_ROW};1H"
_PLACE = rf"\x1b\[{_ROW};(\d+)R"
_WIDEST = 12
"""No sample is wider, in any terminal that is known."""


async def count_like_terminal(app: App[Any]) -> bool:
    """Count cells as the terminal of a running app does; whether that is another way than so far."""
    has_changed = count_like(await _measure(app))
    if has_changed:
        forget_widths()
    return has_changed


async def _measure(app: App[Any]) -> dict[Sample, int]:
    """Draw each sample, before the first frame, and ask where the cursor went; empty where nobody answers.

    The terminal's word counts, not its name: tmux counts as the library that it was built with, and kitty, foot and
    Ghostty, which know mode 2027 or are always in it, differ in the signs of vowels nevertheless.
    """
    if app.size.width <= _WIDEST or app.size.height < _ROW:
        return {}
    # All in one write, and blanks over it: no terminal shows what lasts so short.
    question = "".join(f"{_START}{sample}\x1b[6n" for sample in Sample) + _START + " " * _WIDEST
    # Whoever waits for the first place must do so before the terminal can tell it: the last of them asks for all.
    questions = [*[""] * (len(Sample) - 1), question]
    answers = await asyncio.gather(*(ask_terminal(app, question, _PLACE) for question in questions))
    cells = [int(answer[1]) - 1 for answer in answers if answer is not None]
    if len(cells) < len(Sample) or max(cells) > _WIDEST:
        return {}  # one that is missing would be taken for another
    return dict(zip(Sample, cells, strict=True))
