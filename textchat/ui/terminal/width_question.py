"""Asks the terminal how many cells it counts for what terminals count differently."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App

from textchat.render.cells import Sample, count_like
from textchat.ui.terminal.reports import ask_terminal
from textchat.ui.terminal.rich_widths import forget_widths

_ROW = 2
"""Where the samples are drawn. A report about row 1 may as well be F3 with a modifier."""
_PLACE = rf"\x1b\[{_ROW};(\d+)R"
_BEGIN, _END = "\x1b7\x1b[?2026h\x1b[8m", f"\x1b[{_ROW};1H\x1b[2K\x1b[m\x1b[?2026l\x1b8"
"""Concealed, and within one frame of terminals that know frames."""
_WIDEST = 12
"""No sample is wider, in any terminal that is known."""


async def count_like_terminal(app: App[Any]) -> bool:
    """Count cells as the terminal of a running app does; whether that is another way than so far."""
    has_changed = count_like(await _measure(app))
    if has_changed:
        forget_widths()
    return has_changed


async def _measure(app: App[Any]) -> dict[Sample, int]:
    """Draw each sample out of sight and ask where the cursor went; empty where nobody answers.

    The terminal's word counts, not its name: tmux counts as the library that it was built with, and kitty, foot and
    Ghostty, which know mode 2027 or are always in it, differ in the signs of vowels nevertheless.
    """
    if app.size.width <= _WIDEST:
        return {}
    samples = list(Sample)
    questions = [f"\x1b[{_ROW};1H{sample}\x1b[6n" for sample in samples]
    questions[0] = _BEGIN + questions[0]
    questions[-1] += _END
    answers = await asyncio.gather(*(ask_terminal(app, question, _PLACE) for question in questions))
    return {
        sample: cells
        for sample, answer in zip(samples, answers, strict=True)
        if answer is not None and (cells := int(answer[1]) - 1) < _WIDEST
    }
