"""Which answers of a conversation can be merged, and under which letters and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from textchat.core.blind.blind import letter
from textchat.core.context.asking_again import last_said
from textchat.core.conversation import Conversation, Message, Role, Status
from textchat.core.merging.naming import LONGEST_NAME
from textchat.core.text.sanitize import plain_name

NOT_ENDED = "Merge when all replies have ended."
HIDDEN = "Earlier replies are hidden until the vote. Send a prompt, or vote first."
_KEPT = (Status.COMPLETE, Status.CANCELLED, Status.INTERRUPTED)
"""How an answer may have ended that is merged; what failed may hold anything."""


class CannotMerge(Exception):
    """A merge is not possible; the text is one sentence that gives the reason and the next step."""


@dataclass(frozen=True, slots=True)
class Source:
    """An answer that can be merged."""

    letter: str
    """What it is called in requests and lists: that of its pane while the models are hidden."""
    name: str
    """Its model; empty while the models are hidden."""
    message: Message

    @property
    def is_cut(self) -> bool:
        """Whether it stopped before its end, and is kept as far as it came."""
        return self.message.status is not Status.COMPLETE

    @property
    def label(self) -> str:
        """`A (local/llama3)`, or the letter alone while the models are hidden."""
        return f"{self.letter} ({self.name})" if self.name else self.letter


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be merged where a pane stands."""

    prompt_id: str
    """The prompt that all of them answer; of several branches, the one of the pane."""
    sources: tuple[Source, ...]
    usual: tuple[str, ...]
    """Ids of those that are merged unless others are chosen: not what is a merge already, if there are two others."""


def offer(conversation: Conversation, pane_id: str) -> Offer:
    """The last answers of the panes to the prompt of this one or, where only one is shown, the versions of that.

    Raises CannotMerge.
    """
    prompt = _prompt_of(conversation, pane_id)
    shown = list(_shown(conversation, prompt))
    answers = shown if len(shown) > 1 else _versions(conversation, prompt)
    if any(answer.is_growing for answer in answers):
        raise CannotMerge(NOT_ENDED)
    found = sources_of(conversation, filter(_can_be_merged, answers))
    if len(found) < 2 and conversation.blind is not None:
        raise CannotMerge(HIDDEN)
    if len(found) < 2:
        raise CannotMerge("A merge needs two replies to the same prompt: in two panes, or as versions.")
    usual = [source.message.id for source in found if source.message.merged is None]
    return Offer(prompt.id, found, tuple(usual if len(usual) > 1 else (source.message.id for source in found)))


def sources_of(conversation: Conversation, answers: Iterable[Message]) -> tuple[Source, ...]:
    """These answers with their letters, in the order of these. While the models are hidden, only those with a letter.

    What has none then was there before, and may be known.
    """
    blind = conversation.blind
    if blind is None:
        named = [
            (letter(place), plain_name(answer.model or "", LONGEST_NAME), answer)
            for place, answer in enumerate(answers)
        ]
    else:
        lettered = ((blind.letter_of_answer(answer.id), answer) for answer in answers)
        named = [(sign, "", answer) for sign, answer in lettered if sign is not None]
        named.sort(key=lambda each: (len(each[0]), each[0]))
    return tuple(Source(*each) for each in named)


def _prompt_of(conversation: Conversation, pane_id: str) -> Message:
    """The prompt that a pane's last answer, or what stands in place of it, is to be merged under."""
    message = conversation.messages.get(conversation.pane(pane_id).leaf_id or "")
    while message is not None and (message.is_summary or message.role is not Role.USER):
        message = conversation.messages.get(message.parent_id or "")
    if message is None:
        raise CannotMerge("No replies to merge yet. Send a prompt first.")
    return message


def _versions(conversation: Conversation, prompt: Message) -> list[Message]:
    """All that answers a prompt; what was asked for behind a summary stands below that."""
    below = [conversation.messages[id_] for id_ in conversation.children(prompt.id)]
    behind = [conversation.messages[id_] for each in below if each.is_summary for id_ in conversation.children(each.id)]
    return [answer for answer in (*below, *behind) if answer.role is Role.ASSISTANT and not answer.is_summary]


def _shown(conversation: Conversation, prompt: Message) -> Iterator[Message]:
    """The panes' last answers to the prompt, each once; on another branch, one with the same text is the same."""
    known: set[str] = set()
    for pane in conversation.panes:
        answer = last_said(conversation, pane.leaf_id)
        asked = None if answer is None else conversation.answered(answer)
        if answer is None or asked is None or answer.model is None or answer.id in known:
            continue
        if (asked.text, asked.parts) == (prompt.text, prompt.parts):
            known.add(answer.id)
            yield answer


def _can_be_merged(answer: Message) -> bool:
    is_answer = answer.role is Role.ASSISTANT and not answer.is_summary and answer.status in _KEPT
    return is_answer and bool(answer.text.strip() or answer.parts)
