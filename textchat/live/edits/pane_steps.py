"""Brings closed panes back: branch, model, parameters, width, place; and closes panes that were opened together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Self

from textchat.core import restoring
from textchat.core.blind.masks import Mask
from textchat.core.conversation import Conversation, Pane, Status
from textchat.core.turns import MOST_PANES
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class _PanesStep(StepWithin):
    """A step of the undo: the conversation before and after a change of its panes."""

    before: Conversation
    after: Conversation
    """Both without the texts of their messages."""

    @classmethod
    def of(cls, before: Conversation, after: Conversation) -> Self:
        """The change from `before` to `after`."""
        closed = restoring.closed_panes(before, after)
        branches = chain.from_iterable(restoring.above(before, pane.leaf_id) for pane in closed)
        return cls(restoring.outline(before, dict.fromkeys(branches)), restoring.outline(after, ()))

    @property
    def conversation_id(self) -> str:
        return self.before.id


@dataclass(frozen=True, eq=False)
class ClosedPanes(_PanesStep):
    """Panes that were closed together."""

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
        return f"pane {number} ({Mask(self.before).pane_name(panes[0])})"

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


@dataclass(frozen=True, eq=False)
class OpenedPanes(_PanesStep):
    """Panes that were opened together, for a race between efforts or to compare branches."""

    @property
    def done(self) -> str:
        many = len(restoring.closed_panes(self.after, self.before))
        if not many:
            leaves, shown = ({pane.leaf_id for pane in known.panes} for known in (self.before, self.after))
            return "Set the effort of this pane" if leaves == shown else "Opened a branch"
        return f"Opened {many} {'pane' if many == 1 else 'panes'}"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        """Close the panes; what was said in them stays in the tree. None closes while one of them replies."""
        if refusal := self.refusal(store.conversation):
            return refusal
        await store.change(restoring.without_opened_panes(store.conversation, self.before, self.after))
        return Undone("the panes as they were")

    def refusal(self, now: Conversation) -> Undone | None:
        """Why the panes cannot be closed yet, if one of them replies."""
        opened = {pane.id for pane in restoring.closed_panes(self.after, self.before)}
        for number, pane in enumerate(now.panes, start=1):
            leaf = now.messages.get(pane.leaf_id or "")
            if pane.id in opened and leaf is not None and leaf.status is Status.GROWING:
                return Undone("", rest=f"Pane {number} is still replying. Press Esc there before you undo.")
        return None
