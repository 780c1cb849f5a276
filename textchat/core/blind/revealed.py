"""The words at the end of a blind comparison: who won, and which model each letter was."""

from __future__ import annotations

from collections.abc import Iterator

from textchat.core.conversation import Conversation
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.vote import LOST, TIED, WON, Vote

LONGEST_NAME = 60


def revealed(before: Conversation, vote: Vote | None) -> str:
    """The result of a comparison; `before` is the conversation as it was while it was blind."""
    letters = list(_letters(before))
    models = ", ".join(f"{letter} is {plain_name(model, LONGEST_NAME)}" for letter, model, _ in letters)
    if vote is None:
        return f"{models}."
    scores = {letter: vote.score_of(leaf_id) for letter, _, leaf_id in letters}
    named = [candidate.message_id for candidate in vote.candidates if candidate.names_itself]
    told = [letter for letter, _, leaf_id in letters if leaf_id in named]
    apart = f" {_listed(told)} named {'its' if len(told) == 1 else 'their'} model: counted apart." if told else ""
    return f"{_verdict(scores)} {models}.{apart}"


def _verdict(scores: dict[str, float | None]) -> str:
    by_score = {score: [letter for letter, own in scores.items() if own == score] for score in (WON, TIED, LOST)}
    if by_score[WON]:
        return f"{by_score[WON][0]} wins."
    if by_score[TIED]:
        return f"{_listed(by_score[TIED])} tied."
    return f"{_listed(by_score[LOST])} {'lose' if len(by_score[LOST]) > 1 else 'loses'}."


def _letters(conversation: Conversation) -> Iterator[tuple[str, str, str | None]]:
    """The letter of each pane, its model, and the message it ends with; by letter."""
    if (blind := conversation.blind) is not None:
        panes = {pane.id: pane for pane in conversation.panes}
        for pane_id in blind.pane_ids:
            if (pane := panes.get(pane_id)) is not None and (letter := blind.letter(pane_id)) is not None:
                yield letter, pane.model, pane.leaf_id


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
