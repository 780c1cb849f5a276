"""Goes on with the newest conversation: which of its panes is asked, and with which model."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textchat.commands.asking.prompt_input import PromptInput
from textchat.commands.open_store import history_to_read
from textchat.core import turns
from textchat.core.configuration import Settings
from textchat.core.conversation import Conversation, Pane, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.parameters import Parameters
from textchat.core.personas.panes import on_model, with_persona


@dataclass(frozen=True, slots=True)
class Continued:
    """A stored conversation, and the one of its panes that is asked."""

    conversation: Conversation
    pane: Pane
    defaults: Parameters
    """What the settings say for its model."""

    def turn(self, prompt: PromptInput) -> turns.Turn:
        """The conversation with the prompt; the pane keeps what was said of its parameters."""
        pane = self.pane
        if prompt.persona is not None:
            pane = with_persona(pane, prompt.persona, pane.model, self.defaults)
        pane = replace(pane, parameters=pane.parameters.merged(prompt.parameters))
        return turns.prompt(self.conversation.with_pane(pane), [pane.id], prompt.text, prompt.parts)


async def newest_to_continue(model: str | None, settings: Settings) -> Continued | None:
    """The newest conversation with its active pane, or with the one of `model`; None where there is no conversation.

    Raises ConfigurationError while a reply grows in it or it is compared blind, and StoreError.
    """
    async with history_to_read(is_said=False) as history:
        newest = await history.newest()
        conversation = None if newest is None else await history.load(newest)
    if conversation is None:
        return None
    if conversation.blind is not None:
        raise ConfigurationError(
            "The newest conversation is compared blind. Vote in it first: textchat --continue opens it."
        )
    pane = _pane(conversation, model, settings)
    leaf = conversation.messages.get(pane.leaf_id or "")
    if leaf is not None and leaf.is_growing:
        raise ConfigurationError("The newest conversation is still replying in another textchat. Wait for its reply.")
    return Continued(conversation, pane, settings.model(pane.model).parameters)


def _pane(conversation: Conversation, model: str | None, settings: Settings) -> Pane:
    """The active pane, or the first with the model that was named; else the active one asks that model now."""
    panes = conversation.panes or (_new_pane(conversation, settings),)
    active = next((pane for pane in panes if pane.id == conversation.view.active_id), panes[0])
    if model is None or active.model == model:
        return active
    named = next((pane for pane in panes if pane.model == model), None)
    return named or on_model(active, model, settings.model(model).parameters)


def _new_pane(conversation: Conversation, settings: Settings) -> Pane:
    """A pane on the newest branch of an imported conversation, with the model that answered there."""
    roots = conversation.children(None)
    leaf = conversation.newest_leaf(roots[-1]) if roots else None
    answered = [message.model for message in conversation.branch(leaf) if message.model]
    model = answered[-1] if answered else settings.default_models[0]
    return Pane(new_id(), model, settings.model(model).parameters, leaf)
