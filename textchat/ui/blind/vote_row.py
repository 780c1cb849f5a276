"""One line above the input bar that asks for the vote of a blind comparison, once all of its replies have ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.style import Style

from textchat.ui.blind.ballot import Rival, Verdict
from textchat.ui.keymap import shown_key
from textchat.ui.left_clicks import LeftClicks
from textchat.ui.themes import muted_style

GAP = "   "


class VoteRow(LeftClicks):
    """Draws the question and its answers; a click on one votes. Hidden where there is nothing to vote on."""

    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._rivals: Sequence[Rival] = ()

    @property
    def is_asking(self) -> bool:
        """Whether there is something to vote on."""
        return bool(self._rivals)

    def show(self, rivals: Sequence[Rival]) -> None:
        """Show these replies, in the order of their panes; none hides the line."""
        if rivals != self._rivals:
            self._rivals = rivals
            self.set_class(bool(rivals), "-asking")
            self.refresh(layout=True)

    def render(self) -> Content:
        width, muted, key = self.content_size.width, muted_style(self), shown_key(self, "pane.blind")
        many = len(self._rivals) > 2
        question = Content("Which is the best?" if many else "Which is better?")
        hint = Content.styled(f"{GAP}{key} more", muted) if key else Content("")
        line = Content(GAP).join([question, *self._answers()])
        if line.cell_length > width:
            line = Content(" ").join([Content("Best?"), *self._answers()])
        room = width - line.cell_length
        return (line + hint if hint.cell_length <= room else line).truncate(width)

    def _answers(self) -> Iterator[Content]:
        all_of_them = "all" if len(self._rivals) > 2 else "both"
        for rival in self._rivals:
            yield _answer(f" {rival.letter} ", Verdict.BEST, rival.pane_id)
        yield _answer("tie", Verdict.TIE)
        yield _answer(f"{all_of_them} bad", Verdict.NONE)


def _answer(label: str, verdict: Verdict, pane_id: str = "") -> Content:
    # One argument: the framework passes on no more than the action names.
    click = Style.from_meta({"@click": f"screen.run('ballot.cast', '{verdict} {pane_id}')"})
    style = "bold reverse" if pane_id else "bold"
    return Content.styled(label, style).stylize(click)
