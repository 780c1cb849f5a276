"""Pure functions that open a pane for each variant of a sweep in place of all panes, and know the variant of a pane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textchat.core import turns
from textchat.core.conversation import Conversation, Message, Pane, Role, new_id
from textchat.core.parameters import Parameters
from textchat.core.personas.panes import with_persona
from textchat.core.sweeps.sweep import Variant


def last_prompt(conversation: Conversation, pane_id: str) -> Message | None:
    """The last prompt in the branch of a pane."""
    branch = conversation.branch(conversation.pane(pane_id).leaf_id)
    return next((message for message in reversed(branch) if message.role is Role.USER), None)


def open_variants(
    conversation: Conversation,
    pane_id: str,
    variants: Sequence[Variant],
    defaults: Callable[[str], Parameters],
    *,
    asks_again: bool,
) -> Conversation:
    """A copy with a pane for each variant alone, all with the branch of this pane; the next prompt goes to all.

    Where it is to be asked again, they end with the last prompt. `defaults` gives the parameters that the settings have
    for a model, which count where a variant is a persona.
    """
    shown = conversation.pane(pane_id)
    prompt = last_prompt(conversation, pane_id) if asks_again else None
    leaf = turns.finished_leaf(conversation, shown.leaf_id) if prompt is None else prompt.id
    base = replace(shown, leaf_id=leaf, weight=1.0, folded=False, place=None)
    panes = tuple(_pane(base, variant, defaults) for variant in variants)
    view = replace(conversation.view, active_id=panes[0].id, is_zoomed=False, sends_to_all=True)
    return replace(conversation, panes=panes, view=view)


def _pane(base: Pane, variant: Variant, defaults: Callable[[str], Parameters]) -> Pane:
    pane = replace(base, id=new_id())
    if variant.persona is not None:
        pane = with_persona(pane, variant.persona, pane.model, defaults(pane.model))
    return replace(pane, parameters=pane.parameters.merged(variant.values))
