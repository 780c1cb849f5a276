"""Pure functions that edit a conversation: ask, edit, switch versions, choose, and add, move and reopen panes."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from textchat.core.blind.masks import Mask
from textchat.core.conversation import Conversation, Message, Pane, Role, Status, new_id
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.editing import Edit
from textchat.core.parts.part import Part
from textchat.core.personas.persona import PanePersona

MOST_PANES = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """A prompt added under the leaves of some panes."""

    conversation: Conversation
    prompts: tuple[Message, ...]
    """The new messages: one for each different leaf, so that panes on one leaf share it."""


def prompt(conversation: Conversation, pane_ids: Iterable[str], text: str, parts: tuple[Part, ...] = ()) -> Turn:
    """Add `text` as a prompt under the leaf of each pane, and move the panes to it."""
    by_leaf: dict[str | None, Message] = {}
    for pane_id in pane_ids:
        pane = conversation.pane(pane_id)
        message = by_leaf.get(pane.leaf_id)
        if message is None:
            message = by_leaf[pane.leaf_id] = _user_message(pane.leaf_id, text, parts)
            conversation = conversation.with_message(message)
        conversation = conversation.with_pane(replace(pane, leaf_id=message.id))
    return Turn(conversation, tuple(by_leaf.values()))


def is_asked(conversation: Conversation, text: str, before: Collection[str]) -> bool:
    """Whether there is a prompt with this text besides the messages that were there `before`, by their ids."""
    messages = conversation.messages.items()
    return any(message.is_prompt and message.text == text for id_, message in messages if id_ not in before)


def edit_prompt(
    conversation: Conversation,
    pane_id: str,
    message_id: str,
    text: str,
    parts: tuple[Part, ...] | None = None,
    version_id: str = "",
) -> Turn:
    """Add another version of the prompt `message_id` as its sibling, and move the pane to it.

    `parts` None: it keeps what is attached to it. `version_id` is the id of the version; empty: a new one.
    """
    old = conversation.messages[message_id]
    if parts is None:
        parts = Edit(old.text, text).parts(old.parts)
    message = _user_message(old.parent_id, text, parts, version_id)
    pane = replace(_with_version(conversation.pane(pane_id), message_id, message.id), leaf_id=message.id)
    return Turn(conversation.with_message(message).with_pane(pane), (message,))


def edit_answer(conversation: Conversation, pane_id: str, message_id: str, text: str) -> Turn:
    """Add the user's version of the answer `message_id` as its sibling, and move the pane to it."""
    old = conversation.messages[message_id]
    edit = Edit(old.text, text)
    message = Message(
        id=new_id(),
        parent_id=old.parent_id,
        role=Role.ASSISTANT,
        text=text,
        parts=edit.parts(old.parts),
        citations=edit.citations(old.citations),
        model=old.model,
        parameters=old.parameters or Parameters(),  # by these and no times it is known as edited
        created_at=time.time(),
        covers=old.covers,
        merged=old.merged,
    )
    pane = replace(conversation.pane(pane_id), leaf_id=message.id)
    if conversation.blind is not None and (asked_by := conversation.blind.answers.get(message_id)) is not None:
        conversation = replace(conversation, blind=conversation.blind.with_answer(message.id, asked_by))
    return Turn(conversation.with_message(message).with_pane(pane), (message,))


def walk_siblings(conversation: Conversation, pane_id: str, message_id: str, step: int) -> Conversation:
    """Show the sibling `step` places after `message_id` (wrapping around) in the pane, with what follows it."""
    siblings = Mask(conversation).versions(message_id)
    target = siblings[(siblings.index(message_id) + step) % len(siblings)]
    pane = _with_version(conversation.pane(pane_id), message_id, target)
    return conversation.with_pane(replace(pane, leaf_id=conversation.newest_leaf(target)))


def _with_version(pane: Pane, message_id: str, version_id: str) -> Pane:
    """The pane for another version of a message: what was left out above the one is left out above the other."""
    return replace(pane, sent_from=version_id) if pane.sent_from == message_id else pane


def choose(conversation: Conversation, pane_id: str) -> Conversation:
    """Keep this pane alone, unfolded; the branches of the others stay in the tree."""
    return conversation.with_only((replace(conversation.pane(pane_id), folded=False),))


