"""Brings closed panes back: branch, model, parameters, width, place."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core import restoring
from textchat.core.conversation import Conversation, Pane
from textchat.core.turns import MOST_PANES
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class ClosedPanes:
    """A step of the undo: panes that were closed together."""

    before: Conversation
    after: Conversation

    @property
    def conversation_id(self) -> str:
        return self.before.id

    @property
    def done(self) -> str:
        return f"Closed {self._named(self._panes)}"

    @property
    def _panes(self) -> tuple[Pane, ...]:
        return restoring.closed_panes(self.before, self.after)

    def _named(self, panes: tuple[Pane, ...]) -> str:
        if len(panes) != 1:
            return f"{len(panes)} panes"
        number = 1 + [pane.id for pane in self.before.panes].index(panes[0].id)
        return f"pane {number} ({panes[0].model})"

    @property
    def until(self) -> str:
        return ""

    async def revive(self) -> None:
        """Do nothing: the conversation was not deleted."""

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        shown = {pane.id for pane in store.conversation.panes}
        now = restoring.with_panes_back(store.conversation, self.before, self.after)
        there = {pane.id for pane in now.panes}
        back = tuple(pane for pane in self._panes if pane.id in there - shown)
        if back:
            await store.change(now)
        rest = [pane for pane in self._panes if pane.id not in there]
        return Undone(
            "" if rest and not back else self._named(back or self._panes),
            back[0].id if len(self._panes) == 1 and back else None,
            rest=f"{MOST_PANES} panes is the most. Close one before you undo." if rest else "",
        )
