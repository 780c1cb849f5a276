"""Full-screen comparison of answers: one is the base, and each other one is compared with it in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget

from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.shared import Shared, shared_files, shared_sources
from textchat.core.text.sanitize import plain_name
from textchat.render.diff.comparison import Diff, diff
from textchat.render.diff.layout import BETWEEN, SIGN_WIDTH
from textchat.ui.crash_notices import ReportsWorkers
from textchat.ui.dialogs.closing import FullScreen
from textchat.ui.dialogs.diff_sources import DiffSources
from textchat.ui.dialogs.diff_view import DiffView
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.themes import muted_style
from textchat.ui.workers import run_latest

OTHER = Hint("→", "other reply", "screen.other(1)")
"""Where there are more than two."""
HINTS = (
    Hint("n", "next", "screen.difference(1)"),
    Hint("p", "previous", "screen.difference(-1)"),
    Hint("c", "code only", "screen.code_only"),
    OTHER,
    Hint("b", "other base", "screen.base"),
    Hint("u", "unchanged lines", "screen.unchanged"),
    Hint("Esc", "close", "screen.dismiss"),
)
"""The first ones stay where there is little room."""


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """One of the compared texts."""

    number: int
    """Of its pane, or its place among its siblings, from 1."""
    name: str
    text: str
    citations: Sequence[Citation] = ()
    parts: Sequence[Part] = ()


class DiffScreen(ReportsWorkers, FullScreen[None]):
    """Compares two of `sides` at a time; closes with Escape, or a key in `closing_keys`."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,q", "dismiss", "Close", show=False),
        Binding("left,h", "other(-1)", "Previous reply", show=False),
        Binding("right,l", "other(1)", "Next reply", show=False),
        Binding("b", "base", "Other base", show=False),
        Binding("c", "code_only", "Code only", show=False),
        Binding("u", "unchanged", "Unchanged lines", show=False),
        Binding("n", "difference(1)", "Next difference", show=False),
        Binding("p,N", "difference(-1)", "Previous difference", show=False),
    ]

    def __init__(self, sides: Sequence[ComparedAnswer], base: int = 0, closing_keys: Sequence[str] = ()) -> None:
        super().__init__()
        self._sides = sides
        self._base = base
        self._other = (base + 1) % len(sides)
        self._is_code_only = False
        self._closing_keys = closing_keys
        self._known: dict[tuple[int, int, bool], Diff] = {}

    def compose(self) -> ComposeResult:
        yield DiffHeading()
        yield DiffView()
        yield DiffSources()
        hints = [hint for hint in HINTS if hint is not OTHER or len(self._sides) > 2]
        yield HintRow(hints, classes="full-screen--hint")

    def on_mount(self) -> None:
        self.view.focus()
        self._compare()

    @property
    def view(self) -> DiffView:
        return self.query_one(DiffView)

    # -- comparing ---------------------------------------------------------------------------------------------------

    def _compare(self) -> None:
        run_latest(self, self._compare_apart, group="diff")

    async def _compare_apart(self) -> None:
        """Compute the chosen comparison in a thread, because long answers take a while, and show it."""
        chosen = (self._base, self._other, self._is_code_only)
        known = self._known.get(chosen)
        if known is None:
            left, right = self._sides[self._base].text, self._sides[self._other].text
            known = await asyncio.to_thread(diff, left, right, code_only=self._is_code_only)
            self._known[chosen] = known
        self.view.show(known)
        self.query_one(DiffSources).show(*self._shared())
        self.call_after_refresh(self._describe, known)

    def _shared(self) -> tuple[Shared[Citation], Shared[Part]]:
        """The sources and the files of the two answers."""
        left, right = self._sides[self._base], self._sides[self._other]
        return shared_sources(left.citations, right.citations), shared_files(left.parts, right.parts)

    @on(events.Resize)
    def _resized(self) -> None:
        known = self._known.get((self._base, self._other, self._is_code_only))
        if known is not None:
            self.call_after_refresh(self._describe, known)

    def _describe(self, comparison: Diff) -> None:
        count = len(comparison.differences)
        is_empty = not comparison.rows
        if is_empty:
            summary = "no code in either" if self._is_code_only else "both are empty"
        elif comparison.is_same:
            summary = "no differences"
        else:
            moved = f" · {comparison.moved} moved (↑ ↓)" if comparison.moved else ""
            summary = f"{count} {'difference' if count == 1 else 'differences'}{moved}"
        sources, files = self._shared()
        summary += "".join(f" · {told}" for told in (sources.brief("source"), files.brief("file")) if told)
        self.query_one(DiffHeading).show(
            self._sides,
            self._base,
            self._other,
            f"{summary}{' · code only' if self._is_code_only and not is_empty else ''}",
            self.view.lines.left_width if self.view.lines and self.view.lines.is_beside else None,
        )

    # -- what keys do ------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if event.key in self._closing_keys:
            event.stop()
            self.dismiss()

    def action_other(self, step: int) -> None:
        """Compare the base with the next answer."""
        count = len(self._sides)
        self._other = (self._other + step) % count
        if self._other == self._base:
            self._other = (self._other + step) % count
        self._compare()

    def action_base(self) -> None:
        """Make the next answer the base; with two answers, this swaps them."""
        self.choose_base((self._base + 1) % len(self._sides))

    def choose_base(self, index: int) -> None:
        if index == self._other:
            self._other = self._base
        self._base = index
        self._compare()

    def action_code_only(self) -> None:
        self._is_code_only = not self._is_code_only
        self._compare()

    def action_unchanged(self) -> None:
        self.view.toggle_fold()

    def action_difference(self, step: int) -> None:
        if not self.view.go_to_difference(step):
            self.app.bell()


class DiffHeading(Widget):
    """Heading of the comparison: two names above their columns, and the number of differences."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._lines = Content("")

    def show(
        self, sides: Sequence[ComparedAnswer], base: int, other: int, summary: str, left_width: int | None
    ) -> None:
        """`left_width` is the width of the left column; None if both sides share one."""
        muted = muted_style(self)
        width = self.content_size.width
        left, right = _name(sides[base]), _name(sides[other])
        place = [index for index in range(len(sides)) if index != base].index(other) + 1
        many = f" ({place} of {len(sides) - 1})" if len(sides) > 2 else ""
        sign, other_sign = Content.styled("- ", "bold $error"), Content.styled("+ ", "bold $success")
        if left_width is None:
            first = (sign + left).truncate(width, ellipsis=True)
            second = (other_sign + right + Content.styled(many, muted)).truncate(width, ellipsis=True)
            names = first + "\n" + second
        else:
            first = (sign + left).truncate(left_width, ellipsis=True, pad=True)
            room = width - left_width - len(BETWEEN)
            second = (other_sign + right + Content.styled(many, muted)).truncate(room, ellipsis=True)
            names = Content.assemble(first, (BETWEEN, muted), second)
        self._lines = names + "\n" + Content.styled(" " * SIGN_WIDTH + summary, muted)
        self.refresh(layout=True)

    def render(self) -> Content:
        return self._lines


def _name(side: ComparedAnswer) -> Content:
    accent = f"$pane-{min(side.number, 8)}"
    return Content.assemble((f"{side.number} ", f"bold {accent}"), (plain_name(side.name), "bold"))