def open_siblings(conversation: Conversation, pane_id: str, message_id: str) -> Conversation:
    """Open a pane for each sibling of the answer `message_id`, in order, as for a comparison that was closed.

    Panes that show one of them already serve for it; of the others the newest are opened, as far as there is room.
    """
    messages = conversation.messages
    answers = [id_ for id_ in conversation.siblings(message_id) if messages[id_].role is Role.ASSISTANT]
    shown = _standing_for(conversation.pane(pane_id), messages[message_id])
    pane_of = {message_id: shown}
    for pane in conversation.panes:
        for message in conversation.branch(pane.leaf_id):
            if message.id in answers:
                pane_of.setdefault(message.id, pane)
    closed = [id_ for id_ in answers if id_ not in pane_of]
    room = max(0, MOST_PANES - len(conversation.panes))
    for id_ in closed[max(0, len(closed) - room) :]:
        answer = messages[id_]
        leaf = conversation.newest_leaf(id_)
        parameters = answer.parameters or Parameters()
        pane = Pane(new_id(), answer.model or shown.model, parameters, leaf, sent_from=shown.sent_from)
        pane_of[id_] = replace(pane, persona=_persona_of(pane, conversation))
    compared = {pane_of[id_].id: pane_of[id_] for id_ in answers if id_ in pane_of}
    others = (pane for pane in conversation.panes if pane.id not in compared)
    return replace(conversation, panes=(*compared.values(), *others))


def _standing_for(pane: Pane, answer: Message) -> Pane:
    """The pane, set to the model and parameters of its last answer, which may come from another model."""
    if pane.leaf_id != answer.id or not answer.model:
        return pane
    return replace(pane, model=answer.model, parameters=answer.parameters or pane.parameters)


def _persona_of(pane: Pane, conversation: Conversation) -> PanePersona | None:
    """The persona of a pane here that has made this model and these parameters, if one has."""
    known = [other.persona for other in conversation.panes if other.persona is not None]
    made = (each for each in known if (each.model, each.parameters) == (pane.model, pane.parameters))
    return next(made, None)


def add_pane(
    conversation: Conversation,
    model: str,
    parameters: Parameters,
    beside: str | None = None,
    persona: PanePersona | None = None,
) -> Conversation:
    """Add a pane for `model` to the right of pane `beside`, on the same branch up to its last finished message."""
    if beside is None:
        return conversation.with_pane(Pane(new_id(), model, parameters, persona=persona))
    shown = conversation.pane(beside)
    leaf = finished_leaf(conversation, shown.leaf_id)
    pane = Pane(new_id(), model, parameters, leaf, sent_from=shown.sent_from, persona=persona)
    at = conversation.panes.index(shown) + 1
    return replace(conversation, panes=(*conversation.panes[:at], pane, *conversation.panes[at:]))


def open_efforts(conversation: Conversation, pane_id: str, efforts: Sequence[Effort]) -> Conversation:
    """Open a pane for each effort, in their order, with the branch, the model and the parameters of this pane.

    Panes that differ from it in their effort alone serve already; it takes the first missing one itself where its own
    is none of them. The next prompt goes to all panes.
    """
    shown = conversation.pane(pane_id)
    alike = [pane for pane in conversation.panes if differs_in_effort(pane, shown)]
    there = {pane.parameters.effort: pane for pane in [*reversed(alike), shown]}
    spare = [] if shown.parameters.effort in efforts else [shown]
    leaf = finished_leaf(conversation, shown.leaf_id)
    raced: list[Pane] = []
    for effort in efforts:
        parameters = replace(shown.parameters, effort=effort)
        if (pane := there.get(effort)) is None:
            new = replace(shown, id=new_id(), leaf_id=leaf, weight=1.0, folded=False, place=None)
            pane = replace(spare.pop() if spare else new, parameters=parameters)
        raced.append(pane)
    ids = {pane.id for pane in raced}
    at = next(index for index, pane in enumerate(conversation.panes) if pane.id in ids)
    before, behind = (
        tuple(pane for pane in panes if pane.id not in ids)
        for panes in (conversation.panes[:at], conversation.panes[at:])
    )
    view = replace(conversation.view, sends_to_all=True)
    return replace(conversation, panes=(*before, *raced, *behind), view=view)


def differs_in_effort(pane: Pane, other: Pane) -> bool:
    """Whether two panes have the same model and parameters but for their effort, which may be the same too."""
    effort = other.parameters.effort
    return pane.model == other.model and replace(pane.parameters, effort=effort) == other.parameters


def move_pane(conversation: Conversation, pane_id: str, step: int) -> Conversation:
    """Move the pane `step` places to the right, as far as possible."""
    panes = list(conversation.panes)
    at = next(index for index, pane in enumerate(panes) if pane.id == pane_id)
    panes.insert(max(0, min(len(panes) - 1, at + step)), panes.pop(at))
    return replace(conversation, panes=tuple(panes))


def finished_leaf(conversation: Conversation, leaf_id: str | None) -> str | None:
    """The leaf, or the nearest message above it that does not grow."""
    while leaf_id is not None and conversation.messages[leaf_id].status is Status.GROWING:
        leaf_id = conversation.messages[leaf_id].parent_id
    return leaf_id


def _user_message(parent_id: str | None, text: str, parts: tuple[Part, ...], id_: str = "") -> Message:
    return Message(
        id=id_ or new_id(),
        parent_id=parent_id,
        role=Role.USER,
        text=text,
        parts=parts,
        created_at=time.time(),
    )
