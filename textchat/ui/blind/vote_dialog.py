"""Dialog that asks for the vote of a blind comparison: the best reply, a tie, none, a ranking, or no vote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events, on
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

TIE_KEY, NONE_KEY, RANK_KEY, REVEAL_KEY = "=", "0", "+", "-"


class VoteDialog(Dialog["Ballot | None"]):
    """Closes with a `Ballot`, or None: nothing is said, and the comparison stays blind.

    Each row has a key of its own: letters and numbers for the replies, signs for the others.
    """

    BINDINGS = [Binding("escape", "dismiss", "Back", show=False)]  # noqa: RUF012

    def __init__(self, rivals: Sequence[Rival], problem: str = "", chosen: Ballot | None = None) -> None:
        """`rivals` stand in the order of their panes; without two of them `problem` says why there is no vote.

        `chosen` is what Enter does at first.
        """
        super().__init__()
        self._problem = problem
        self._rows = list(rows_for(rivals))
        self._keys = {key: ballot for keys, _, _, ballot in self._rows for key in keys}
        ballots = [ballot for *_, ballot in self._rows]
        self._first = ballots.index(chosen) if chosen in ballots else 0

    def compose(self) -> ComposeResult:
        many = len(self._rows) > MOST_ROWS_OF_TWO
        title = "No vote yet" if self._problem else "Which is the best?" if many else "Which is better?"
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(title)
            if self._problem:
                yield Label(self._problem, markup=False, classes="dialog--line")
            yield OptionList(compact=True)
            yield HintRow([Hint("Enter", "choose", "screen.choose"), Hint("Esc", "stay blind", "screen.dismiss")])

    def on_mount(self) -> None:
        muted = muted_style(self)
        rows = self.query_one(OptionList)
        for keys, label, about, _ in self._rows:
            rows.add_option(Option(Content.assemble((f"{keys[0].upper()}  ", "bold"), label, (about, muted))))
        rows.highlighted = self._first
        rows.focus()

    def on_key(self, event: events.Key) -> None:
        """Choose a row by its key."""
        ballot = self._keys.get((event.character or "").casefold())
        if ballot is not None:
            event.stop()
            self.dismiss(ballot)

    def action_choose(self) -> None:
        """Close with the highlighted row."""
        if (index := self.query_one(OptionList).highlighted) is not None:
            self.dismiss(self._rows[index][-1])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._rows[event.option_index][-1])


MOST_ROWS_OF_TWO = 5
"""Of two replies: either, a tie, none, and no vote."""
_Row = tuple[Sequence[str], str, str, Ballot]
"""The keys, the label, what is said behind it, and what it stands for."""


def rows_for(rivals: Sequence[Rival]) -> Iterator[_Row]:
    """The rows of the dialog for these replies; the keys of each are unlike all others."""
    many = len(rivals) > 2
    for number, rival in enumerate(rivals, start=1):
        best = Ballot(Verdict.BEST, rival.pane_id)
        yield (rival.letter.casefold(), str(number)), f"is {'the best' if many else 'better'}", "", best
    if rivals:
        yield (TIE_KEY,), "Tie", f"  {'all' if many else 'both'} equally good", Ballot(Verdict.TIE)
        yield (NONE_KEY,), f"{'All' if many else 'Both'} bad", "", Ballot(Verdict.NONE)
    if many:
        yield (RANK_KEY,), "Rank them", "  the best first, ties allowed", Ballot(Verdict.RANKING)
    yield (REVEAL_KEY,), "Reveal the models without a vote", "", Ballot(Verdict.REVEAL)
