"""The tree of a conversation as rows: each stretch without a branching is one, side branches hang off the main line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from textchat.core.conversation import Conversation, Message, Pane, Role, first_words, new_id
from textchat.core.parameters import Parameters
from textchat.core.turns import MOST_PANES

LONGEST_WORDS = 200
"""Characters of the first words of a row."""
_HEADING = re.compile(r"#{1,6} +")
"""Markdown's mark before the words of a heading, with which many replies begin."""


@dataclass(frozen=True, slots=True)
class MapRow:
    """A stretch of messages, each the only child of the one before."""

    first_id: str
    last_id: str
    count: int
    depth: int
    """How many times one leaves the main line to get here."""
    is_branch: bool = False
    """Whether it begins a side branch."""
    models: tuple[str, ...] = ()
    """Who wrote the replies in it, in their order."""
    score: float | None = None
    """Of the best vote on one of its messages."""
    versions: int = 1
    """How many versions its first message has, itself included."""
    panes: tuple[int, ...] = ()
    """Numbers of the panes whose branch ends in it."""


def map_rows(conversation: Conversation, pane_id: str) -> list[MapRow]:
    """The rows from top to bottom. The branch of the pane is the main line, and stands last among its versions."""
    main = {message.id for message in conversation.branch(conversation.pane(pane_id).leaf_id)}
    leaves: dict[str | None, tuple[int, ...]] = {}
    for number, pane in enumerate(conversation.panes, start=1):
        leaves[pane.leaf_id] = (*leaves.get(pane.leaf_id, ()), number)
    scores = _scores(conversation)
    rows: list[MapRow] = []
    waiting = [(id_, 0, False) for id_ in reversed(_in_order(conversation, None, main))]
    while waiting:
        first_id, depth, is_branch = waiting.pop()
        stretch = _stretch(conversation, first_id)
        models = dict.fromkeys(message.model for message in stretch if message.model and not message.is_summary)
        votes = [scores[message.id] for message in stretch if message.id in scores]
        rows.append(
            MapRow(
                first_id,
                stretch[-1].id,
                len(stretch),
                depth,
                is_branch,
                tuple(models),
                max(votes, default=None),
                len(conversation.siblings(first_id)),
                tuple(number for message in stretch for number in leaves.get(message.id, ())),
            )
        )
        *sides, last = [*_in_order(conversation, stretch[-1].id, main)] or [""]
        if last:
            waiting.append((last, depth, False))
            waiting += [(id_, depth + 1, True) for id_ in reversed(sides)]
    return rows


def searched_texts(conversation: Conversation) -> list[tuple[str, str]]:
    """By the id of each message what is looked through: the beginning of its text, its model or role."""
    return [
        (message.id, f"{message.text[:LONGEST_WORDS]} {message.model or message.role.value}{_kind(message)}".casefold())
        for message in conversation.messages.values()
    ]


def matching_rows(conversation: Conversation, text: str, searched: Sequence[tuple[str, str]]) -> list[MapRow]:
    """The messages with these words in their beginning or their model, a row each, in the order they came."""
    words = text.casefold().split()
    leaves = {pane.leaf_id: number for number, pane in enumerate(conversation.panes, start=1)}
    scores = _scores(conversation)
    rows: list[MapRow] = []
    for id_, said in searched:
        if all(word in said for word in words):
            message = conversation.messages[id_]
            models = (message.model,) if message.model else ()
            score = scores.get(message.id)
            panes = (leaves[message.id],) if message.id in leaves else ()
            versions = len(conversation.siblings(message.id))
            rows.append(MapRow(message.id, message.id, 1, 0, False, models, score, versions, panes))
    return rows


def words_of(conversation: Conversation, row: MapRow) -> str:
    """The first words of its first message, or the name of the first file in it."""
    message = conversation.messages[row.first_id]
    words = first_words(message.text, LONGEST_WORDS)
    if heading := _HEADING.match(words):
        words = words[heading.end() :]
    if not words and message.parts:
        words = message.parts[0].name or message.parts[0].media_type
    if message.is_summary:
        return f"Summary: {words}"
    return f"Merge: {words}" if message.merged is not None else words


def is_prompt(conversation: Conversation, row: MapRow) -> bool:
    """Whether the row begins with what the user said."""
    return conversation.messages[row.first_id].role is Role.USER


def branch_through(conversation: Conversation, row: MapRow, main: str | None) -> str:
    """The leaf of the branch that goes through a row: `main` where that does, else the newest."""
    path = {message.id for message in conversation.branch(main)}
    return main if main is not None and row.last_id in path else conversation.newest_leaf(row.last_id)


def open_branches(conversation: Conversation, pane_id: str, leaf_ids: Sequence[str]) -> Conversation | None:
    """Show the first leaf in this pane and the second in another: one that shows it already, or a new one beside.

    None where there is no room for a new pane.
    """
    here, there = leaf_ids
    shown = conversation.pane(pane_id)
    conversation = conversation.with_pane(replace(shown, leaf_id=here, place=None))
    if any(pane.leaf_id == there and pane.id != pane_id for pane in conversation.panes):
        return conversation
    if len(conversation.panes) >= MOST_PANES:
        return None
    answered = [message for message in conversation.branch(there) if message.model and not message.is_summary]
    asked = answered[-1] if answered else None
    model = asked.model if asked is not None and asked.model else shown.model
    parameters = (asked.parameters if asked is not None else None) or (
        shown.parameters if model == shown.model else Parameters()
    )
    pane = Pane(new_id(), model, parameters, there, sent_from=shown.sent_from)
    at = 1 + [other.id for other in conversation.panes].index(pane_id)
    return replace(conversation, panes=(*conversation.panes[:at], pane, *conversation.panes[at:]))


def _kind(message: Message) -> str:
    if message.is_summary:
        return " summary"
    return " merge" if message.merged is not None else ""


def _in_order(conversation: Conversation, parent_id: str | None, main: set[str]) -> list[str]:
    """The children of a message, with that of the main line, or else the newest, at the end."""
    children = list(conversation.children(parent_id))
    kept = next((id_ for id_ in children if id_ in main), None)
    return children if kept is None else [*(id_ for id_ in children if id_ != kept), kept]


def _stretch(conversation: Conversation, first_id: str) -> list[Message]:
    stretch = [conversation.messages[first_id]]
    while len(children := conversation.children(stretch[-1].id)) == 1:
        stretch.append(conversation.messages[children[0]])
    return stretch


def _scores(conversation: Conversation) -> Mapping[str, float]:
    return {judged.message_id: judged.score for vote in conversation.votes for judged in vote.candidates}
