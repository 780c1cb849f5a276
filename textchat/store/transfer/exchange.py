"""A conversation as plain data for JSON and back, complete: what is written here and read here again is the same tree.

Only where each pane was being read stays behind: the file is for others, or for another screen.

The file is `{"format": "textchat", "version": 1, "conversations": [ … ]}` with one conversation a line, times as Unix
time in seconds, attachments in base64.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from textchat.core.conversation import (
    Attachment,
    Conversation,
    Message,
    Pane,
    Role,
    Source,
    Status,
    Timing,
    ToolCall,
    Usage,
)
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.parameters import Parameters
from textchat.core.votes.vote import LOST, TIED, WON, Candidate, Vote
from textchat.store.record import ConversationRecord
from textchat.store.transfer.plain_data import NotReadable, PlainTable, number_in, text_in, whole_in

FORMAT, VERSION = "textchat", 1

# -- out -------------------------------------------------------------------------------------------------------------


def to_plain(record: ConversationRecord) -> dict[str, Any]:
    """The conversation with all that the store knows of it."""
    conversation = record.conversation
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "updated_at": record.updated_at,
        "pinned": record.is_pinned,
        "archived": record.is_archived,
        "tags": list(record.tags),
        "panes": [_pane_out(pane) for pane in conversation.panes],
        "messages": [_message_out(message) for message in conversation.messages.values()],
        "votes": [_vote_out(vote) for vote in conversation.votes],
    }


def _pane_out(pane: Pane) -> dict[str, Any]:
    return {
        "id": pane.id,
        "model": pane.model,
        "parameters": pane.parameters.as_dict(),
        "leaf_id": pane.leaf_id,
        "weight": pane.weight,
        "folded": pane.folded,
    }


def _message_out(message: Message) -> dict[str, Any]:
    usage, timing, error = message.usage, message.timing, message.error
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "text": message.text,
        "reasoning": message.reasoning,
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in message.tool_calls],
        "attachments": [
            {"name": file.name, "media_type": file.media_type, "data": base64.b64encode(file.data).decode()}
            for file in message.attachments
        ],
        "model": message.model,
        "parameters": None if message.parameters is None else message.parameters.as_dict(),
        "status": message.status.value,
        "finish_reason": message.finish_reason,
        "error": error
        and {
            "kind": error.kind.value,
            "message": error.message,
            "status": error.status,
            "retry_after_s": error.retry_after_s,
        },
        "usage": usage
        and {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "cached_tokens": usage.cached_tokens,
            "source": usage.source.value,
            "input_source": usage.input_source and usage.input_source.value,
        },
        "timing": timing
        and {
            "first_token_s": timing.first_token_s,
            "total_s": timing.total_s,
            "tokens_per_s": timing.tokens_per_s,
        },
        "cost_usd": message.cost_usd,
        "created_at": message.created_at,
    }


def _vote_out(vote: Vote) -> dict[str, Any]:
    answers = [{"message_id": each.message_id, "model": each.model, "score": each.score} for each in vote.candidates]
    return {"answers": answers, "is_blind": vote.is_blind, "created_at": vote.created_at}


# -- in --------------------------------------------------------------------------------------------------------------


def from_plain(value: object) -> ConversationRecord:
    """What `to_plain` gave; raises NotReadable for anything else."""
    table = PlainTable(value)
    messages: dict[str, Message] = {}
    for entry in table.list("messages"):
        message = _message_in(PlainTable(entry))
        if message.id in messages:
            raise NotReadable(f"two messages have the id {message.id!r}")
        messages[message.id] = message
    check_tree(messages)
    conversation = Conversation(
        id=table.filled("id"),
        title=table.text("title"),
        created_at=table.number("created_at"),
        messages=messages,
        panes=tuple(_pane_in(PlainTable(entry), messages) for entry in table.list("panes")),
    )
    votes = table.list("votes") if "votes" in table.values else []  # files of earlier versions have none
    for entry in votes:
        conversation = conversation.with_vote(_vote_in(PlainTable(entry), conversation))
    return ConversationRecord(
        conversation,
        updated_at=table.number("updated_at"),
        is_pinned=table.switch("pinned"),
        is_archived=table.switch("archived"),
        tags=tuple(text_in(tag, "tags") for tag in table.list("tags")),
    )


def check_tree(messages: Mapping[str, Message]) -> None:
    """Raises NotReadable unless every way up from a message ends at a root."""
    sound: set[str | None] = {None}
    for start in messages:
        way: list[str] = []
        at: str | None = start
        while at not in sound:
            assert at is not None
            if at not in messages:
                raise NotReadable(f"a message hangs below {at!r}, which is not there")
            if len(way) > len(messages):
                raise NotReadable("its messages hang below each other in a circle")
            way.append(at)
            at = messages[at].parent_id
        sound.update(way)


def _pane_in(table: PlainTable, messages: Mapping[str, Message]) -> Pane:
    leaf = table.optional("leaf_id", text_in)
    return Pane(
        id=table.filled("id"),
        model=table.text("model"),
        parameters=Parameters().merged(table.table("parameters")),
        leaf_id=leaf if leaf in messages else None,
        weight=table.number("weight"),
        folded=table.switch("folded"),
    )


def _vote_in(table: PlainTable, conversation: Conversation) -> Vote:
    candidates = tuple(_candidate_in(PlainTable(entry), conversation) for entry in table.list("answers"))
    prompt_id = conversation.messages[candidates[0].message_id].parent_id if candidates else None
    return Vote(conversation.id, prompt_id, candidates, table.switch("is_blind"), created_at=table.number("created_at"))


def _candidate_in(table: PlainTable, conversation: Conversation) -> Candidate:
    candidate = Candidate(table.text("message_id"), table.text("model"), table.number("score"))
    if candidate.message_id not in conversation.messages:
        raise NotReadable(f"a vote is on the answer {candidate.message_id!r}, which is not there")
    if candidate.score not in (WON, TIED, LOST):
        raise NotReadable("a score is neither 1, 0.5 nor 0")
    return candidate


def _message_in(table: PlainTable) -> Message:
    return Message(
        id=table.filled("id"),
        parent_id=table.optional("parent_id", text_in),
        role=table.one_of("role", Role),
        text=table.text("text"),
        reasoning=table.text("reasoning"),
        tool_calls=tuple(_tool_call_in(PlainTable(entry)) for entry in table.list("tool_calls")),
        attachments=tuple(_attachment_in(PlainTable(entry)) for entry in table.list("attachments")),
        model=table.optional("model", text_in),
        parameters=table.optional("parameters", lambda value, _: Parameters().merged(PlainTable(value).values)),
        status=table.one_of("status", Status),
        finish_reason=table.optional("finish_reason", text_in),
        error=table.optional("error", lambda value, _: _error_in(PlainTable(value))),
        usage=table.optional("usage", lambda value, _: _usage_in(PlainTable(value))),
        timing=table.optional("timing", lambda value, _: _timing_in(PlainTable(value))),
        cost_usd=table.optional("cost_usd", number_in),
        created_at=table.number("created_at"),
    )


def _tool_call_in(table: PlainTable) -> ToolCall:
    return ToolCall(table.text("id"), table.text("name"), table.text("arguments"))


def _attachment_in(table: PlainTable) -> Attachment:
    try:
        data = base64.b64decode(table.text("data"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotReadable("the data of an attachment is no base64") from error
    return Attachment(table.text("name"), table.text("media_type"), data)


def _error_in(table: PlainTable) -> ErrorReport:
    return ErrorReport(
        table.one_of("kind", ErrorKind),
        table.text("message"),
        table.optional("status", whole_in),
        table.optional("retry_after_s", number_in),
    )


def _usage_in(table: PlainTable) -> Usage:
    return Usage(
        input_tokens=whole_in(table.values.get("input_tokens"), "input_tokens"),
        output_tokens=whole_in(table.values.get("output_tokens"), "output_tokens"),
        reasoning_tokens=table.optional("reasoning_tokens", whole_in),
        cached_tokens=table.optional("cached_tokens", whole_in),
        source=table.one_of("source", Source),
        input_source=table.one_of("input_source", Source) if table.values.get("input_source") is not None else None,
    )


def _timing_in(table: PlainTable) -> Timing:
    return Timing(
        table.optional("first_token_s", number_in), table.number("total_s"), table.optional("tokens_per_s", number_in)
    )
