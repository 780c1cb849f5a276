"""Figures in the side panel: of the active pane's last reply, and of the conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget

from textchat.core.context.fitting import MARKED_FROM, Share
from textchat.core.conversation import Message, Pane, Source, Usage
from textchat.core.figures.continued import whole_of
from textchat.core.figures.reply_figures import (
    Figure,
    count,
    dollars,
    figures_of,
    is_input_estimated,
    is_output_estimated,
)
from textchat.core.figures.reply_state import state_of
from textchat.core.reply import Reply
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_middle, wrap
from textchat.ui.themes import muted_style

LABELS = {
    Figure.FIRST: ("first token", ""),
    Figure.FIRST_TEXT: ("first word", ""),
    Figure.SPEED: ("speed", " tok/s"),
    Figure.OUTPUT: ("output", " tokens"),
    Figure.INPUT: ("input", " tokens"),
    Figure.CACHED: ("from cache", " tokens"),
    Figure.REASONING: ("thinking", " tokens"),
    Figure.COST: ("cost", ""),
    Figure.TOTAL: ("total time", ""),
}
BAR_WIDTH = 10
MOST_FAULT_LINES = 3

SavedUsd = Callable[[Reply | Message], float | None]
"""US dollars that the server's cache saved of the cost of a reply; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the messages of a conversation."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    """None where no message has a price."""
    is_input_estimated: bool = False
    """Whether any of the counts is an estimate."""
    is_output_estimated: bool = False
    is_cost_estimated: bool = False

    @classmethod
    def of(cls, messages: Mapping[str, Message]) -> Totals:
        ended = [message for message in messages.values() if not message.is_growing]
        usages = [message.usage for message in ended if message.usage is not None]
        costs = [message.cost_usd for message in ended if message.cost_usd is not None]
        return cls(
            sum(usage.input_tokens for usage in usages),
            sum(usage.output_tokens for usage in usages),
            sum(costs) if costs else None,
            any(is_input_estimated(usage) for usage in usages),
            any(is_output_estimated(usage) for usage in usages),
            any(message.cost_source is Source.ESTIMATED for message in ended),
        )

    def with_growing(self, replies: Iterable[Reply]) -> Totals:
        """The sums together with those of replies that still grow, so far."""
        totals = self
        for reply in replies:
            figures = figures_of(reply)
            if figures.output_tokens:  # until something comes, nobody knows that it will cost anything
                totals = Totals(
                    totals.input_tokens + (figures.input_tokens or 0),
                    totals.output_tokens + figures.output_tokens,
                    _sum_of(totals.cost_usd, figures.cost_usd),
                    totals.is_input_estimated or figures.is_input_estimated,
                    totals.is_output_estimated or figures.is_output_estimated,
                    totals.is_cost_estimated or figures.is_cost_estimated,
                )
        return totals


def _sum_of(one: float | None, other: float | None) -> float | None:
    return other if one is None else one + (other or 0.0)


def reply_figures(
    shown: Reply | Message | None,
    width: int,
    muted: str,
    *,
    title: str = "last reply",
    next_model: str = "",
    saved_usd: float | None = None,
) -> list[Content]:
    """One line for each known figure; the source of the counts comes last.

    The model that wrote it is named where it is not `next_model`, which stands above the figures. `saved_usd` is what
    the server's cache saved of its cost.
    """
    if shown is None:
        return []
    state = state_of(shown)
    # What it waits for changes by the second, and stands in the race line; so does the kind of a failure.
    word = "" if state.is_growing and not state.figures_count else state.word.partition(":")[0]
    sign = f"{state.glyph} {word}".rstrip()
    lines = [_pair(Content.styled(title, muted), Content.styled(sign, state.style or muted), width)]
    if next_model and shown.model and shown.model != next_model:
        lines.append(_pair(Content.styled("by", muted), Content(cut_middle(plain_name(shown.model), width - 3)), width))
    lines += _fault(shown, width)
    if not state.figures_count:
        return lines
    figures = figures_of(shown)
    for figure, (label, unit) in LABELS.items():
        if value := figures.text(figure):
            lines.append(_pair(Content.styled(label, muted), Content.assemble(value, (unit, muted)), width))
        if figure is Figure.CACHED and figures.cache_write_tokens:
            written = Content.assemble(count(figures.cache_write_tokens), (unit, muted))
            lines.append(_pair(Content.styled("to cache", muted), written, width))
        if figure is Figure.COST and saved_usd:
            lines.append(_saving(saved_usd, figures.is_input_estimated, width, muted))
    if shown.usage is not None and figures.output_tokens:
        lines.append(_pair(Content.styled("token counts", muted), Content(shown.usage.source.value), width))
    return lines


def _fault(shown: Reply | Message, width: int) -> list[Content]:
    """The first fault of a reply that has not the structure it was asked for."""
    check = shown.structure if isinstance(shown, Message) else None
    if check is None or check.is_valid or not check.why:
        return []
    why = plain_line(check.why)
    rows = wrap(why, width)[:MOST_FAULT_LINES]
    ends = [end for _, end in rows[:-1]] + [len(why)]  # the last row has the rest, which is cut
    return [
        Content.styled(why[start:end], "$error").truncate(width, ellipsis=True)
        for (start, _), end in zip(rows, ends, strict=True)
    ]


def _saving(saved_usd: float, is_estimate: bool, width: int, muted: str) -> Content:
    amount = dollars(abs(saved_usd), is_estimate)
    if saved_usd > 0:
        return _pair(Content.styled("cache saved", muted), Content(amount), width)
    return _pair(Content.styled("cache cost", muted), Content.assemble(amount, (" more", muted)), width)


