"""The words at the end of a blind comparison: who won, and which model each letter was."""

from __future__ import annotations

from collections.abc import Iterable

from textchat.core.conversation import Conversation
from textchat.core.text.sanitize import plain_name
from textchat.core.text.word_lists import listed
from textchat.core.votes.vote import LOST, TIED, WON, Vote

LONGEST_NAME = 60


def revealed(before: Conversation, vote: Vote | None) -> str:
    """The result of a comparison; `before` is the conversation as it was while it was blind.

    It goes by answers: a pane may show a version that another one asked for.
    """
    blind = before.blind
    if blind is None:
        return ""
    models = {blind.letter(pane.id) or "": pane.model for pane in before.panes}
    scores: dict[str, float] = {}
    named: list[str] = []
    for candidate in () if vote is None else vote.candidates:
        letter = blind.letter_of_answer(candidate.message_id) or ""
        models.setdefault(letter, candidate.model)
        scores[letter] = candidate.score
        named += [letter] if candidate.names_itself else []
    told = f"{', '.join(f'{letter} is {plain_name(models[letter], LONGEST_NAME)}' for letter in _in_order(models))}."
    named = _in_order(named)
    apart = f"{listed(named)} named {'its' if len(named) == 1 else 'their'} model: counted apart." if named else ""
    return " ".join(filter(None, (_verdict(scores), told, apart)))


def _verdict(scores: dict[str, float]) -> str:
    by_score = {score: _in_order(each for each in scores if scores[each] == score) for score in (WON, TIED, LOST)}
    if by_score[WON]:
        return f"{by_score[WON][0]} wins."
    if by_score[TIED]:
        return f"{listed(by_score[TIED])} tied."
    return f"{listed(by_score[LOST])} lose." if by_score[LOST] else ""


def _in_order(letters: Iterable[str]) -> list[str]:
    return sorted(letters, key=lambda letter: (len(letter), letter))
