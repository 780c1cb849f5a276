"""One line of an entry at the full width of the list: sign, indentation, text and padding."""

from __future__ import annotations

from typing import NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from textchat.ui.terminal.drawing.plain_strip import PlainStrip
from textchat.ui.transcript.layout.entry_parts import MARGIN, EntryPart, LayoutContext
from textchat.ui.transcript.layout.strips import shortened

CHOSEN = "┃"
"""Beside every line of the chosen message; nothing else on the screen has this sign."""
PROMPT, PROMPT_MORE = "›", "┊"
"""Beside the first line of a prompt, and beside the others."""
_EMPTY = PlainStrip([], 0)


class DrawnLine(NamedTuple):
    """A composed line with its inputs, so that an unchanged line is not composed again."""

    text: Strip
    context: LayoutContext
    sign: str
    strip: Strip

    @classmethod
    def compose(
        cls,
        part: EntryPart | None,
        line: int,
        context: LayoutContext,
        *,
        sign: str,
        known: DrawnLine | None = None,
    ) -> DrawnLine:
        """Compose the line of an entry from `part`, blank for None, with its `sign` at the left.

        Returns `known` if nothing has changed.
        """
        text = _EMPTY if part is None else part.drawing.line(line - part.top)
        if known is not None and known.text is text and known.context is context and known.sign == sign:
            return known
        return cls(text, context, sign, _strip(part, text, context, sign))


def _strip(part: EntryPart | None, text: Strip, context: LayoutContext, sign: str) -> Strip:
    styles, width = context.styles, context.width
    if sign:
        style = styles.chosen_bar if sign == CHOSEN else styles.prompt_bar
        left = [Segment(sign, style), Segment(" " * (MARGIN - 1))]
    else:
        left = [Segment(" " * MARGIN)]
    if part is not None and part.indent:
        left.append(Segment("│ ".ljust(part.indent), styles.thread))
    used = (MARGIN if part is None else part.left) + text.cell_length
    if used > width:
        return shortened(PlainStrip([*left, *text]), width)
    return PlainStrip([*left, *text, Segment(" " * (width - used))], width)