def conversation_figures(totals: Totals, used: int, window: int | None, width: int, muted: str) -> list[Content]:
    """Tokens and cost of the whole conversation, and the used share of the model's context."""
    lines: list[Content] = []
    if totals.input_tokens or totals.output_tokens:
        sums = (
            (totals.input_tokens, totals.is_input_estimated, " in"),
            (totals.output_tokens, totals.is_output_estimated, " out"),
        )
        known = [Content.assemble(count(sum_, is_estimate), (unit, muted)) for sum_, is_estimate, unit in sums if sum_]
        tokens = Content("  ").join(known)
        lines.append(_pair(Content.styled("together", muted), tokens, width))
    if totals.cost_usd is not None:
        lines.append(
            _pair(
                Content.styled("cost so far", muted), Content(dollars(totals.cost_usd, totals.is_cost_estimated)), width
            )
        )
    if window and used:
        share = min(1.0, used / window)
        filled = max(1, round(share * BAR_WIDTH))
        style = "$error" if share > 0.9 else "$warning" if share >= MARKED_FROM else "$primary"
        bar = Content.assemble(("━" * filled, style), ("━" * (BAR_WIDTH - filled), "$rule"), f" {share:4.0%}")
        lines.append(_pair(Content.styled("context", muted), bar, width))
    return lines


def _pair(left: Content, right: Content, width: int) -> Content:
    gap = width - left.cell_length - right.cell_length
    return Content("").join([left, Content(" " * max(1, gap)), right]).truncate(width, ellipsis=True)


class FiguresView(Widget):
    """Draws the figures of a reply and of a conversation; sums the latter only when its messages have changed."""

    ALLOW_SELECT = False

    def __init__(self, saved_usd: SavedUsd = lambda shown: None) -> None:
        super().__init__()
        self._saved_usd = saved_usd
        self._saving: tuple[str, Usage | None, float | None] = ("", None, None)
        """What was asked for last, by id and tokens: to look a price up takes a millisecond."""
        self._shown: Reply | Message | None = None
        self._marked: tuple[str, str | None] = ("", None)
        self._pane_id = ""
        self._growing: Sequence[Reply] = ()
        self._messages: Mapping[str, Message] = {}
        self._totals = Totals()
        self._used = 0
        self._window: int | None = None
        self._share: tuple[str, Share] | None = None
        self._next_model = ""
        self._drawn: list[Content] = []

    def show_reply(self, shown: Reply | Message | None) -> None:
        """Show the figures of the reply in the active pane."""
        self._shown = shown
        self._growing = [reply for reply in self._growing if not reply.is_ended]  # it would keep all their pieces
        usage = shown.usage if shown is not None else None
        self._used = usage.input_tokens + usage.output_tokens if usage else 0
        self._draw()

    def show_share(self, pane_id: str, share: Share | None) -> None:
        """Show how much of the window the branch of the active pane takes, counted for what it sends."""
        known = None if share is None else (pane_id, share)
        if known != self._share:
            self._share = known
            self._draw()

    def show_growing(self, reply: Reply | None, growing: Sequence[Reply]) -> None:
        """Show the figures of the growing `reply` of the active pane, if any, and of all `growing` ones together."""
        self._growing = growing
        self.show_reply(reply or self._shown)

    def mark(self, pane_id: str, message_id: str | None) -> None:
        """Show the figures of the message that keys act on, if it is a reply, while its pane is the active one."""
        if message_id is not None or pane_id == self._marked[0]:  # a pane that loses the focus may tell so late
            self._marked = pane_id, message_id
            self._draw()

    def show_conversation(
        self, messages: Mapping[str, Message], context_window: int | None = None, pane: Pane | None = None
    ) -> None:
        """Show the sums over all `messages`; `context_window` is that of the next model of `pane`, the active one."""
        self._window = context_window
        if pane is not None:
            self._pane_id, self._next_model = pane.id, pane.model
        if messages is not self._messages:
            self._messages, self._totals = messages, Totals.of(messages)
        self._draw()

    def _draw(self) -> None:
        lines = self._lines()
        is_new_height = len(lines) != len(self._drawn)
        self._drawn = lines
        self.set_class(not lines, "-empty")
        self.refresh(layout=is_new_height)

    def on_resize(self) -> None:
        self._draw()

    def render(self) -> Content:
        return Content("\n").join(self._drawn)

    def _saved(self, shown: Reply | Message) -> float | None:
        usage = whole_of(shown).usage
        if usage is None or not (usage.cached_tokens or usage.cache_write_tokens):
            return None
        if self._saving[:2] != (shown.id, usage):
            self._saving = shown.id, usage, self._saved_usd(shown)
        return self._saving[2]

    def _lines(self) -> list[Content]:
        width = self.content_size.width or 26
        muted = muted_style(self)
        shown, title = self._shown, "last reply"
        pane_id, message_id = self._marked
        marked = self._messages.get(message_id or "") if pane_id == self._pane_id else None
        if marked is not None and marked.model and (shown is None or marked.id != shown.id):
            shown, title = marked, "selected reply"
        saved = None if shown is None else self._saved(shown)
        upper = reply_figures(shown, width, muted, title=title, next_model=self._next_model, saved_usd=saved)
        totals = self._totals.with_growing(reply for reply in self._growing if not reply.is_ended)
        used = self._used
        if self._share is not None and self._share[0] == self._pane_id and not isinstance(self._shown, Reply):
            used = self._share[1].tokens
        lower = conversation_figures(totals, used, self._window, width, muted)
        return [*upper, *([Content("")] if upper and lower else []), *lower]
