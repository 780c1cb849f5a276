"""Defines conversations as frozen values with pure edits: a tree of messages, and the panes that show its branches."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from textchat.core.blind.blind import Blind
from textchat.core.errors import ErrorReport
from textchat.core.merging.merged import Merged
from textchat.core.parameters import Parameters
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.structure import StructureCheck
from textchat.core.personas.persona import PanePersona
from textchat.core.votes.vote import Vote

LONGEST_BEGINNING = 10_000
"""Characters of a text in which its first line is looked for."""


class Role(StrEnum):
    """Who wrote a message, in the words of the wire formats."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class Status(StrEnum):
    """How a message ended; only a stored one is ever `growing`, until its reply ends."""

    COMPLETE = "complete"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """The program ended before the reply did."""
    GROWING = "growing"


class Source(StrEnum):
    """The source of a token count, best first."""

    REPORTED = "reported"
    COUNTED = "counted"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request; `source` says who counted those of the answer, `input_source` those of the request."""

    input_tokens: int
    output_tokens: int
    """All generated tokens, those of the reasoning included."""
    reasoning_tokens: int | None = None
    source: Source = Source.ESTIMATED
    cached_tokens: int | None = None
    """Of the input tokens, those that the server had in its cache; they cost less."""
    input_source: Source | None = None
    """None: as `source`."""
    cache_write_tokens: int | None = None
    """Of the input tokens, those that the server wrote to its cache; with some servers they cost more."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations in seconds since the request was sent."""

    first_token_s: float | None
    """Until the first piece, be it a thought or a word."""
    total_s: float
    tokens_per_s: float | None
    """The tokens after the first arrival by the time from it to the last; None where these are too few to tell."""
    first_text_s: float | None = None
    """Until the first piece of the answer's own text."""


@dataclass(frozen=True, slots=True)
class EarlierFigures:
    """Figures of a part of an answer: of one request, or of several, each of which continued what came before."""

    usage: Usage | None = None
    timing: Timing | None = None
    cost_usd: float | None = None
    cost_source: Source | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool that the model asked for."""

    id: str
    name: str
    arguments: str
    """As the model wrote them: JSON text, not checked."""


@dataclass(frozen=True, slots=True)
class Message:
    """One finished node of the tree."""

    id: str
    parent_id: str | None
    role: Role
    text: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    parts: tuple[Part, ...] = ()
    """Pictures and files of a prompt or an answer, each at its place in the text."""
    citations: tuple[Citation, ...] = ()
    """The sources of an answer, by number from 1."""
    sealed: tuple[SealedReasoning, ...] = ()
    structure: StructureCheck | None = None
    """Whether the answer has the structure that was asked for; None where none was."""
    model: str | None = None
    """`PROVIDER/MODEL` of an assistant's message."""
    parameters: Parameters | None = None
    status: Status = Status.COMPLETE
    finish_reason: str | None = None
    error: ErrorReport | None = None
    note: str | None = None
    """One sentence to be known about an answer that is complete: it may be cut off, a field was left out."""
    usage: Usage | None = None
    timing: Timing | None = None
    cost_usd: float | None = None
    cost_source: Source | None = None
    """Whether the cost follows from tokens that were reported or estimated; None without a cost."""
    earlier: EarlierFigures | None = None
    """Of a continued answer what the figures above, which are those of its last request, do not hold."""
    created_at: float = 0.0
    """Unix time in seconds."""
    covers: str | None = None
    """Of a summary: the last message above it that it stands for, together with all before that."""
    merged: Merged | None = None
    """Of a merge: how it was made, and out of which answers."""

    @property
    def is_summary(self) -> bool:
        """Whether a model wrote it to stand for the messages above it; it answers no prompt."""
        return self.covers is not None

    @property
    def is_prompt(self) -> bool:
        return self.role is Role.USER

    @property
    def is_growing(self) -> bool:
        return self.status is Status.GROWING

    @property
    def is_edited(self) -> bool:
        """Whether the user wrote it in place of its model: what was asked of one has times, however it ended."""
        is_stored = self.status is Status.COMPLETE and self.parameters is not None
        return self.role is Role.ASSISTANT and is_stored and self.timing is None


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """A scroll position by characters instead of lines, so that it holds at any width."""

    message_id: str
    offset: int = 0
    """A character of the message's text, counted from 0."""
    above: int = 0
    """Lines in view before the one with that character; negative: so many of those after it are the first."""


