"""Casts a vote on the last answers of the panes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from textchat.core.conversation import Conversation, Message, Status
from textchat.core.votes.vote import LOST, TIED, WON, Candidate, Vote


class NothingToVoteOn(Exception):
    """A vote is not possible; the text is one sentence that gives the reason."""


def cast_vote(conversation: Conversation, pane_id: str, *, is_tie: bool) -> Vote:
    """Vote that the answer of this pane is the best shown, or that all are equal; raises NothingToVoteOn.

    They are answers to the same prompt that came to their end. It is by answers, not by panes: a pane may ask another
    model by now, and an answer that two panes show is one.
    """
    messages = conversation.messages
    best = messages.get(conversation.pane(pane_id).leaf_id or "")
    if best is None or best.model is None:
        raise NothingToVoteOn("This pane has no reply to vote on.")
    answers = {answer.id: answer for answer in _answers(conversation, best)}
    if any(answer.is_growing for answer in answers.values()):
        raise NothingToVoteOn("Vote when all replies have ended.")
    if not _can_stand(best):
        raise NothingToVoteOn("You can only vote on a complete, unedited reply.")
    standing = [answer for answer in answers.values() if _can_stand(answer)]
    if len(standing) < 2:
        raise NothingToVoteOn("A vote needs complete replies to the same prompt in two panes.")
    candidates = tuple(
        Candidate(answer.id, answer.model or "", TIED if is_tie else WON if answer is best else LOST)
        for answer in standing
    )
    prompt = conversation.answered(best)
    return Vote(conversation.id, None if prompt is None else prompt.id, candidates, created_at=time.time())


def _answers(conversation: Conversation, best: Message) -> Iterator[Message]:
    """The panes' last answers to the prompt of `best`; on another branch, a prompt with the same text is the same."""
    for pane in conversation.panes:
        answer = conversation.messages.get(pane.leaf_id or "")
        if answer is not None and answer.model and _prompt(conversation, answer) == _prompt(conversation, best):
            yield answer


def _prompt(conversation: Conversation, answer: Message) -> object:
    prompt = conversation.answered(answer)
    return prompt and (prompt.text, prompt.parts)


def _can_stand(answer: Message) -> bool:
    """Whether an answer can be voted on: a complete one by the model, not one edited by the user (without times)."""
    return answer.status is Status.COMPLETE and answer.timing is not None and not answer.is_summary
