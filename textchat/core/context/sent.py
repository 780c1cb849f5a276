"""Which messages of a branch go with a request: all of them, unless old ones were dropped or summed up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from textchat.core.conversation import Message, Role, Status

SUMMARY_HEADING = "Summary of the earlier conversation:"
"""Stands before a summary in a request."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent of a branch, and where that begins."""

    messages: tuple[Message, ...]
    """In the order of the request: what is left of the system's messages, the summary as a prompt, the rest."""
    begins_at: str | None = None
    """The first message that is sent as it is; None where the branch is sent whole."""
    left_out: int = 0
    """How many messages above it are not sent, those that the summary stands for not counted."""
    summed_up: int = 0
    """How many messages the summary stands for."""


def sent_of(branch: Sequence[Message], sent_from: str | None = None) -> Sent:
    """What a pane sends of its branch; `sent_from` is the message where that begins, if it is in the branch.

    The last complete summary in the branch counts. Other summaries, and one whose messages are not above it any more,
    are never sent: what they stand for is.
    """
    if sent_from is None and not any(message.covers for message in branch):
        return Sent(tuple(branch))
    places = {message.id: place for place, message in enumerate(branch)}
    summary, covered = summary_in(branch)
    start = max(covered, places.get(sent_from or "", 0))
    told = [message for message in branch[start:] if not message.is_summary]
    if not start:
        return Sent(tuple(told))
    above = [message for message in branch[:start] if not message.is_summary]
    kept = [message for message in above if message.role is Role.SYSTEM]
    summed_up = sum(not message.is_summary for message in branch[:covered])
    before = [*kept, *([_as_prompt(summary)] if summary is not None else [])]
    begins_at = told[0].id if told else None
    return Sent((*before, *told), begins_at, max(0, len(above) - summed_up), summed_up)


def turn_starts(messages: Sequence[Message]) -> Iterator[int]:
    """Where the turns begin: at each prompt; what tools and models said belongs to the prompt before it."""
    for place, message in enumerate(messages):
        if message.role is Role.USER and (place == 0 or messages[place - 1].role is not Role.USER):
            yield place


def summary_in(branch: Sequence[Message]) -> tuple[Message | None, int]:
    """The summary that counts, and how many messages from the root it stands for."""
    for place in range(len(branch) - 1, -1, -1):
        message = branch[place]
        if is_complete_summary(message):
            covered = next((above for above in range(place) if branch[above].id == message.covers), None)
            if covered is not None:
                return message, covered + 1
    return None, 0


def is_complete_summary(message: Message) -> bool:
    """Whether a message can stand for others in a request."""
    return message.is_summary and message.status is Status.COMPLETE and bool(message.text.strip())


def _as_prompt(summary: Message) -> Message:
    text = f"{SUMMARY_HEADING}\n\n{summary.text}"
    return Message(summary.id, None, Role.USER, text, created_at=summary.created_at)


def as_told(message: Message) -> Message:
    """A message as the model that sums up gets it: the text, with the names of the files in place of these."""
    names = "".join(f"\n[{part.name or part.media_type}]" for part in message.parts)
    return replace(message, text=message.text + names, parts=()) if names else message
