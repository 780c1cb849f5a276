"""Dialog that ranks the replies of a blind comparison: the best first, ties allowed."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList

from textchat.ui.blind.ballot import Ballot, Rival, Verdict
from textchat.ui.blind.ranking import Ranking
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.hint_row import Hint, HintRow
from textchat.ui.themes import muted_style

HINTS = (
    Hint("Enter", "vote", "screen.vote"),
    Hint("=", "tie", "screen.tie"),
    Hint("Shift+↑", "up", "screen.shift(-1)"),
    Hint("Shift+↓", "down", "screen.shift(1)"),
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
        self._ranking = Ranking(rivals)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content("Rank the replies")
            yield Label("The best first: type the letters, or move the rows.", classes="dialog--line")
            yield OptionList(compact=True)
            yield HintRow(HINTS)

    def on_mount(self) -> None:
        self._show(0)
        self.query_one(OptionList).focus()

    def _show(self, cursor: int) -> None:
        rows, muted, places = self.query_one(OptionList), muted_style(self), self._ranking.places
        rows.clear_options()
        for row, rival in enumerate(self._ranking.order):
            tie = "  = tied" if self._ranking.is_tied(row) else ""
            rows.add_option(
                Content.assemble((f"{places[rival.pane_id]}. ", muted), (rival.letter, "bold"), (tie, muted))
            )
        rows.highlighted = cursor

    @property
    def _cursor(self) -> int:
        return self.query_one(OptionList).highlighted or 0

    def on_key(self, event: events.Key) -> None:
        """Give the next place to the reply whose letter is typed."""
        row = self._ranking.type_letter((event.character or "").upper())
        if row is not None:
            event.stop()
            self._show(row)

    def action_shift(self, step: int) -> None:
        """Move the row under the cursor."""
        self._show(self._ranking.shift(self._cursor, step))

    def action_tie(self) -> None:
        """Let the row under the cursor share the place of the one above, or take that back."""
        self._show(self._ranking.tie(self._cursor))

    def action_vote(self) -> None:
        """Close with the ranking as it is."""
        self.dismiss(Ballot(Verdict.RANKING, places=self._ranking.places))
