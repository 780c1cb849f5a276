"""Converts a conversation to plain data for JSON, completely: `importers.textchat` restores the same tree.

Only where each pane was being read stays behind: the file is for others, or for another screen.

The file is `{"format": "textchat", "version": 1, "conversations": [ … ]}` with one conversation a line, times as Unix
time in seconds, parts in base64 with their place in the text.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any

from textchat.core.conversation import EarlierFigures, Message, Pane, Timing, Usage
from textchat.core.errors import ErrorReport
from textchat.core.parts.part import Part
from textchat.core.replaying.timeline import Timeline
from textchat.core.replaying.timeline import to_plain as to_plain_timeline
from textchat.core.votes.vote import Vote
from textchat.store.blind.sealed_exchange import with_seal
from textchat.store.record import ConversationRecord

FORMAT, VERSION = "textchat", 1
TIMELINES_VERSION = 1


def to_plain(record: ConversationRecord) -> dict[str, Any]:
    """The conversation with its stored data as plain data; what is masked is also in it, sealed."""
    shown = _plain_record(record)
    if record.truth is None:
        return shown
    return with_seal(shown, _plain_record(replace(record, conversation=record.truth)))


def _plain_record(record: ConversationRecord) -> dict[str, Any]:
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
        **({"timelines": _timelines_out(record.timelines)} if record.timelines else {}),
        **({} if conversation.blind is None else {"blind": conversation.blind.as_dict()}),
    }


def _timelines_out(timelines: Mapping[str, Timeline]) -> dict[str, Any]:
    """When the pieces of each answer came, as `replay_file` describes it."""
    return {"version": TIMELINES_VERSION, "answers": {id_: to_plain_timeline(each) for id_, each in timelines.items()}}


def _pane_out(pane: Pane) -> dict[str, Any]:
    return {
        "id": pane.id,
        "model": pane.model,
        "parameters": pane.parameters.as_dict(),
        "leaf_id": pane.leaf_id,
        "weight": pane.weight,
        "folded": pane.folded,
        **({} if pane.sent_from is None else {"sent_from": pane.sent_from}),
        "persona": pane.persona and pane.persona.as_dict(),
    }


def _message_out(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "text": message.text,
        "reasoning": message.reasoning,
        "tool_calls": [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in message.tool_calls],
        "parts": [_file_out(part) for part in message.parts],
        "citations": [
            {"url": citation.url, "title": citation.title, "places": list(citation.places)}
            for citation in message.citations
        ],
        "sealed": [{"protocol": sealed.protocol, "item": sealed.item} for sealed in message.sealed],
        "structure": message.structure and {"valid": message.structure.is_valid, "why": message.structure.why},
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
        "earlier": None if message.earlier is None else _earlier_out(message.earlier),
        "created_at": message.created_at,
        **({} if message.covers is None else {"covers": message.covers}),
        **({} if message.merged is None else {"merged": message.merged.as_dict()}),
    }


def _file_out(part: Part) -> dict[str, Any]:
    """A part; its `data` is null where its content is gone, or only at the server."""
    return {
        "name": part.name,
        "media_type": part.media_type,
        "offset": part.offset,
        "size": part.size,
        "digest": part.digest,
        "reference": part.reference,
        "data": None if part.data is None else base64.b64encode(part.data).decode(),
    }


def _earlier_out(earlier: EarlierFigures) -> dict[str, Any]:
    return {
        "usage": None if earlier.usage is None else _plain(earlier.usage),
        "timing": None if earlier.timing is None else _plain(earlier.timing),
        "cost_usd": earlier.cost_usd,
        "cost_source": None if earlier.cost_source is None else earlier.cost_source.value,
    }


def _plain(value: ErrorReport | Usage | Timing) -> dict[str, Any]:
    """The fields by name, with enums as their values."""
    return {name: field.value if isinstance(field, StrEnum) else field for name, field in asdict(value).items()}


def _vote_out(vote: Vote) -> dict[str, Any]:
    answers = [
        {
            "message_id": answer.message_id,
            "model": answer.model,
            "score": answer.score,
            **({} if answer.rank is None else {"rank": answer.rank}),
            **({"names_itself": True} if answer.names_itself else {}),
        }
        for answer in vote.candidates
    ]
    return {"answers": answers, "is_blind": vote.is_blind, "created_at": vote.created_at}
