"""Line below a pane with the state and the figures of its reply, in the same columns in every pane of a row."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message as TextualMessage
from textual.widget import Widget

from textchat.core.conversation import Message
from textchat.core.figures.reply_figures import Figure, ReplyFigures, figures_of, seconds, short_dollars
from textchat.core.figures.reply_state import ReplyState, state_of
from textchat.core.reply import Reply
from textchat.core.text.sanitize import plain_line
from textchat.core.votes.vote import TIED, WON
from textchat.render.cells import cut_end, width_of
from textchat.ui.panes.race_table import GROWING, Columns, FigureField, RaceTable, fields_for
from textchat.ui.themes import muted_style

NO_MARKS: frozenset[Figure] = frozenset()
BEST_MARK = "★"
READABLE = 30
"""Cells of a fault that say enough of it to go before the last figures."""
VOTE_MARKS = {WON: " ♥", TIED: " ="}
"""What a vote says of an answer, behind its state: it is the best, or as good as the others."""


def race_line(
    shown: Reply | Message | None,
    width: int,
    *,
    columns: Columns | None = None,
    figures: ReplyFigures | None = None,
    best: frozenset[Figure] = NO_MARKS,
    streaming_gain_s: float | None = None,
    vote: float | None = None,
    muted: str = "$muted",
) -> Content:
    """The line for `shown` in `width` cells; `best` are the figures it won in a race, `vote` its score in a vote.

    `columns` are those of all lines of the row; without them it stands alone. `figures` are those of `shown`, if they
    are known already.
    `streaming_gain_s` is how much sooner (or, below 0, later) its first words came than those of the same request
    without streaming; to say so goes before the last figures.
    """
    if shown is None or width <= 0:
        return Content("")
    state = state_of(shown)
    vote_mark = VOTE_MARKS.get(vote, "") if vote is not None else ""
    style = state.style or muted
    fault = _fault_of(shown)
    fault_mark = " ✗" if fault is not None and state.glyph != "✗" else ""
    sign = Content.assemble(
        (state.glyph, style), " ", (state.word, style), (fault_mark, "$error"), (vote_mark, "bold $accent")
    )
    if not state.figures_count:
        return sign.truncate(width, ellipsis=True)
    figures = figures or figures_of(shown)
    columns = columns or Columns(width, placed(state, figures))
    parts = [sign.truncate(columns.state_width, ellipsis=True, pad=True)]
    fields, room = fields_for(columns), columns.width - columns.state_width
    note, fields = _fault_note(fault, fields, room) if fault else _gain_note(streaming_gain_s, fields, room)
    for figure, field in fields:
        parts.append(_field(figures, figure, field, figure in best, muted))
    return Content("").join([*parts, Content.styled(note, "$error" if fault else muted)]).truncate(width)


def placed(state: ReplyState, figures: ReplyFigures) -> frozenset[Figure]:
    """The figures that have a place in the line: the known ones, and those that a growing reply will have."""
    known = frozenset(figure for figure in Figure if figures.value(figure) is not None)
    return known | GROWING if state.is_growing else known


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
            left -= field.total
            if left >= 0:
                kept = fields[:place]
        if len(kept) >= min(2, len(fields)):
            break
    return (note, kept) if len(note) <= room else ("", fields)


def _fault_of(shown: Reply | Message) -> str | None:
    """The first fault of a reply that has not the structure it was asked for; None for any other."""
    check = shown.structure if isinstance(shown, Message) else None
    return None if check is None or check.is_valid else plain_line(check.why or "")


def _fault_note(fault: str, fields: FigureFields, room: int) -> tuple[str, FigureFields]:
    """As much of the fault as leaves room for two figures, and the figures before it."""
    wanted = min(width_of(fault), READABLE) + 2
    widths = [field.total for _, field in fields]
    counts = range(len(fields), min(2, len(fields)) - 1, -1)
    kept = next((kept for kept in counts if room - sum(widths[:kept]) >= wanted), None)
    if kept is None:
        return "", fields
    return f"  {cut_end(fault, room - sum(widths[:kept]) - 2)}", fields[:kept]


def _field(figures: ReplyFigures, figure: Figure, field: FigureField, is_best: bool, muted: str) -> Content:
    value = _value(figures, figure, field.width)
    if not value:
        return Content(" " * field.total)
    blank = " " * (field.width - len(value))
    if not is_best:  # all lines that grow, in as few pieces as there are styles: each takes its time to draw
        head, tail = (" " * field.gap, blank + value) if field.before else (" " * field.gap + blank + value, "")
        return Content.assemble(head, (field.before, muted), tail, (field.after, muted))
    # The mark stands right before the figure, label included, in the gap that keeps the fields apart.
    return Content.assemble(
        " " * (field.gap - 1),
        ("" if field.before else blank),
        (BEST_MARK, "$accent"),
        (field.before, muted),
        (blank if field.before else ""),
        (value, "bold"),
        (field.after, muted),
    )


def _value(figures: ReplyFigures, figure: Figure, width: int) -> str:
    text = figures.text(figure)
    if figure is Figure.COST and len(text) > width:
        return short_dollars(figures.cost_usd or 0.0, figures.is_cost_estimated)
    return text


class RaceLine(Widget):
    """Draws the race line of one pane; it has no timer, so its owner calls `show` or `refresh`."""

    ALLOW_SELECT = False

    class StateChanged(TextualMessage):
        """The state of the reply has changed; `glyph` is its sign."""

        def __init__(self, race_line: RaceLine, glyph: str) -> None:
            super().__init__()
            self.race_line = race_line
            self.glyph = glyph

    def __init__(self, table: RaceTable | None = None) -> None:
        """`table` has all lines that this one stands beside."""
        super().__init__()
        self._table = table or RaceTable()
        self._columns: Columns | None = None
        self._figures = ReplyFigures()
        self._placed = NO_MARKS
        self._glyph = ""
        self._shown: Reply | Message | None = None
        self._best = NO_MARKS
        self._streaming_gain_s: float | None = None
        self._vote: float | None = None

    # -- beside others -----------------------------------------------------------------------------------------------

    @property
    def row(self) -> int | None:
        """The line of the screen it is on; None while it is not shown."""
        return self.region.y if self.region and self.content_size.width else None

    @property
    def own_columns(self) -> Columns:
        """Its width, and what it has to show."""
        return Columns(self.content_size.width, self._placed)

    def align(self, columns: Columns) -> None:
        """Take over the columns of the row."""
        if columns != self._columns:
            self._columns = columns
            self.refresh()

    def on_mount(self) -> None:
        self._table.add(self)

    def on_unmount(self) -> None:
        self._table.remove(self)

    def on_resize(self) -> None:
        self.align_row()

    def align_row(self) -> None:
        """Give all lines the columns of the rows that they are in now."""
        self._table.align()

    # -- its reply ---------------------------------------------------------------------------------------------------

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
        glyph, now = "", NO_MARKS
        if shown is not None:
            state, self._figures = state_of(shown), figures_of(shown)
            glyph, now = state.glyph, placed(state, self._figures)
        if glyph != self._glyph:
            self._glyph = glyph
            self.post_message(self.StateChanged(self, glyph))
        if now != self._placed:
            self._placed = now
            self._table.align()
        self.refresh()

    def render(self) -> Content:
        width = self.content_size.width
        return race_line(
            self._shown,
            width,
            # Those of a width that it no longer has are those of the row until all of it is laid out.
            columns=self._columns if self._columns is not None and self._columns.width <= width else None,
            figures=self._figures,
            best=self._best,
            streaming_gain_s=self._streaming_gain_s,
            vote=self._vote,
            muted=muted_style(self),
        )
