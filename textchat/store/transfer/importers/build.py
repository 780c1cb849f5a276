"""Builds a valid conversation from the messages read by an importer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ParamSpec

from textchat.core.conversation import (
    Conversation,
    Message,
    Pane,
    Role,
    Source,
    Status,
    Timing,
    ToolCall,
    Usage,
    first_words,
)
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.common.cited import resolved, with_links
from textchat.store.transfer.importers.found import Empty, NoMessages, NotReadable, Skipped

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """A message as in its source, before it has an id of ours."""

    id: str
    parent: str | None
    """The id of the message before it; one that is not there makes this a first message."""
    role: Role
    text: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    parts: tuple[Part, ...] = ()
    model: str | None = None
    parameters: Parameters | None = None
    created_at: float = 0.0
    stamped_at: float | None = None
    """The moment that its id is made from, where the date was found out later than ids were made: they stay."""
    finish_reason: str | None = None
    usage: Usage | None = None
    timing: Timing | None = None
    cost_usd: float | None = None
    status: Status = Status.COMPLETE

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.reasoning.strip() or self.tool_calls or self.parts)


def attempt(
    where: str, read: Callable[P, ConversationRecord], *args: P.args, **kwargs: P.kwargs
) -> ConversationRecord | Skipped | Empty:
    """The conversation that `read` makes of a part of a file, called `where`, or what is to be said of that part."""
    try:
        return read(*args, **kwargs)
    except NoMessages:
        return Empty()
    except NotReadable as error:
        return Skipped(where, str(error))


class Chain:
    """Messages one below the other: what a source keeps in one row may be several here.

    Such as a reply, the result of the tool that it called, and the rest of it.
    """

    def __init__(self, parent: str | None = None) -> None:
        self.last = parent
        """The id of the message that the next one hangs below."""
        self.messages: list[ImportedMessage] = []

    def add(self, message: ImportedMessage) -> None:
        """Hang a message below the last one; an empty one is passed over."""
        if not message.is_empty:
            self.messages.append(replace(message, parent=self.last))
            self.last = message.id


def conversation_from(
    source: str,
    id_: str,
    imported: Sequence[ImportedMessage],
    *,
    title: str = "",
    created_at: float = 0.0,
    updated_at: float = 0.0,
    leaf: str | None = None,
    is_archived: bool = False,
    is_pinned: bool = False,
    tags: Sequence[str] = (),
    stamped_at: float | None = None,
) -> ConversationRecord:
    """Build a conversation with ids derived from those of the source, so that they are the same each time.

    `leaf` is the last message that the source showed; `stamped_at` is as in messages. Raises NotReadable, for one
    without messages NoMessages.
    """
    if not imported:
        raise NoMessages
    moments = [message.created_at for message in imported if message.created_at]
    stamp = created_at if stamped_at is None else stamped_at
    stamp = stamp or min(filter(None, map(_stamp, imported)), default=0.0)
    ids = _ids(imported, stamp, source, id_)
    own_id = stable_id(stamp, source, id_)
    created_at = created_at or min(moments, default=0.0)
    created_at = created_at or time.time()  # a source without dates: as if it were written now
    messages = {ids[message.id]: _message(message, ids, created_at) for message in imported}
    check_tree(messages)
    title = " ".join(title.split()) or first_words(
        with_links(next((n.text for n in imported if n.role is Role.USER), ""))
    )
    conversation = Conversation(own_id, title, created_at, messages, _panes(ids.get(leaf or ""), messages))
    return ConversationRecord(
        conversation, updated_at or max(moments, default=created_at), is_pinned, is_archived, tuple(dict.fromkeys(tags))
    )


def _ids(imported: Sequence[ImportedMessage], stamp: float, *parts: str) -> dict[str, str]:
    """An id of ours for each id of the source, no two the same: of very many at one moment, digests may meet."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for message in {message.id: message for message in imported}.values():
        path = [*parts, message.id]
        while (id_ := stable_id(_stamp(message) or stamp, *path)) in taken:
            path.append("again")
        ids[message.id] = id_
        taken.add(id_)
    return ids


def _stamp(message: ImportedMessage) -> float:
    return message.created_at if message.stamped_at is None else message.stamped_at


def _message(message: ImportedMessage, ids: Mapping[str, str], created_at: float) -> Message:
    text, citations, parts = resolved(message.text, message.parts)
    return Message(
        id=ids[message.id],
        parent_id=ids.get(message.parent or ""),
        role=message.role,
        text=text,
        reasoning=with_links(message.reasoning),
        tool_calls=message.tool_calls,
        parts=parts,
        citations=citations,
        model=message.model,
        finish_reason=message.finish_reason,
        usage=message.usage,
        timing=message.timing,
        cost_usd=message.cost_usd,
        cost_source=None if message.cost_usd is None else Source.REPORTED,
        parameters=message.parameters,
        status=message.status,
        created_at=message.created_at or created_at,
    )


def _panes(leaf_id: str | None, messages: Mapping[str, Message]) -> tuple[Pane, ...]:
    """A pane for the branch that the source showed last, if it says so and a model answered there."""
    at = leaf_id
    while at is not None and messages[at].model is None:
        at = messages[at].parent_id
    model = None if at is None else messages[at].model
    if leaf_id is None or model is None:
        return ()
    return (Pane(stable_id(0, "pane", leaf_id), model, leaf_id=leaf_id),)


def stable_id(moment: float, *parts: str) -> str:
    """Like `core.conversation.new_id`, with a digest of `parts` in place of random digits."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{max(0, min(round(moment * 1000), 16**11 - 1)):011x}{digest[:8]}"


def check_tree(messages: Mapping[str, Message]) -> None:
    """Raise NotReadable unless each path up from a message ends at a root."""
    sound: set[str | None] = {None}
    for start in messages:
        way: list[str] = []
        at: str | None = start
        while at not in sound:
            assert at is not None
            if at not in messages:
                raise NotReadable(f"a message has the missing parent {at!r}")
            if len(way) > len(messages):
                raise NotReadable("its messages form a loop")
            way.append(at)
            at = messages[at].parent_id
        sound.update(way)
