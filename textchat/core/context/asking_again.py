"""Pure functions that make requests for what was asked before: again, with another text, or for more of it.

The last summary where a pane stands goes with it whose messages are above the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textchat.core import turns
from textchat.core.context.sent import is_complete_summary, summary_in
from textchat.core.context.splicing import summary_copy
from textchat.core.context.upcoming import Upcoming
from textchat.core.conversation import Conversation, Message, Role, Status
from textchat.core.parts.part import Part


def asked_again(conversation: Conversation, asked: Mapping[str, str | None]) -> Upcoming:
    """Ask for other versions, given by pane a prompt, or an answer to it; panes without a prompt are left out."""
    return _at_prompts(conversation, {pane_id: _prompt_of(conversation, id_) for pane_id, id_ in asked.items()})


def continued(conversation: Conversation, answers: Mapping[str, Message]) -> Upcoming:
    """Ask for longer versions of answers, by pane."""
    prompts = {pane_id: _prompt_of(conversation, answer.id) for pane_id, answer in answers.items()}
    return replace(_at_prompts(conversation, prompts), continued=answers)


def edited(
    conversation: Conversation,
    pane_id: str,
    message_id: str,
    text: str,
    parts: tuple[Part, ...] | None,
    version_id: str,
) -> Upcoming:
    """Ask with an edited version of a prompt; `parts` and `version_id` as in `turns.edit_prompt`."""
    turn = turns.edit_prompt(conversation, pane_id, message_id, text, parts, version_id)
    after, copies = with_summary_carried(conversation, turn.conversation, pane_id)
    return Upcoming(after, (pane_id,), (*turn.prompts, *copies))


def last_said(conversation: Conversation, message_id: str | None) -> Message | None:
    """A message; of a summary, the message that it stands below."""
    message = conversation.messages.get(message_id or "")
    return conversation.answered(message) if message is not None and message.is_summary else message


def with_summary_carried(
    before: Conversation, after: Conversation, pane_id: str
) -> tuple[Conversation, tuple[Message, ...]]:
    """Put the last summary `before` in a pane below its new leaf, with the new messages that this takes.

    One counts if all that it stands for is above that leaf; nothing changes where one there stands for as much.
    """
    pane = after.pane(pane_id)
    branch = after.branch(pane.leaf_id)
    places = {message.id: place for place, message in enumerate(branch[:-1])}
    earlier = reversed(before.branch(before.pane(pane_id).leaf_id))
    summary = next((message for message in earlier if is_complete_summary(message) and message.covers in places), None)
    if summary is None or summary.id in places or places[summary.covers or ""] < summary_in(branch)[1]:
        return after, ()
    known = (after.messages[id_] for id_ in after.children(pane.leaf_id))
    copy = next((message for message in known if _is_same(message, summary)), None)
    new = () if copy is not None else (summary_copy(summary, pane.leaf_id),)
    for message in new:
        copy, after = message, after.with_message(message)
    return after.with_pane(replace(pane, leaf_id=copy.id if copy is not None else pane.leaf_id)), new


def _at_prompts(conversation: Conversation, prompts: Mapping[str, Message | None]) -> Upcoming:
    new: list[Message] = []
    pane_ids: list[str] = []
    for pane_id, prompt in prompts.items():
        if prompt is not None:
            moved = conversation.with_pane(replace(conversation.pane(pane_id), leaf_id=prompt.id))
            conversation, copies = with_summary_carried(conversation, moved, pane_id)
            new += copies
            pane_ids.append(pane_id)
    return Upcoming(conversation, tuple(pane_ids), tuple(new))


def _prompt_of(conversation: Conversation, message_id: str | None) -> Message | None:
    """The prompt itself, or what an answer answers."""
    message = last_said(conversation, message_id)
    return conversation.answered(message) if message is not None and message.role is Role.ASSISTANT else message


def _is_same(message: Message, summary: Message) -> bool:
    return (message.status, message.covers, message.text) == (Status.COMPLETE, summary.covers, summary.text)
