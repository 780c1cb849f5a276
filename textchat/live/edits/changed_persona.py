"""Takes back that a pane was given another persona."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textchat.core import restoring
from textchat.core.conversation import Pane
from textchat.core.text.sanitize import plain_name
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.undo import StepWithin, Undone
from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class ChangedPersona(StepWithin):
    """A step of the undo: a pane before and after; its model, its parameters and its persona are brought back."""

    conversation_id: str
    before: Pane
    after: Pane

    @property
    def done(self) -> str:
        persona = self.after.persona
        return f"Using “{plain_name(persona.name, 60)}”" if persona else "Using no persona"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        panes = store.conversation.panes
        found = next(((number, pane) for number, pane in enumerate(panes, start=1) if pane.id == self.before.id), None)
        if found is None:
            return Undone("the persona of a pane that is closed now")
        number, pane = found
        now = self._as_before(pane)
        if now != pane:
            await store.change(store.conversation.with_pane(now))
        return Undone(f"pane {number} as it was", pane.id)

    def _as_before(self, pane: Pane) -> Pane:
        """The pane as it is now; what the persona has made of it is taken back, unless it has changed again."""
        before, after = self.before, self.after
        return replace(
            pane,
            model=before.model if pane.model == after.model else pane.model,
            parameters=restoring.parameters_as_before(pane.parameters, before.parameters, after.parameters),
            persona=before.persona if pane.persona == after.persona else pane.persona,
        )
