"""Edits of the panes of a conversation: which there are, in what order, how wide, with which model and parameters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from textchat.core import turns
from textchat.core.blind.dealing import deal_again
from textchat.core.context.branch_map import open_branches
from textchat.core.conversation import Conversation, Pane
from textchat.core.parameters import Effort, Parameters
from textchat.core.personas.panes import on_model, with_persona
from textchat.core.personas.persona import Persona
from textchat.core.sweeps.panes import open_variants
from textchat.core.sweeps.sweep import Variant
from textchat.live.conversation_store import ConversationStore
from textchat.live.edits.changed_parameters import ChangedParameters
from textchat.live.edits.changed_persona import ChangedPersona
from textchat.live.edits.pane_steps import OpenedPanes
from textchat.live.edits.swept_panes import SweptPanes
from textchat.live.edits.undo import Step, UndoStack
from textchat.live.settings.current_settings import CurrentSettings


class PaneEdits:
    """Changes panes without asking or cancelling anything; each change is stored.

    A pane that was closed meanwhile is left closed.
    """

    def __init__(
        self,
        store: ConversationStore,
        current: CurrentSettings,
        undo: UndoStack | None = None,
        default_persona: Callable[[], Persona | None] = lambda: None,
    ) -> None:
        """What is set by hand, and what opens several panes, goes onto `undo`."""
        self._store = store
        self._current = current
        self._undo = undo or UndoStack()
        self._default_persona = default_persona

    async def add(self, model: str, beside: str | None = None) -> Pane:
        """Add an empty pane with the parameters that the settings give its model, and the default persona.

        While the models are hidden, all panes are shuffled anew with it, and the first one is returned: which is new
        is not to be known. Once they have replied, nothing is added, for the new one would be known.
        """
        blind = self._conversation.blind
        if blind is not None and blind.answers:
            self.refused_while_blind()
            return self._conversation.panes[0]
        before = {pane.id for pane in self._conversation.panes}
        beside = beside if beside in before else None
        new = with_persona(Pane("", model), self._default_persona(), model, self._parameters_of(model))
        after = turns.add_pane(self._conversation, model, new.parameters, beside, new.persona)
        await self._store.change(deal_again(after))
        panes = self._conversation.panes
        return panes[0] if blind is not None else next(pane for pane in panes if pane.id not in before)

    async def duplicate(self, pane_id: str) -> None:
        """Add a pane beside this one with the same branch, model and parameters, if there is room."""
        for pane in self._known(pane_id) if len(self._conversation.panes) < turns.MOST_PANES else ():
            await self._store.change(
                turns.add_pane(self._conversation, pane.model, pane.parameters, pane_id, pane.persona)
            )

    async def move(self, pane_id: str, step: int) -> None:
        if self._known(pane_id):
            await self._store.change(turns.move_pane(self._conversation, pane_id, step))

    async def weigh(self, weights: Mapping[str, float]) -> None:
        """Set the shares of the width of panes."""
        panes = tuple(replace(pane, weight=weights.get(pane.id, pane.weight)) for pane in self._conversation.panes)
        await self._store.change(replace(self._conversation, panes=panes))

    async def set_model(self, pane_id: str, model: str) -> None:
        """Set the model of a pane for the next prompt; the parameters become those of that model and of its persona."""
        for pane in () if self.refused_while_blind() else self._known(pane_id):
            await self.change(on_model(pane, model, self._parameters_of(model)))

    async def set_persona(self, pane_id: str, persona: Persona | None) -> Step | None:
        """Give a pane a persona, on its model if it has one, or take its persona away; None: nothing has changed."""
        for pane in () if self.refused_while_blind() else self._known(pane_id):
            model = (persona.model if persona else None) or pane.model
            after = with_persona(pane, persona, model, self._parameters_of(model))
            if after != pane:
                step = ChangedPersona(self._conversation.id, pane, after)
                self._undo.push(step)
                await self.change(after)
                return step
        return None

    async def open_efforts(self, pane_id: str, efforts: Sequence[Effort]) -> Step | None:
        """Open a pane for each effort beside this one, as `turns.open_efforts`; None: all are open, or have no room."""
        before = self._conversation
        if self.refused_while_blind():
            return None
        after = turns.open_efforts(before, pane_id, efforts) if self._known(pane_id) else before
        if after.panes == before.panes or len(after.panes) > turns.MOST_PANES:
            return None
        step = OpenedPanes.of(before, after)
        self._undo.push(step)
        await self._store.change(after)
        return step

    async def open_sweep(self, pane_id: str, variants: Sequence[Variant], *, asks_again: bool) -> Step | None:
        """Open a pane for each variant in place of all panes, as `open_variants`; None: the pane is gone, or blind."""
        before = self._conversation
        if self.refused_while_blind() or not self._known(pane_id):
            return None
        after = open_variants(before, pane_id, variants, self._parameters_of, asks_again=asks_again)
        step = SweptPanes.of(before, after)
        self._undo.push(step)
        await self._store.change(after)
        return step

    async def open_branches(self, pane_id: str, leaf_ids: Sequence[str]) -> Step | None:
        """Show two branches side by side, as `branch_map.open_branches`; None: there is no room, or a pane is gone."""
        before = self._conversation
        if self.refused_while_blind():
            return None
        after = open_branches(before, pane_id, leaf_ids) if self._known(pane_id) else None
        if after is None:
            return None
        step = OpenedPanes.of(before, after)
        self._undo.push(step)
        await self._store.change(after)
        return step

    async def set_parameters(self, pane_id: str, changes: Mapping[str, Any], removed: Collection[str] = ()) -> None:
        """Set these parameters of a pane, by name, without the `removed` ones; the others stay as they are by then."""
        for pane in self._known(pane_id):
            parameters = pane.parameters.without(removed).merged(changes)
            if parameters != pane.parameters:
                self._undo.push(ChangedParameters(self._conversation.id, pane_id, pane.parameters, parameters))
                await self.change(replace(pane, parameters=parameters))

    async def name_persona(self, pane_id: str, persona: Persona) -> None:
        """Note that a pane has this persona, which was made of it."""
        for pane in self._known(pane_id):
            await self.change(with_persona(pane, persona, pane.model, Parameters()))

    def refused_while_blind(self) -> bool:
        """Whether the models are hidden, which is told: what would show them has to wait."""
        if self._conversation.blind is None:
            return False
        self._store.tell_problem("The models are hidden. Vote, or reveal them first.")
        return True

    async def change(self, pane: Pane) -> None:
        """Set a pane in place of the one with its id."""
        if self._known(pane.id):
            await self._store.change(self._conversation.with_pane(pane))

    def _known(self, pane_id: str) -> tuple[Pane, ...]:
        """The pane with this id; empty where it was closed meanwhile."""
        return tuple(pane for pane in self._conversation.panes if pane.id == pane_id)

    @property
    def _conversation(self) -> Conversation:
        return self._store.conversation

    def _parameters_of(self, model: str) -> Parameters:
        return self._current.now.model(model).parameters
