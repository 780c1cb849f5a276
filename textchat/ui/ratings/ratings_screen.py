"""The panel of ratings: which models the user prefers, by how much for certain, and whether it is worth the price."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Label

from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.rating_report import RatingReport
from textchat.core.votes.scope import VoteScope
from textchat.core.votes.vote import VoteKind
from textchat.ui.dialogs.closing import FullScreen
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.ratings.ratings_lines import report_lines
from textchat.ui.themes import muted_style

KnownTags = Callable[[], Awaitable[Sequence[str]]]
"""Lists the tags to choose from. Raises StoreError."""
RatingsWithin = Callable[[VoteScope], Awaitable[RatingReport]]
"""Works out the ratings of a scope. Raises StoreError."""

DAY_S = 24 * 60 * 60
PERIODS: Sequence[tuple[str, int | None]] = (
    ("all time", None),
    ("last 7 days", 7),
    ("last 30 days", 30),
    ("last 90 days", 90),
    ("last 365 days", 365),
)
KINDS: Sequence[tuple[str, VoteKind | None]] = (
    ("all votes", None),
    ("blind votes", VoteKind.BLIND),
    ("open votes", VoteKind.OPEN),
    ("votes on named replies", VoteKind.NAMED),
)
HINTS = (
    Hint("Esc", "close", "screen.dismiss"),
    Hint("t", "tag", "screen.turn('tag')"),
    Hint("p", "period", "screen.turn('period')"),
    Hint("k", "kind of votes", "screen.turn('kind')"),
    Hint("↑ ↓", "scroll"),
)


class RatingsScreen(FullScreen[None]):
    """Opens at once and shows the ratings when they are worked out; keys narrow down which votes count."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", show=False),
        Binding("t", "turn('tag')", "Tag", show=False),
        Binding("T", "turn('tag', -1)", show=False),
        Binding("p", "turn('period')", "Period", show=False),
        Binding("P", "turn('period', -1)", show=False),
        Binding("k", "turn('kind')", "Kind of votes", show=False),
        Binding("K", "turn('kind', -1)", show=False),
    ]

    def __init__(self, within: RatingsWithin, tags: KnownTags, how_to_vote: str) -> None:
        """`how_to_vote` is said where there is no vote yet."""
        super().__init__()
        self._within = within
        self._known_tags = tags
        self._how_to_vote = how_to_vote
        self._tags: Sequence[str | None] = ()
        """Those to choose from, and None for all; empty until they are read."""
        self._tag: str | None = None
        self._turned = {"period": 0, "kind": 0}

    def compose(self) -> ComposeResult:
        yield Label(classes="ratings--title", markup=False)
        with VerticalScroll():
            yield RatingsView()
        yield HintRow((*HINTS[1:], HINTS[0]), classes="full-screen--hint")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._load()

    def action_turn(self, what: str, step: int = 1) -> None:
        """Take the next tag, period or kind of votes."""
        if what == "tag":
            self._turn_tag(step)
            return
        size = {"period": len(PERIODS), "kind": len(KINDS)}[what]
        self._turned[what] = (self._turned[what] + step) % size
        self._load()

    def _turn_tag(self, step: int) -> None:
        """Take the next tag by its name: while the panel is open, tags come and go elsewhere."""
        if len(self._tags) == 1 and self._tag is None:
            self.notify("No conversation has tags yet.", markup=False)
        elif self._tags:
            place = self._tags.index(self._tag) if self._tag in self._tags else 0
            self._tag = self._tags[(place + step) % len(self._tags)]
            self._load()

    def _load(self) -> None:
        """Work the ratings out beside the screen; what was asked for before is of no use any more."""
        tag = self._tag
        period, days = PERIODS[self._turned["period"]]
        kind_words, kind = KINDS[self._turned["kind"]]
        scope = VoteScope(tag, 0.0 if days is None else time.time() - days * DAY_S, None, kind)
        words = [f"tag {plain_name(tag, 30)}" if tag is not None else "all tags", period, kind_words]
        self.query_one(".ratings--title", Label).update(f"Ratings · {' · '.join(words)}")
        is_all = tag is None and not any(self._turned.values())
        self.run_worker(self._show(scope, is_all=is_all), exclusive=True, description="ratings")

    async def _show(self, scope: VoteScope, *, is_all: bool) -> None:
        view = self.query_one(RatingsView)
        try:
            self._tags = (None, *await self._known_tags())
            report = await self._within(scope)
        except StoreError as error:
            view.say(str(error))
            return
        if report.ratings.models:
            view.show(report)
        else:
            view.say(self._how_to_vote if is_all else "No votes here. Press t, p or k to choose others.")


class RatingsView(Widget):
    """Draws a report, or a sentence in place of it."""

    def __init__(self) -> None:
        super().__init__()
        self._report: RatingReport | None = None
        self._said = "Working the ratings out…"

    def show(self, report: RatingReport) -> None:
        self._report = report
        self.refresh(layout=True)

    def say(self, sentence: str) -> None:
        """Show a sentence and no report."""
        self._report, self._said = None, sentence
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 2 if self._report is None else len(report_lines(self._report, width))

    def render(self) -> Content:
        if self._report is None:
            return Content(self._said)
        styles = {"": "", "bold": "bold", "muted": muted_style(self)}
        lines = report_lines(self._report, self.content_size.width)
        return Content("\n").join(Content.styled(line.text, styles[line.style]) for line in lines)
