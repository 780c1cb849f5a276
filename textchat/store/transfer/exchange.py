"""Converts a conversation to plain data for JSON, completely: `importers.textchat` restores the same tree.

Only where each pane was being read stays behind: the file is for others, or for another screen.

The file is `{"format": "textchat", "version": 1, "conversations": [ … ]}` with one conversation a line, times as Unix
time in seconds, attachments in base64.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from textchat.core.conversation import EarlierFigures, Message, Pane, Timing, Usage
from textchat.core.errors import ErrorReport
from textchat.core.votes.vote import Vote
from textchat.store.record import ConversationRecord

FORMAT, VERSION = "textchat", 1


def to_plain(record: ConversationRecord) -> dict[str, Any]:
    """The conversation with its stored data as plain data."""
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
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "text": message.text,
        "reasoning": message.reasoning,
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in message.tool_calls],
        "attachments": [
            {"name": file.name, "media_type": file.media_type, "data": base64.b64encode(file.content).decode()}
            for file in message.parts
        ],
        "model": message.model,
        "parameters": None if message.parameters is None else message.parameters.as_dict(),
        "status": message.status.value,
        "finish_reason": message.finish_reason,
        "error": None if message.error is None else _plain(message.error),
        "note": message.note,
        "usage": None if message.usage is None else _plain(message.usage),
        "timing": None if message.timing is None else _plain(message.timing),
        "cost_usd": message.cost_usd,
        "cost_source": None if message.cost_source is None else message.cost_source.value,
        "earlier": None if message.earlier is None else _part_out(message.earlier),
        "created_at": message.created_at,
    }


def _part_out(part: EarlierFigures) -> dict[str, Any]:
    return {
        "usage": None if part.usage is None else _plain(part.usage),
        "timing": None if part.timing is None else _plain(part.timing),
        "cost_usd": part.cost_usd,
        "cost_source": None if part.cost_source is None else part.cost_source.value,
    }


def _plain(value: ErrorReport | Usage | Timing) -> dict[str, Any]:
    """The fields by name, with enums as their values."""
    return {name: field.value if isinstance(field, StrEnum) else field for name, field in asdict(value).items()}


def _vote_out(vote: Vote) -> dict[str, Any]:
    answers = [
        {"message_id": answer.message_id, "model": answer.model, "score": answer.score} for answer in vote.candidates
    ]
    return {"answers": answers, "is_blind": vote.is_blind, "created_at": vote.created_at}
