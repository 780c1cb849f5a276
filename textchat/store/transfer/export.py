"""Exports conversations as Markdown and JSON: what panes share, then each pane's messages, then other branches."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from textchat.core.conversation import Attachment, Conversation, Message, Pane, Role, Status
from textchat.core.figures.continued import whole_of
from textchat.core.figures.reply_figures import dollars
from textchat.core.text.fences import fence_around, with_fence_closed
from textchat.store.record import ConversationRecord
from textchat.store.transfer.exchange import FORMAT, VERSION, to_plain

LONGEST_NAME = 60
"""In characters: with four bytes each, and an ending, still a name for every file system."""


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
    """Sort the messages of a conversation; without panes, its newest branch counts as shown."""
    panes = conversation.panes
    branches = [conversation.branch(pane.leaf_id) for pane in panes] or [_newest_branch(conversation)]
    common = sum(1 for _ in takewhile(lambda step: len(set(map(_id, step))) == 1, zip(*branches, strict=False)))
    shared = branches[0][:common]
    columns = () if len(branches) == 1 else tuple(map(Column, panes, [branch[common:] for branch in branches]))
    shown = {message.id for branch in branches for message in branch}
    return Outline(shared, columns, tuple(_beside(conversation, shown)))


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
        return message.model
    return message.role.value.capitalize()


def pane_title(pane: Pane | None) -> str:
    """The model and its non-default parameters, which may be all that tells panes apart."""
    if pane is None:
        return ""
    words = {"system": "system prompt", "stream": "without streaming"}
    differences = [words.get(name) or f"{name} {str(value)[:40]}" for name, value in pane.parameters.as_dict().items()]
    return " · ".join([pane.model, *differences])


def remark(message: Message) -> str:
    """The ending of a message, if it was abnormal, and what must be known about it; else empty."""
    if message.status is Status.COMPLETE:
        cut = "cut off at the length limit" if message.finish_reason == "length" else ""
        return " · ".join(filter(None, (cut, message.note)))
    return f"{message.status.value}: {message.error.message}" if message.error else message.status.value


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


def file_stem(conversation: Conversation) -> str:
    """A file name made from the title, safe on every system and in every shell."""
    return re.sub(r"[^\w-]+", "-", conversation.title[:LONGEST_NAME]).strip("-_") or "conversation"


# -- JSON ------------------------------------------------------------------------------------------------------------

JSON_HEAD = f'{{"format":"{FORMAT}","version":{VERSION},"conversations":['
JSON_TAIL = "\n]}\n"


def json_entry(record: ConversationRecord, is_first: bool = True) -> str:
    """One conversation as a line between `JSON_HEAD` and `JSON_TAIL`, so that large files can be read in pieces."""
    # ASCII: half surrogates in what a server sent survive, and nothing in it can end the line.
    line = json.dumps(to_plain(record), ensure_ascii=True, separators=(",", ":"), default=str)
    return ("\n" if is_first else ",\n") + line


# -- Markdown --------------------------------------------------------------------------------------------------------


def markdown(record: ConversationRecord) -> str:
    """Front matter, then the messages under headings; constructs left open in a text are closed at its end."""
    conversation = record.conversation
    parts = [_front_matter(record), f"# {_heading(title_of(conversation))}"]
    sections = outline(conversation)
    parts += [_message(message, 2) for message in sections.shared]
    for number, column in enumerate(sections.columns, start=1):
        title = ": ".join(filter(None, (f"Pane {number}", pane_title(column.pane))))
        parts.append(f"## {_heading(title)}")
        parts += [_message(message, 3) for message in column.messages]
    for branch in sections.beside:
        parts.append("## Another version")
        parts += [_message(message, 3) for message in branch]
    return "\n\n".join(parts) + "\n"


def _front_matter(record: ConversationRecord) -> str:
    conversation = record.conversation
    models = dict.fromkeys(message.model for message in conversation.messages.values() if message.model)
    # JSON's texts and lists are YAML's as well.
    fields = {
        "title": title_of(conversation),
        "id": conversation.id,
        "created": date(conversation.created_at),
        "updated": date(record.updated_at),
        "models": list(models),
        "tags": list(record.tags),
    }
    lines = [f"{name}: {json.dumps(value)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _message(message: Message, level: int) -> str:
    parts = [f"{'#' * level} {_heading(speaker(message))}"]
    if note := " · ".join(filter(None, (remark(message), figures(message)))):
        parts.append(f"*{_heading(note)}*")
    if message.reasoning:
        quoted = "\n".join(f"> {line}".rstrip() for line in message.reasoning.splitlines())
        parts.append(f"> **Thinking**\n>\n{quoted}")
    parts += [_attachment(attachment) for attachment in message.attachments]
    parts.append(with_fence_closed(message.text))
    for call in message.tool_calls:
        fence = fence_around(call.arguments)
        parts.append(f"`{_heading(call.name)}`\n\n{fence}json\n{call.arguments}\n{fence}")
    return "\n\n".join(part for part in parts if part)


def _attachment(attachment: Attachment) -> str:
    return f"*{_heading(attachment.name)} ({_heading(attachment.media_type)}, {len(attachment.data):,} bytes)*"


def _heading(text: str) -> str:
    """Foreign text as one line of Markdown, with special characters escaped."""
    return re.sub(r"([\\`*_<>\[\]#~|])", r"\\\1", " ".join(text.split()))