@dataclass(frozen=True, slots=True)
class Pane:
    """A view of the tree: the branch that ends in `leaf_id`, and the model that is asked next."""

    id: str
    model: str
    parameters: Parameters = field(default_factory=Parameters)
    leaf_id: str | None = None
    weight: float = 1.0
    """Its share of the width."""
    folded: bool = False
    place: ReadingPlace | None = None
    """The scroll position when the conversation was last left; None: at its end."""
    sent_from: str | None = None
    """The first message of the branch that is sent; None, or one of another branch: all are."""
    persona: PanePersona | None = None


@dataclass(frozen=True, slots=True)
class QueuedPrompt:
    """A prompt that waits for its panes."""

    id: str
    text: str
    pane_ids: tuple[str, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """How the panes of a conversation are looked at together."""

    active_id: str | None = None
    """The active pane; None: the first."""
    is_zoomed: bool = False
    """Whether the active pane is shown alone."""
    sends_to_all: bool = True
    """Whether the next prompt is for all panes, and not for the active one alone."""


@dataclass(frozen=True)
class Conversation:
    """A tree of messages with the panes that show it. Every edit returns a new value.

    The tree may have several roots (`parent_id` None): editing the first prompt makes a second one.
    """

    id: str
    title: str = ""
    created_at: float = 0.0
    messages: Mapping[str, Message] = field(default_factory=dict)
    """By id, in the order they were created."""
    panes: tuple[Pane, ...] = ()
    votes: tuple[Vote, ...] = ()
    """An answer is judged by one of them at most."""
    view: View = field(default_factory=View)
    blind: Blind | None = None
    """While its panes are compared without their names."""
    waiting: tuple[QueuedPrompt, ...] = ()
    """Prompts in the order they will be sent, as they are stored; an open conversation has them in its queue."""

    @cached_property
    def _children(self) -> Mapping[str | None, tuple[str, ...]]:
        children: dict[str | None, list[str]] = {}
        for message in self.messages.values():
            children.setdefault(message.parent_id, []).append(message.id)
        return {parent: tuple(ids) for parent, ids in children.items()}

    def children(self, parent_id: str | None) -> tuple[str, ...]:
        """Ids of the messages under `parent_id` (None: the roots), oldest first."""
        return self._children.get(parent_id, ())

    def siblings(self, message_id: str) -> tuple[str, ...]:
        """Ids of all messages with the same parent, the message itself included, oldest first."""
        return self.children(self.messages[message_id].parent_id)

    def place_among_siblings(self, message_id: str) -> tuple[int, int]:
        """Index of the message among its siblings, from 0, and their number; (0, 1) for an unknown one."""
        if message_id not in self.messages:
            return 0, 1
        siblings = self.siblings(message_id)
        return siblings.index(message_id), len(siblings)

    def branch(self, leaf_id: str | None) -> tuple[Message, ...]:
        """The messages from the root to `leaf_id`; empty for None."""
        path: list[Message] = []
        while leaf_id is not None:
            message = self.messages[leaf_id]
            path.append(message)
            leaf_id = message.parent_id
        return tuple(reversed(path))

    def answered(self, answer: Message) -> Message | None:
        """The message that an answer answers: the next above it that is no summary; None where there is none."""
        message = self.messages.get(answer.parent_id or "")
        while message is not None and message.is_summary:
            message = self.messages.get(message.parent_id or "")
        return message

    def newest_leaf(self, message_id: str) -> str:
        """The leaf reached from `message_id` by always taking the newest child."""
        while children := self.children(message_id):
            message_id = children[-1]
        return message_id

    def descendants(self, message_id: str) -> Iterator[str]:
        """Ids of everything below `message_id`, parents before children."""
        waiting = list(self.children(message_id))
        while waiting:
            below = waiting.pop()
            yield below
            waiting.extend(self.children(below))

    def with_message(self, message: Message) -> Conversation:
        """A copy with `message` added, or replaced if its id is known; raises KeyError for an unknown parent."""
        if message.parent_id is not None and message.parent_id not in self.messages:
            raise KeyError(message.parent_id)
        return replace(self, messages={**self.messages, message.id: message})

    def without(self, message_id: str) -> Conversation:
        """A copy without `message_id` and its descendants.

        Panes that stood there show the nearest version beside it that no pane shows yet, or else end with its parent.
        """
        gone = {message_id, *self.descendants(message_id)}
        shown = {message.id for pane in self.panes for message in self.branch(pane.leaf_id)}
        siblings = self.siblings(message_id)
        at = siblings.index(message_id)
        free = (id_ for id_ in siblings if id_ not in shown | gone)
        nearest = min(free, key=lambda id_: abs(siblings.index(id_) - at), default=None)
        leaf = self.messages[message_id].parent_id if nearest is None else self.newest_leaf(nearest)
        kept = {id_: message for id_, message in self.messages.items() if id_ not in gone}
        panes = tuple(replace(pane, leaf_id=leaf) if pane.leaf_id in gone else pane for pane in self.panes)
        return replace(self, messages=kept, panes=panes)._without_votes_on(gone)

    def with_pane(self, pane: Pane) -> Conversation:
        """A copy with `pane` added at the end, or replaced if its id is known."""
        if any(known.id == pane.id for known in self.panes):
            return replace(self, panes=tuple(pane if known.id == pane.id else known for known in self.panes))
        return replace(self, panes=(*self.panes, pane))

    def without_pane(self, pane_id: str) -> Conversation:
        return self.with_only(tuple(pane for pane in self.panes if pane.id != pane_id))

    def with_only(self, panes: tuple[Pane, ...]) -> Conversation:
        """A copy with these panes alone; if all are empty, the first takes over the branch of a removed one."""
        if panes and all(pane.leaf_id is None for pane in panes):
            leaf = next((pane.leaf_id for pane in self.panes if pane.leaf_id), None)
            panes = (replace(panes[0], leaf_id=leaf), *panes[1:])
        return replace(self, panes=panes)

    def vote_on(self, message_id: str | None) -> Vote | None:
        """The vote that judges a message; None if there is none."""
        return next((vote for vote in self.votes if vote.score_of(message_id) is not None), None)

    def score_of(self, message_id: str | None) -> float | None:
        """The score of a message in its vote: 1 won, 0 lost, 0.5 shared the first place."""
        vote = self.vote_on(message_id)
        return None if vote is None else vote.score_of(message_id)

    def with_vote(self, vote: Vote) -> Conversation:
        """A copy with `vote` in place of all votes on any of its answers."""
        others = self.without_vote(vote)
        return replace(others, votes=(*others.votes, vote))

    def without_vote(self, vote: Vote) -> Conversation:
        return self._without_votes_on(vote.message_ids)

    def _without_votes_on(self, message_ids: Set[str]) -> Conversation:
        return replace(self, votes=tuple(vote for vote in self.votes if message_ids.isdisjoint(vote.message_ids)))

    def pane(self, pane_id: str) -> Pane:
        """The pane with this id; raises KeyError for an unknown one."""
        for pane in self.panes:
            if pane.id == pane_id:
                return pane
        raise KeyError(pane_id)


def new_id() -> str:
    """A new id of 19 hexadecimal digits that sorts by the time it was made (ms), then randomly."""
    return f"{time.time_ns() // 1_000_000:011x}{os.urandom(4).hex()}"


def first_line(text: str) -> str:
    """The first line of `text` that is not blank, without the blanks around it; of a huge one, its beginning."""
    beginning = text[:LONGEST_BEGINNING]
    if not beginning.strip():
        beginning = text.lstrip()[:LONGEST_BEGINNING]
    return next((line.strip() for line in beginning.splitlines() if line.strip()), "")


def first_words(text: str, limit: int = 60) -> str:
    """The first non-empty line of `text`, cut at a word near `limit` characters, as a conversation's title."""
    line = first_line(text)
    if len(line) <= limit:
        return line
    cut = line[:limit].rsplit(" ", 1)[0].rstrip(",.;:")
    return f"{cut}…"
