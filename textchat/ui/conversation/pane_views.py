"""Updates the pane widgets: from the conversation, and by one clock while replies grow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence, Set
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from textchat.core.figures.race import Race
from textchat.core.waiting.rounds import Rounds
from textchat.ui.context.words import omission_of
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.frame_clock import FrameClock
from textchat.ui.messages import ConversationChanged
from textchat.ui.panes.grid import PaneGrid
from textchat.ui.panes.pane import PaneView
from textchat.ui.panes.race_line import NO_MARKS
from textchat.ui.panes.race_table import RaceTable
from textchat.ui.panes.welcome import WaysToModels
from textchat.ui.terminal.drawing.closed_widgets import ClosedWidgets
from textchat.ui.terminal.drawing.frames import show_now
from textchat.ui.transcript.layout.drawings import Drawings
from textchat.ui.transcript.message_list import MessageList

if TYPE_CHECKING:
    from textchat.core.conversation import Message
    from textchat.core.reply import Reply
    from textchat.ui.transcript.cards.card_services import CardServices

FRAMES_IN_A_PULSE = 8
"""At the most; one that comes too late for the last ones finds them renewed by the pulse."""
PULSES_OF_FIGURES = 6
"""After so many, the figures beside the panes are drawn anew: that costs more than a frame of the answer."""


class PaneViews:
    """Holds one `PaneView` for each pane of the current conversation.

    `owner` is their screen; its clock makes the `rounds` in which what has arrived is taken in. `smoothing` is the pace
    at which a reply's text is shown (see `render.pace`); `show_figures` is called with the growing reply of the active
    pane, if any, and with all growing ones whenever their figures were renewed.
    """

    def __init__(
        self,
        grid: PaneGrid,
        current: CurrentConversation,
        *,
        owner: Screen[None],
        rounds: Rounds,
        smoothing: str | int,
        show_figures: Callable[[Reply | None, Sequence[Reply]], None],
        cards: CardServices | None = None,
        ways: WaysToModels = tuple,
    ) -> None:
        self.by_id: dict[str, PaneView] = {}
        """The views by the ids of their panes, in the order they were opened."""
        self._grid = grid
        self._current = current
        self._screen = owner
        self._smoothing = smoothing
        self._race_table = RaceTable()
        self._drawings = Drawings()
        self._show_figures = show_figures
        self._cards = cards
        self._ways = ways
        self._clock = FrameClock(owner, self._paint, self._pulse, show=partial(show_now, owner), rounds=rounds)
        self.closed = ClosedWidgets(owner.set_timer, lambda: bool(current.live.replies))
        self._refreshing = asyncio.Lock()
        """Held while views are mounted and removed: the next change waits, for it would find half of them."""
        self._pulses = 0
        self._stale: list[Callable[[], None]] = []
        """What renews the figures and the bars: with every pulse, for nobody reads them faster, and one or two of them
        in a frame, for each costs more than the lines that the frame brings."""

    @property
    def active(self) -> PaneView:
        # A pane that was added a moment ago is not drawn yet.
        return self.by_id.get(self._current.active_id) or next(reversed(self.by_id.values()))

    def message_lists(self) -> list[MessageList]:
        return [view.message_list for view in self.by_id.values()]

    def smooth(self, smoothing: str | int) -> None:
        """Show the text of the replies to come at another pace."""
        self._smoothing = smoothing
        for messages in self.message_lists():
            messages.entries.smoothing = smoothing

    # -- what is shown -----------------------------------------------------------------------------------------------

    async def refresh(self) -> None:
        """Update the panes on the screen from the conversation."""
        async with self._refreshing:
            await self._refresh()

    async def _refresh(self) -> None:
        current, conversation = self._current, self._current.shown
        panes, places = conversation.panes, {pane.id: pane.place for pane in conversation.panes}
        current.active_id = current.active_id  # where that was closed: the last one, also when another comes behind it
        for pane_id in self.by_id.keys() - {pane.id for pane in panes}:
            view = self.by_id.pop(pane_id)
            await view.remove()
            view.message_list.entries.release()
            self.closed.some_closed()
        new = [
            PaneView(pane.id, self._smoothing, self._race_table, self._drawings, self._cards, self._ways)
            for pane in panes
            if pane.id not in self.by_id
        ]
        self.by_id |= {view.pane_id: view for view in new}
        views = [self.by_id[pane.id] for pane in panes]
        await self._grid.show(views, panes, current.active_id, is_zoomed=current.is_zoomed)
        current.is_zoomed = self._grid.is_zoomed  # with one pane left, there is nothing to zoom
        conversation, replies = (
            current.shown,
            current.replies,
        )  # an answer may have ended meanwhile: it is no growing one any more
        for number, pane in enumerate(conversation.panes, start=1):
            if pane.id not in self.by_id:
                continue  # added meanwhile, and told next
            self.by_id[pane.id].show(
                pane,
                number,
                conversation.branch(pane.leaf_id),
                replies.get(pane.id),
                standings=current.standing,
                is_active=pane.id == current.active_id,
                panes=conversation.panes,
                omission=self._omission(pane.id),
            )
        for view in new:
            view.message_list.reading.return_to(places[view.pane_id])
        if replies:
            self._clock.start_pulse()

    def _omission(self, pane_id: str) -> tuple[str | None, str]:
        """What is said of older messages; how many of them a model takes would tell it."""
        return (None, "") if self._current.is_blind else omission_of(self._current.live.context.sent(pane_id))

    def activate(self, pane_id: str) -> bool:
        """Make a pane the active one; False if it is not shown."""
        if pane_id not in self.by_id:
            return False
        self._current.active_id = pane_id
        for view in self.by_id.values():
            view.set_active(view.pane_id == pane_id)
        self._grid.activate(pane_id)
        return True

    def show_race(self, race: Race) -> None:
        """Mark the figures that each pane's answer won, and its score in a vote."""
        for pane in self._current.panes:
            if view := self.by_id.get(pane.id):
                score = self._current.conversation.score_of(pane.leaf_id)
                view.mark(race.best.get(pane.id, NO_MARKS), race.streaming_gain_s.get(pane.id), score)

    def renew_hints(self) -> None:
        """Redraw the key hints in the welcome and in the endings."""
        self.renew_welcomes()
        for view in self.by_id.values():
            view.message_list.renew_hints()

    def renew_welcomes(self) -> None:
        """Redraw the keys in the welcomes; they do not watch the focus, which would keep them after their end."""
        for view in self.by_id.values():
            view.welcome.refresh()

    async def keep_places(self) -> None:
        """Store the scroll positions of the panes; called when the conversation is left, never by scrolling."""
        places = {pane_id: view.message_list.reading.place for pane_id, view in self.by_id.items()}
        await self._current.live.store.keep_places(places)

    # -- growing replies ---------------------------------------------------------------------------------------------

    def grew(self, reply: Reply) -> None:
        """Draw a reply that has changed with the next frame."""
        self._clock.mark(reply.id)

    def ended(self, message: Message) -> None:
        """Replace a reply by its finished message, once all of it is shown."""
        self._advance()
        if message.id in self._current.growing.ids:
            self._clock.mark(message.id)
            return
        conversation = self._current.shown
        message = conversation.messages.get(message.id, message)
        for pane in conversation.panes:
            if pane.leaf_id == message.id:
                self._grid.ended(pane.id)
        for view in self.by_id.values():
            if view.reply_id == message.id:
                view.grow()
                view.end(message)
        self.closed.some_closed()  # its task, and what was drawn of it while it grew
        show_now(self._screen)

    def _paint(self, reply_ids: set[str]) -> None:
        for _ in range(min(len(self._stale), 1 + len(self._stale) // FRAMES_IN_A_PULSE)):
            self._stale.pop()()
        reply_ids |= self._advance()
        for view in self.by_id.values():
            if view.reply_id in reply_ids and view.grow() and view.reply_id is not None:
                self._clock.mark(view.reply_id)

    def _advance(self) -> Set[str]:
        """Show more of what is compared blind; the ids of replies that look different then."""
        growing = self._current.growing
        changed = growing.advance()
        if growing.is_behind:
            self._clock.mark(next(iter(growing.ids)))
        if changed - growing.ids:
            self._screen.post_message(ConversationChanged())  # their messages take their places
        return changed

    def _pulse(self) -> None:
        for renew in self._stale:  # no frame has come for these
            renew()
        views = self.by_id.values()
        self._pulses += 1
        figures = [self._renew_figures] if self._pulses % PULSES_OF_FIGURES == 0 else []
        self._stale = [*figures, *(view.renew_bar for view in views), *(view.renew_race for view in views)]
        replies = self._current.replies
        for reply in replies.values():
            self._clock.mark(reply.id)
        if not replies:
            self._clock.stop_pulse()

    def _renew_figures(self) -> None:
        """Show the figures of what grows beside the panes."""
        replies = self._current.replies
        if replies and self._current.active_id in self.by_id:
            self._show_figures(replies.get(self._current.active_id), tuple(replies.values()))
