"""What keys and the mouse do with panes side by side: scroll together, show differences, vote, zoom, fold, resize."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events, on

from textchat.ui.conversation.live_screen import LiveScreen
from textchat.ui.keys import RIGHT_BUTTON
from textchat.ui.messages import PanesResized

if TYPE_CHECKING:
    from textchat.ui.panes.sync_scroll import SyncScroll
    from textchat.ui.transcript.message_list import MessageList

WEIGHT_STEP = 1.25
LEAST_WEIGHT, MOST_WEIGHT = 0.2, 5.0
IN_STEP = "⇅ scrolling together"


class SideBySide(LiveScreen):
    """Where there is one pane there is little to do."""

    _sync: SyncScroll | None = None
    """What ties the scrolling of the panes together, once that was asked for."""

    @on(events.Click)
    def _find_commands(self, event: events.Click) -> None:
        """A right click in a pane puts into the mouse's reach what keys do with it."""
        if event.button == RIGHT_BUTTON and event.widget and self.grid in event.widget.ancestors_with_self:
            self.app.action_command_palette()

    def action_toggle_sync(self) -> None:
        """Lock the scrolling of the panes together at matching blocks, or release it."""
        if self._sync is None:
            from textchat.ui.panes.sync_scroll import SyncScroll

            self._sync = SyncScroll(self, self._lists)
        if len(self.panes) == 1 and not self._sync.is_locked:
            self.notify("There is one pane; it takes two to scroll together.", markup=False)
            return
        self._sync.toggle(self.active_view.message_list)
        self.show_target()

    def keep_in_step(self) -> None:
        """Panes came or went."""
        if self._sync is not None:
            self._sync.watch()

    def remarks(self) -> Iterator[str]:
        yield from super().remarks()
        if self._sync is not None and self._sync.is_locked and len(self.panes) > 1:
            yield IN_STEP

    def _lists(self) -> list[MessageList]:
        return [view.message_list for view in self.views.values()]

    def action_diff_panes(self) -> None:
        """The answers of the panes; where one pane is alone, its last answer and the versions beside it."""
        from textchat.ui.dialogs.diff_screen import DiffScreen, DiffSide
        from textchat.ui.keymap import BY_ID, keys_of

        answers = [DiffSide(number, name, text) for number, name, text in self._answers_to_compare()]
        if len(answers) < 2:
            self.notify("There is nothing to compare yet: it takes two answers.", markup=False)
            return
        active = [pane.id for pane in self.panes].index(self.active_id) + 1
        base = next((index for index, answer in enumerate(answers) if answer.number == active), 0)
        closing_keys = keys_of(BY_ID["pane.diff"], getattr(self.app, "keymap", {}))
        self.app.push_screen(DiffScreen(answers, base if len(self.panes) > 1 else 0, closing_keys))

    def _answers_to_compare(self) -> list[tuple[int, str, str]]:
        """Number, model and text of each; of a reply that grows, what has come."""
        conversation = self.live.conversation
        growing = {reply.id: reply.text for reply in self.live.replies.values()}
        if len(self.panes) > 1:
            leaves = [(number, pane.leaf_id) for number, pane in enumerate(self.panes, start=1)]
        else:
            leaf = self.panes[0].leaf_id
            leaves = list(enumerate(conversation.siblings(leaf), start=1)) if leaf else []
        found = []
        for number, leaf in leaves:
            answered = [message for message in conversation.branch(leaf) if message.model]
            if answered and (text := growing.get(answered[-1].id, answered[-1].text)).strip():
                found.append((number, answered[-1].model or "", text))
        return found

    def action_vote(self, is_tie: bool) -> None:
        self.do(self._vote(self.active_id, is_tie=is_tie))

    async def _vote(self, pane_id: str, *, is_tie: bool) -> None:
        from textchat.core.votes.voting import NothingToVoteOn

        try:
            await self.live.vote(pane_id, is_tie=is_tie)
        except NothingToVoteOn as reason:
            self.notify(str(reason), markup=False)

    def action_zoom_pane(self, pane_id: str | None = None) -> None:
        if pane_id is not None:
            self.activate(pane_id)
        self.grid.toggle_zoom()

    def action_fold_pane(self, pane_id: str | None = None) -> None:
        pane = self.live.conversation.pane(pane_id or self.active_id)
        if len(self.panes) > 1:
            self.do(self.live.change_pane(replace(pane, folded=not pane.folded)))

    def action_widen_pane(self) -> None:
        self.do(self._weigh(WEIGHT_STEP))

    def action_narrow_pane(self) -> None:
        self.do(self._weigh(1 / WEIGHT_STEP))

    async def _weigh(self, factor: float) -> None:
        weight = max(LEAST_WEIGHT, min(MOST_WEIGHT, self.active_pane.weight * factor))
        await self.live.weigh_panes({self.active_id: weight})

    @on(PanesResized)
    def _panes_resized(self, event: PanesResized) -> None:
        self.do(self.live.weigh_panes(event.weights))
