"""A column that shows one branch and talks to one model: heading, message list, race line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical

from textchat.core.conversation import Message, Pane
from textchat.core.figures.reply_figures import Figure
from textchat.core.reply import Reply
from textchat.ui.panes.heading import PaneHeading
from textchat.ui.panes.race_line import RaceLine
from textchat.ui.panes.race_table import RaceTable
from textchat.ui.panes.welcome import WaysToModels, Welcome
from textchat.ui.transcript.layout.drawings import Drawings
from textchat.ui.transcript.message_list import MessageList, Standings

if TYPE_CHECKING:
    from textchat.ui.transcript.cards.card_services import CardServices


class PaneView(Vertical):
    """Widget for one `Pane`; all its data comes in through `show`."""

    BLANK = True

    def __init__(
        self,
        pane_id: str,
        smoothing: str | int = "off",
        race_table: RaceTable | None = None,
        drawings: Drawings | None = None,
        cards: CardServices | None = None,
        ways: WaysToModels = tuple,
    ) -> None:
        """`smoothing` is the pace at which a reply's text is shown: see `render.pace`.

        `race_table` has the race lines of all panes, `drawings` the drawings of their lists; `cards` is what files in
        the messages need, `ways` what the empty pane says of the models at hand.
        """
        super().__init__(id=f"pane-{pane_id}", classes="pane")
        self.pane_id = pane_id
        self.heading = PaneHeading(pane_id)
        self.welcome = Welcome(ways)
        self.message_list = MessageList(pane_id, smoothing=smoothing, drawings=drawings, cards=cards)
        self.race_line = RaceLine(race_table)
        self._reply: Reply | None = None
        self._last: Message | None = None
        self._number = 0

    @property
    def reply_id(self) -> str | None:
        """The id of the growing reply in this pane."""
        return None if self._reply is None else self._reply.id

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.welcome
        yield self.message_list
        yield self.race_line

    def show(
        self,
        pane: Pane,
        number: int,
        branch: Sequence[Message],
        reply: Reply | None,
        *,
        standings: Standings,
        is_active: bool,
        panes: Sequence[Pane] = (),
        omission: tuple[str | None, str] = (None, ""),
    ) -> None:
        """Show the branch of `pane`, one of `panes`; `reply`, if any, is the growing form of its last message.

        `omission` is the first message that is sent, and what is said above it of those before.
        """
        self._reply, self._last = reply, _last_answer(branch)
        if number != self._number:
            self.remove_class(f"-accent-{self._number}")
            self.add_class(f"-accent-{number}")
            self._number = number
        self.heading.show(pane, number, panes)
        self.welcome.show(pane.model)
        self.set_class(not branch, "-empty")
        self.message_list.set_accent(f"pane-{number}")
        self.message_list.show(
            [message for message in branch if message.id != self.reply_id],
            standings,
            next_model=pane.model,
            omission=omission,
        )
        if reply is not None:
            self.message_list.add_reply(reply)
        self.race_line.show(reply or self._last)
        self.call_after_refresh(self.race_line.align_row)  # it may have moved to another row
        self.set_active(is_active)

    def set_active(self, is_active: bool) -> None:
        self.set_class(is_active, "-active")
        self.heading.set_class(is_active, "-active")

    def grow(self) -> bool:
        """Draw what the reply got since the last frame; True if another frame will show more."""
        if self._reply is None:
            return False
        if self.race_line.is_outdated:
            self.renew_race()
        return self.message_list.refresh_reply(self._reply)

    def renew_race(self) -> None:
        """Redraw the race line of a growing reply; called less often than `grow`."""
        # That it has ended is shown with its last words.
        if self._reply is not None and not self._reply.is_ended:
            self.race_line.show(self._reply)

    def renew_bar(self) -> None:
        """Move the scroll bar beside a growing reply."""
        if self._reply is not None:
            self.message_list.show_bar(least=8)

    def mark(self, best: frozenset[Figure], streaming_gain_s: float | None, vote: float | None) -> None:
        """Mark the figures that this pane's answer won, and its score in a vote."""
        if self._reply is None:
            self.race_line.show(self._last, best, streaming_gain_s, vote)

    def end(self, message: Message) -> None:
        """Replace the growing reply by its final `message`."""
        self._reply, self._last = None, message
        self.message_list.end_reply(message)
        self.race_line.show(message)


def _last_answer(branch: Sequence[Message]) -> Message | None:
    return branch[-1] if branch and branch[-1].model is not None else None
