"""What every importer says of a file: its messages as plain notes, which become one sound conversation."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from textchat.core.conversation import (
    Attachment,
    Conversation,
    Message,
    Pane,
    Role,
    Source,
    Timing,
    ToolCall,
    Usage,
    first_words,
)
from textchat.store.record import ConversationRecord
from textchat.store.transfer.exchange import check_tree
from textchat.store.transfer.plain_data import NotReadable

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "gpt": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
_PROVIDERS = (
    (("gpt-", "chatgpt-", "o1", "o3", "o4", "text-davinci"), "openai"),
    (("claude",), "anthropic"),
    (("gemini",), "gemini"),
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that could not be taken in."""

    where: str
    """Such as `entry 17`."""
    why: str
    """Without a full stop."""


@dataclass(frozen=True, slots=True)
class ImportedMessage:
    """One message as its source has it."""

    id: str
    parent: str | None
    """The id of the note before it; one that is not there makes this a first message."""
    role: Role
    text: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    model: str | None = None
    created_at: float = 0.0
    finish_reason: str | None = None
    usage: Usage | None = None
    timing: Timing | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.text.strip() or self.reasoning.strip() or self.tool_calls or self.attachments)


def conversation_from(
    source: str,
    id_: str,
    notes: Sequence[ImportedMessage],
    *,
    title: str = "",
    created_at: float = 0.0,
    updated_at: float = 0.0,
    leaf: str | None = None,
    is_archived: bool = False,
) -> ConversationRecord:
    """Ids are made from those of the source, so the same entry has the same id each time. Raises NotReadable."""
    if not notes:
        raise NotReadable("it holds no message")
    moments = [note.created_at for note in notes if note.created_at]
    created_at = created_at or min(moments, default=0.0)
    ids = {note.id: stable_id(note.created_at or created_at, source, id_, note.id) for note in notes}
    own_id = stable_id(created_at, source, id_)
    created_at = created_at or time.time()  # a source without dates: as if it were written now
    messages = {ids[note.id]: _message(note, ids, created_at) for note in notes}
    check_tree(messages)
    title = " ".join(title.split()) or first_words(next((n.text for n in notes if n.role is Role.USER), ""))
    conversation = Conversation(own_id, title, created_at, messages, _panes(ids.get(leaf or ""), messages))
    return ConversationRecord(conversation, updated_at or max(moments, default=created_at), is_archived=is_archived)


def _message(note: ImportedMessage, ids: Mapping[str, str], created_at: float) -> Message:
    return Message(
        id=ids[note.id],
        parent_id=ids.get(note.parent or ""),
        role=note.role,
        text=note.text,
        reasoning=note.reasoning,
        tool_calls=note.tool_calls,
        attachments=note.attachments,
        model=note.model,
        finish_reason=note.finish_reason,
        usage=note.usage,
        timing=note.timing,
        created_at=note.created_at or created_at,
    )


def _panes(leaf_id: str | None, messages: Mapping[str, Message]) -> tuple[Pane, ...]:
    """The branch that the source showed last, where it says so and a model answered there."""
    at = leaf_id
    while at is not None and messages[at].model is None:
        at = messages[at].parent_id
    model = None if at is None else messages[at].model
    if leaf_id is None or model is None:
        return ()
    return (Pane(stable_id(0, "pane", leaf_id), model, leaf_id=leaf_id),)


def stable_id(moment: float, *parts: str) -> str:
    """Like `core.conversation.new_id`, with a digest of `parts` in place of chance."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{max(0, min(round(moment * 1000), 16**11 - 1)):011x}{digest[:8]}"


# -- values of others ------------------------------------------------------------------------------------------------


def role_of(word: object) -> Role:
    """The nearest of ours; what is none of them was said to the model."""
    return _ROLES.get(str(word).lower(), Role.USER)


def model_name(name: object) -> str | None:
    """`PROVIDER/MODEL` for a model that its source knows without a provider; None for no name at all."""
    if not isinstance(name, str) or not name.strip():
        return None
    if "/" in name.strip("/"):
        return name.strip("/")
    for beginnings, provider in _PROVIDERS:
        if name.lower().startswith(beginnings):
            return f"{provider}/{name}"
    return f"imported/{name}"


def moment(value: object) -> float:
    """Unix time in seconds of a number or an ISO 8601 text, taken as UTC without a zone; 0 for anything else."""
    match value:
        case bool():
            return 0.0
        case int() | float() if abs(value) < 1e15 and math.isfinite(value):
            return float(value) / (1000 if value > 1e11 else 1)
        case str():
            try:
                found = datetime.fromisoformat(value.strip())
            except ValueError:
                return 0.0
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        case _:
            return 0.0


def usage_of(input_tokens: object, output_tokens: object) -> Usage | None:
    if type(input_tokens) is int and type(output_tokens) is int and min(input_tokens, output_tokens) >= 0:
        return Usage(input_tokens, output_tokens, source=Source.REPORTED)
    return None


def text_of(value: object) -> str:
    """A text as it is, nothing as nothing, anything else as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bytes():  # a database may hold them anywhere
            return value.decode("utf-8", "replace")
        case _:
            return json.dumps(value, ensure_ascii=False)


def table_of(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def joined(texts: Iterable[str]) -> str:
    """The texts that hold something, an empty line between them."""
    return "\n\n".join(text for text in texts if text.strip())
