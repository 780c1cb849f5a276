"""Votes at random, for what tests store and read again."""

from __future__ import annotations

from hypothesis import strategies as st

from textchat.core.conversation import Conversation
from textchat.core.votes.vote import LOST, TIED, WON, Candidate, Vote


@st.composite
def voted_on(draw: st.DrawFn, conversation: Conversation, models: st.SearchStrategy[str]) -> Conversation:
    """The conversation with votes on some of its messages, which need not be answers."""
    ids = draw(st.permutations(list(conversation.messages)))
    for number, pair in enumerate(zip(ids[::2], ids[1::2], strict=False), start=1):
        candidates = tuple(
            Candidate(
                id_,
                draw(models),
                draw(st.sampled_from([WON, TIED, LOST])),
                draw(st.none() | st.integers(1, 9)),
                draw(st.booleans()),
            )
            for id_ in pair
        )
        prompt = conversation.answered(conversation.messages[pair[0]])
        vote = Vote(
            conversation.id, prompt.id if prompt else None, candidates, draw(st.booleans()), created_at=float(number)
        )
        conversation = conversation.with_vote(vote) if draw(st.booleans()) else conversation
    return conversation
