"""Line below a pane with the state and the figures of its reply, in the same columns in every pane."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from textual.content import Content
from textual.message import Message as TextualMessage
from textual.widget import Widget

from textchat.core.conversation import Message
from textchat.core.figures.reply_figures import Figure, ReplyFigures, figures_of, seconds
from textchat.core.figures.reply_state import state_of
from textchat.core.reply import Reply
from textchat.core.votes.vote import TIED, WON
from textchat.ui.themes import muted_style

NO_MARKS: frozenset[Figure] = frozenset()
BEST_MARK = "★"
VOTE_MARKS = {WON: " ♥", TIED: " ="}
"""What a vote says of an answer, behind its state: it is the best, or as good as the others."""


class FigureField(NamedTuple):
    """The format of a figure: its value in `width` cells, with the words around it."""

    width: int
    before: str
    after: str

    @property
    def total(self) -> int:
        return len(self.before) + self.width + len(self.after)


SHORT: dict[Figure, FigureField] = {
    Figure.FIRST: FigureField(6, "", ""),
    Figure.SPEED: FigureField(4, "", "/s"),
    Figure.OUTPUT: FigureField(5, "", "↓"),
    Figure.INPUT: FigureField(5, "", "↑"),
}
FULL: dict[Figure, FigureField] = {
    Figure.FIRST: FigureField(6, "first ", ""),
    Figure.SPEED: FigureField(4, "", " tok/s"),
    Figure.OUTPUT: FigureField(5, "", " out"),
    Figure.INPUT: FigureField(5, "", " in"),
    Figure.REASONING: FigureField(5, "", " thinking"),
    Figure.COST: FigureField(8, "", ""),
    Figure.TOTAL: FigureField(6, "total ", ""),
    Figure.FIRST_TEXT: FigureField(6, "words ", ""),
}
MAIN = (Figure.SPEED, Figure.OUTPUT, Figure.FIRST, Figure.INPUT)
MORE = (Figure.COST, Figure.REASONING, Figure.TOTAL, Figure.FIRST_TEXT)
STEPS = (
    *((figure, SHORT[figure]) for figure in MAIN),
    *((figure, FULL[figure]) for figure in MAIN),
    *((figure, FULL[figure]) for figure in MORE),
)
"""What a wider line gains, step by step: the main figures, their words, and then the rest."""
STATE_WIDTH = 11
"""`● streaming`"""
WIDE_STATE_WIDTH = 13
"""`▲ interrupted`"""


@lru_cache(256)
def fields_for(width: int) -> tuple[tuple[Figure, FigureField], ...]:
    """The figures that fit beside the state in `width` cells, the most important ones first."""
    left = width - state_width(width)
    chosen: dict[Figure, FigureField] = {}
    for figure, field in STEPS:
        left -= field.total - chosen[figure].total if figure in chosen else field.total + 1
        if left < 0:
            break
        chosen[figure] = field
    return tuple((figure, chosen[figure]) for figure in Figure if figure in chosen)


def state_width(width: int) -> int:
    return WIDE_STATE_WIDTH if width >= 40 else STATE_WIDTH


def race_line(
    shown: Reply | Message | None,
    width: int,
    *,
    best: frozenset[Figure] = NO_MARKS,
    streaming_gain_s: float | None = None,
    vote: float | None = None,
    muted: str = "$muted",
) -> Content:
    """The line for `shown` in `width` cells; `best` are the figures it won in a race, `vote` its score in a vote.

    `streaming_gain_s` is how much sooner (or, below 0, later) its first words came than those of the same request
    without streaming; to say so goes before the last figures.
    """
    if shown is None or width <= 0:
        return Content("")
    state = state_of(shown)
    vote_mark = VOTE_MARKS.get(vote, "") if vote is not None else ""
    style = state.style or muted
    sign = Content.assemble((state.glyph, style), " ", (state.word, style), (vote_mark, "bold $accent"))
    if not state.figures_count:
        return sign.truncate(width, ellipsis=True)
    parts = [sign.truncate(state_width(width), ellipsis=True, pad=True)]
    figures = figures_of(shown)
    fields = fields_for(width)
    note, fields = _gain_note(streaming_gain_s, fields, width - state_width(width))
    for figure, field in fields:
        parts.append(_field(figures, figure, field, figure in best, muted))
    return Content("").join([*parts, Content.styled(note, muted)]).truncate(width)


FigureFields = tuple[tuple[Figure, FigureField], ...]


def _gain_note(gain_s: float | None, fields: FigureFields, room: int) -> tuple[str, FigureFields]:
    """The longest note that leaves room for two figures, or else the shortest, and the figures before it."""
    if gain_s is None:
        return "", fields
    span = f"{seconds(abs(gain_s))} {'sooner' if gain_s > 0 else 'later'}"
    kept: FigureFields = ()
    note = ""
    for note in (f"  first words {span} than blocking", f"  {span} than blocking", f"  {span}"):
        left, kept = room - len(note), ()
        for place, (_, field) in enumerate(fields, start=1):
            left -= field.total + 1
            if left >= 0:
                kept = fields[:place]
        if len(kept) >= min(2, len(fields)):
            break
    return (note, kept) if len(note) <= room else ("", fields)


def _field(figures: ReplyFigures, figure: Figure, field: FigureField, is_best: bool, muted: str) -> Content:
    value = figures.text(figure)
    if not value:
        return Content(" " * (field.total + 1))
    mark = BEST_MARK if is_best else " "
    blank = " " * (field.width - len(value))
    # The mark stands right before the figure, label included, in the column that keeps the fields apart.
    return Content.assemble(
        ("" if field.before else blank),
        (mark, "$accent"),
        (field.before, muted),
        (blank if field.before else ""),
        (value, "bold" if is_best else ""),
        (field.after, muted),
    )


class RaceLine(Widget):
    """Draws the race line of one pane; it has no timer, so its owner calls `show` or `refresh`."""

    ALLOW_SELECT = False

    class StateChanged(TextualMessage):
        """The state of the reply has changed; `glyph` is its sign."""

        def __init__(self, race_line: RaceLine, glyph: str) -> None:
            super().__init__()
            self.race_line = race_line
            self.glyph = glyph

    def __init__(self) -> None:
        super().__init__()
        self._glyph = ""
        self._shown: Reply | Message | None = None
        self._best = NO_MARKS
        self._streaming_gain_s: float | None = None
        self._vote: float | None = None

    @property
    def is_outdated(self) -> bool:
        """Whether the state has changed since it was drawn."""
        return self._shown is not None and state_of(self._shown).glyph != self._glyph

    def show(
        self,
        shown: Reply | Message | None,
        best: frozenset[Figure] = NO_MARKS,
        streaming_gain_s: float | None = None,
        vote: float | None = None,
    ) -> None:
        """Show a growing reply, a finished message, or nothing."""
        self._shown, self._best, self._streaming_gain_s, self._vote = shown, best, streaming_gain_s, vote
        glyph = "" if shown is None else state_of(shown).glyph
        if glyph != self._glyph:
            self._glyph = glyph
            self.post_message(self.StateChanged(self, glyph))
        self.refresh()

    def render(self) -> Content:
        return race_line(
            self._shown,
            self.content_size.width,
            best=self._best,
            streaming_gain_s=self._streaming_gain_s,
            vote=self._vote,
            muted=muted_style(self),
        )
