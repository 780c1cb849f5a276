"""Finds the replies of a blind comparison that can be voted on."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.conversation import Conversation
from textchat.core.votes.voting import NothingToVoteOn, cast_vote
from textchat.ui.blind.ballot import Rival


def rivals_of(conversation: Conversation) -> tuple[Sequence[Rival], str]:
    """The panes whose replies can be voted on, in their order, or none and a sentence that says why."""
    blind, reason = conversation.blind, ""
    for pane in conversation.panes if blind is not None else ():
        try:
            vote = cast_vote(conversation, pane.id, is_tie=True)
        except NothingToVoteOn as problem:
            reason = reason or str(problem)
            continue
        shown: dict[str, Rival] = {}
        for each in conversation.panes:
            letter = blind.letter(each.id) if blind is not None else None
            if each.leaf_id in vote.message_ids and letter is not None:
                shown.setdefault(each.leaf_id or "", Rival(each.id, letter))
        return tuple(shown.values()), ""
    return (), reason
