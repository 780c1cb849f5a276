"""Casts a vote on the last answers of the panes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from textchat.core.conversation import Conversation, Message, Status
from textchat.core.votes.vote import LOST, TIED, WON, Candidate, Vote

MERGE_SUFFIX = " (merge)"
"""Behind the model in the name under which its merges are rated."""


class NothingToVoteOn(Exception):
    """A vote is not possible; the text is one sentence that gives the reason."""


def cast_vote(conversation: Conversation, pane_id: str, *, is_tie: bool) -> Vote:
    """Vote that the answer of this pane is the best shown, or that all are equal; raises NothingToVoteOn."""
    if is_tie:
        return _vote(conversation, _standing(conversation, pane_id), lambda answer: Place(TIED))
    best = conversation.messages.get(conversation.pane(pane_id).leaf_id or "")
    if best is not None and best.model is not None and not best.is_growing and not _can_stand(best):
        raise NothingToVoteOn("You can only vote on a complete, unedited reply.")
    standing = _standing(conversation, pane_id)
    return _vote(conversation, standing, lambda answer: Place(WON if answer is best else LOST))


def cast_none(conversation: Conversation, pane_id: str) -> Vote:
    """Vote that none of the answers to the last prompt of this pane is good; raises NothingToVoteOn."""
    return _vote(conversation, _standing(conversation, pane_id), lambda answer: Place(LOST))


def cast_ranking(conversation: Conversation, places: Mapping[str, int]) -> Vote:
    """Vote how the answers of these panes rank, 1 for the best and the same for equal ones; raises NothingToVoteOn.

    Each answer that can be voted on has a place: an answer that two panes show has the better one of theirs.
    """
    places = {pane.id: places[pane.id] for pane in conversation.panes if pane.id in places}
    if not places:
        raise NothingToVoteOn("Rank the replies that you see: the best first.")
    standing = _standing(conversation, next(iter(places)))
    by_answer: dict[str, int] = {}
    for pane_id, place in places.items():
        leaf = conversation.pane(pane_id).leaf_id or ""
        by_answer[leaf] = min(place, by_answer.get(leaf, place))
    if by_answer.keys() != {answer.id for answer in standing}:
        raise NothingToVoteOn(f"Rank all {len(standing)} complete replies to the prompt, and no others.")
    order = sorted(by_answer.values())
    ranks = {id_: 1 + order.index(place) for id_, place in by_answer.items()}
    first = TIED if order.count(order[0]) > 1 else WON

    def placed(answer: Message) -> Place:
        return Place(first if ranks[answer.id] == 1 else LOST, ranks[answer.id])

    return _vote(conversation, standing, placed)


def contestant(answer: Message) -> str:
    """Whom a vote on an answer counts for: its model; a merge for itself, for other models did a part of its work."""
    return f"{answer.model}{MERGE_SUFFIX}" if answer.merged is not None else answer.model or ""


class Place(NamedTuple):
    """What a vote says of one answer."""

    score: float
    rank: int | None = None


def _vote(conversation: Conversation, standing: Sequence[Message], placed: Callable[[Message], Place]) -> Vote:
    from textchat.core.blind.naming import names_itself  # its patterns take time, and votes are few

    is_blind, prompt = conversation.blind is not None, conversation.answered(standing[0])
    candidates = tuple(
        Candidate(
            answer.id,
            contestant(answer),
            *placed(answer),
            names_itself=is_blind and names_itself(answer, prompt.text if prompt else ""),
        )
        for answer in standing
    )
    prompt_id = None if prompt is None else prompt.id
    return Vote(conversation.id, prompt_id, candidates, is_blind, created_at=time.time())


def _standing(conversation: Conversation, pane_id: str) -> list[Message]:
    """The answers to the prompt of this pane that can be voted on, in the order of their panes; two at least.

    They are answers to the same prompt that came to their end. It is by answers, not by panes: a pane may ask another
    model by now, and an answer that two panes show is one. While they are compared blind, only those count that were
    asked for since: any other may be known from before.
    """
    shown = conversation.messages.get(conversation.pane(pane_id).leaf_id or "")
    if shown is None or shown.model is None:
        raise NothingToVoteOn("This pane has no reply to vote on.")
    answers = {answer.id: answer for answer in _answers(conversation, shown)}
    if any(answer.is_growing for answer in answers.values()):
        raise NothingToVoteOn("Vote when all replies have ended.")
    standing = [answer for answer in answers.values() if _can_stand(answer)]
    if conversation.blind is not None and any(answer.id not in conversation.blind.answers for answer in standing):
        raise NothingToVoteOn("A blind vote is on new replies. Send a prompt first.")
    if len(standing) < 2:
        raise NothingToVoteOn("A vote needs complete replies to the same prompt in two panes.")
    return standing


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
