"""Takes back changes of a pane's parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textchat.core import restoring
from textchat.core.parameters import Parameters
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class ChangedParameters(StepWithin):
    """A step of the undo: the parameters of a pane before and after an edit."""

    conversation_id: str
    pane_id: str
    before: Parameters
    after: Parameters

    @property
    def done(self) -> str:
        return "Changed the parameters of a pane"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        panes = store.conversation.panes
        found = next(((number, pane) for number, pane in enumerate(panes, start=1) if pane.id == self.pane_id), None)
        if found is None:
            return Undone("the parameters of a pane that is closed now")
        number, pane = found
        now = restoring.parameters_as_before(pane.parameters, self.before, self.after)
        if now != pane.parameters:
            await store.change(store.conversation.with_pane(replace(pane, parameters=now)))
        return Undone(f"the parameters of pane {number}", pane.id)
