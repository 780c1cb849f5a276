"""Dialog that ranks the replies of a blind comparison: the best first, ties allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from textchat.ui.blind.ballot import Ballot, Rival, Verdict
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.themes import muted_style

HINTS = (
    Hint("Enter", "vote", "screen.vote"),
    Hint("Shift+↑", "up", "screen.shift(-1)"),
    Hint("Shift+↓", "down", "screen.shift(1)"),
    Hint("=", "tie with the one above", "screen.tie"),
    Hint("Esc", "cancel", "screen.dismiss"),
)


class RankingDialog(Dialog["Ballot | None"]):
    """Closes with a `Ballot` that has all places, or None.

    Letters rank as well: each puts its reply behind those that were typed before.
    """

    BINDINGS = [  # noqa: RUF012
        Binding("escape", "dismiss", "Cancel", show=False),
        Binding("enter", "vote", show=False, priority=True),  # not by the list: a click on a row only goes there
        Binding("shift+up,alt+up", "shift(-1)", show=False),
        Binding("shift+down,alt+down", "shift(1)", show=False),
        Binding("space,equals_sign", "tie", show=False),
    ]

    def __init__(self, rivals: Sequence[Rival]) -> None:
        super().__init__()
        self._order = list(rivals)
        self._tied: set[str] = set()
        """The panes that share the place of the one above."""
        self._typed = 0
        """How many of the first places were given by letters."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Rank the replies", classes="dialog--title")
            yield Label("The best first: type the letters, or move the rows.", classes="dialog--line")
            yield OptionList(compact=True)
            yield HintRow(HINTS)

    def on_mount(self) -> None:
        self._show(0)
        self.query_one(OptionList).focus()

    @property
    def places(self) -> dict[str, int]:
        """The place of each pane, as it is now; equal ones have the same."""
        return dict(self._places())

    def _places(self) -> Iterator[tuple[str, int]]:
        place = 0
        for index, rival in enumerate(self._order):
            place = place if index and rival.pane_id in self._tied else index + 1
            yield rival.pane_id, place

    def _show(self, cursor: int) -> None:
        rows, muted, places = self.query_one(OptionList), muted_style(self), self.places
        rows.clear_options()
        rows.add_options(
            Option(Content.assemble((f"{places[rival.pane_id]}. ", muted), (rival.letter, "bold"), (tie, muted)))
            for index, rival in enumerate(self._order)
            for tie in ("  = tied" if index and rival.pane_id in self._tied else "",)
        )
        rows.highlighted = cursor

    @property
    def _cursor(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    def on_key(self, event: events.Key) -> None:
        """Give the next place to the reply whose letter is typed; `=` ties it with the one above."""
        letters = [rival.letter for rival in self._order]
        if (event.character or "").upper() in letters:
            event.stop()
            self._place(letters.index((event.character or "").upper()))

    def _place(self, index: int) -> None:
        if self._typed >= len(self._order) or index < self._typed:
            self._typed = 0  # it begins anew
        rival = self._order.pop(index)
        self._tied.discard(rival.pane_id)
        self._order.insert(self._typed, rival)
        self._typed += 1
        self._show(self._typed - 1)

    def action_shift(self, step: int) -> None:
        """Move the row under the cursor; ties are of places, and stay there."""
        index, to = self._cursor, self._cursor + step
        if 0 <= to < len(self._order):
            tied = [rival.pane_id in self._tied for rival in self._order]
            self._order[index], self._order[to] = self._order[to], self._order[index]
            self._tied = {rival.pane_id for rival, is_tied in zip(self._order, tied, strict=True) if is_tied}
            self._show(to)

    def action_tie(self) -> None:
        """Let the row under the cursor share the place of the one above, or take that back."""
        if index := self._cursor:
            self._tied ^= {self._order[index].pane_id}
            self._show(index)

    def action_vote(self) -> None:
        """Close with the ranking as it is."""
        self.dismiss(Ballot(Verdict.RANKING, places=self.places))
