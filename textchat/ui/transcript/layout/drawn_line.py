"""One line of an entry at the full width of the list: bar, indentation, text and padding."""

from __future__ import annotations

from typing import NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from textchat.ui.transcript.layout.entry_parts import MARGIN, EntryPart, LayoutContext
from textchat.ui.transcript.layout.strips import shortened

BAR = "▌"
_EMPTY = Strip([], 0)


class DrawnLine(NamedTuple):
    """A composed line with its inputs, so that an unchanged line is not composed again."""

    text: Strip
    context: LayoutContext
    has_bar: bool
    is_chosen: bool
    strip: Strip

    @classmethod
    def compose(
        cls,
        part: EntryPart | None,
        line: int,
        context: LayoutContext,
        *,
        has_bar: bool,
        is_chosen: bool,
        known: DrawnLine | None = None,
    ) -> DrawnLine:
        """Compose the line of an entry from `part`, blank for None; returns `known` if nothing has changed."""
        text = _EMPTY if part is None else part.drawing.line(line - part.top)
        if (
            known is not None
            and known.text is text
            and known.context is context
            and known.has_bar is has_bar
            and known.is_chosen is is_chosen
        ):
            return known
        return cls(text, context, has_bar, is_chosen, _strip(part, text, context, has_bar, is_chosen))


def _strip(part: EntryPart | None, text: Strip, context: LayoutContext, has_bar: bool, is_chosen: bool) -> Strip:
    styles, width = context.styles, context.width
    if has_bar:
        left = [Segment(BAR, styles.chosen_bar if is_chosen else styles.prompt_bar), Segment(" " * (MARGIN - 1))]
    else:
        left = [Segment(" " * MARGIN)]
    if part is not None and part.indent:
        left.append(Segment("│ ".ljust(part.indent), styles.thread))
    used = (MARGIN if part is None else part.left) + text.cell_length
    if used > width:
        return shortened(Strip([*left, *text]), width)
    return Strip([*left, *text, Segment(" " * (width - used))], width)
