"""Pieces of drawn text → the segments of a row."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style

from textchat.render.cells import is_simple, offset_at, width_of
from textchat.render.spans import Piece
from textchat.render.styles import Styles


def draw_pieces(text: str, start: int, pieces: list[Piece], styles: Styles, base: Style) -> list[Segment]:
    """A row of drawn text that begins at `start`, as segments; what is drawn as one character has one style."""
    if len(pieces) <= 1:
        style = styles.of(base, pieces[0].look, pieces[0].href) if pieces else base
        return [Segment(text, style)] if text else []
    segments: list[Segment] = []
    simple = is_simple(text)
    last = 0
    for piece, following in zip(pieces, [*pieces[1:], None], strict=True):
        stop = min(following.start - start, len(text)) if following else len(text)
        if not simple and stop < len(text):
            stop = max(last, offset_at(text, width_of(text[:stop])))
        if stop > last:
            segments.append(Segment(text[last:stop], styles.of(base, piece.look, piece.href)))
            last = stop
    return segments
