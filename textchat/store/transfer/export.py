"""Sorts a conversation for export: what panes share, then each pane's messages, then other branches.

Also the words that all formats share, and the lines of a JSON file.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from textchat.core.conversation import Conversation, Message, Pane, Role, Status
from textchat.core.figures.continued import whole_of
from textchat.core.figures.reply_figures import dollars
from textchat.core.merging.naming import merge_title, source_names
from textchat.core.parameters import Example, Parameters
from textchat.core.personas.examples import with_examples
from textchat.core.personas.panes import persona_label
from textchat.core.text.names import UNKNOWN_MODEL
from textchat.core.text.sanitize import plain_name
from textchat.store.record import ConversationRecord
from textchat.store.transfer.exchange import FORMAT, VERSION, to_plain


@dataclass(frozen=True, slots=True)
class Column:
    """The messages of one pane below those that all panes share."""

    pane: Pane | None
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Every message of a conversation once, in reading order."""

    shared: tuple[Message, ...]
    """The beginning that all panes have in common; all of it where there is one pane."""
    columns: tuple[Column, ...]
    """One a pane, where there are several."""
    beside: tuple[tuple[Message, ...], ...]
    """What no pane shows, by branches."""


def outline(conversation: Conversation) -> Outline:
    """Sort the messages of a conversation; without panes, its newest branch counts as shown.

    What merges were made of stands with their models.
    """
    conversation, panes = _with_merge_titles(conversation), conversation.panes
    branches = [conversation.branch(pane.leaf_id) for pane in panes] or [_newest_branch(conversation)]
    common = sum(1 for _ in takewhile(lambda step: len(set(map(_id, step))) == 1, zip(*branches, strict=False)))
    shared = branches[0][:common]
    columns = () if len(branches) == 1 else tuple(map(Column, panes, [branch[common:] for branch in branches]))
    shown = {message.id for branch in branches for message in branch}
    return Outline(shared, columns, tuple(_beside(conversation, shown)))


def _with_merge_titles(conversation: Conversation) -> Conversation:
    titles = {
        message.id: replace(
            message, model=merge_title(message.model or UNKNOWN_MODEL, source_names(conversation, merged))
        )
        for message in conversation.messages.values()
        if (merged := message.merged) is not None
    }
    return replace(conversation, messages={**conversation.messages, **titles}) if titles else conversation


def _id(message: Message) -> str:
    return message.id


def _newest_branch(conversation: Conversation) -> tuple[Message, ...]:
    roots = conversation.children(None)
    return conversation.branch(conversation.newest_leaf(roots[-1])) if roots else ()


def _beside(conversation: Conversation, shown: set[str]) -> Iterator[tuple[Message, ...]]:
    known = set(shown)
    for message in conversation.messages.values():
        if conversation.children(message.id):
            continue
        rest = []
        at: Message | None = message
        while at is not None and at.id not in known:
            rest.append(at)
            at = None if at.parent_id is None else conversation.messages[at.parent_id]
        known.update(map(_id, rest))
        if rest:
            yield tuple(reversed(rest))


# -- texts that all formats share -------------------------------------------------------------------------------------


def speaker(message: Message) -> str:
    """The author of a message: the role or, for an answer, the model."""
    if message.role is Role.ASSISTANT and message.model:
        return f"Summary by {message.model}" if message.is_summary else message.model
    return message.role.value.capitalize()


def pane_title(pane: Pane | None) -> str:
    """The model, its persona and its non-default parameters, which may be all that tells panes apart."""
    if pane is None:
        return ""
    examples, persona = len(pane.parameters.examples), persona_label(pane)
    words = {
        "system": "system prompt",
        "stream": "without streaming",
        "examples": f"{examples} example{'s' if examples > 1 else ''}",
    }
    differences = [words.get(name) or f"{name} {str(value)[:40]}" for name, value in pane.parameters.as_dict().items()]
    return " · ".join([pane.model, *([f"persona {plain_name(persona)}"] if persona else []), *differences])


def examples_of(conversation: Conversation) -> dict[str, tuple[Message, ...]]:
    """The examples of its panes as messages, by a title that says whose they are; each list of them once."""
    titled: dict[tuple[Example, ...], str] = {}
    for pane in conversation.panes:
        if pane.parameters.examples:
            persona = f"“{plain_name(pane.persona.name)}”" if pane.persona else pane.model
            titled.setdefault(pane.parameters.examples, f"Examples of {persona}, sent before the conversation")
    return {title: with_examples((), Parameters(examples=examples)) for examples, title in titled.items()}


def remark(message: Message) -> str:
    """The ending of a message, if it was abnormal, and what must be known about it; else empty."""
    if message.status is Status.COMPLETE:
        cut = "cut off at the length limit" if message.finish_reason == "length" else ""
        return " · ".join(filter(None, (cut, message.note)))
    if message.status is Status.GROWING:
        return "still running when it was exported"
    return f"{message.status.value}: {message.error.message}" if message.error else message.status.value


def running_in(conversation: Conversation) -> int:
    """How many replies were still running, of which the file has what had come."""
    return sum(message.is_growing for message in conversation.messages.values())


def running_line(number: int) -> str:
    """What is said of replies that were still running; empty where there were none."""
    if not number:
        return ""
    what = "1 reply was" if number == 1 else f"{number:,} replies were"
    return f"{what} still running. Export again later for the whole."


def figures(message: Message) -> str:
    """Time, tokens and cost of an answer, as far as known; else empty."""
    known = []
    whole = whole_of(message)
    if whole.timing is not None:
        known.append(f"{whole.timing.total_s:.1f} s")
    if whole.usage is not None:
        mark = "~" if whole.usage.source == "estimated" else ""
        known.append(f"{mark}{whole.usage.output_tokens} tokens")
    if whole.cost_usd is not None:
        known.append(dollars(whole.cost_usd, whole.cost_source == "estimated"))
    return " · ".join(known)


def date(moment: float) -> str:
    """A Unix time as date and minute in UTC; empty outside of the calendar's range."""
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(moment))
    except (OverflowError, ValueError, OSError):
        return ""


def title_of(conversation: Conversation) -> str:
    return " ".join(conversation.title.split()) or "Untitled"


# -- JSON ------------------------------------------------------------------------------------------------------------

JSON_HEAD = f'{{"format":"{FORMAT}","version":{VERSION},"conversations":['
JSON_TAIL = "\n]}\n"


def json_entry(record: ConversationRecord, is_first: bool = True) -> str:
    """One conversation as a line between `JSON_HEAD` and `JSON_TAIL`, so that large files can be read in pieces."""
    # ASCII: nothing in it can end the line. Half surrogates, which the store replaces, are kept in what was not stored.
    line = json.dumps(to_plain(record), ensure_ascii=True, separators=(",", ":"), default=str)
    return ("\n" if is_first else ",\n") + line
