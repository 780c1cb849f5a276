"""Imports textchat's own JSON strictly: an entry that differs from the format of `exchange` is reported."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.blind.blind import Blind, blind_from
from textchat.core.conversation import (
    Conversation,
    EarlierFigures,
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
from textchat.core.merging.merged import Merged, merged_from
from textchat.core.parameters import Parameters
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.structure import StructureCheck
from textchat.core.personas.persona import PanePersona, pane_persona
from textchat.core.replaying.estimated import fits
from textchat.core.replaying.timeline import NotATimeline, Timeline, from_plain
from textchat.core.votes.vote import LOST, TIED, WON, Candidate, Vote
from textchat.store.blind.sealed_exchange import without_seal
from textchat.store.record import ConversationRecord
from textchat.store.transfer.exchange import TIMELINES_VERSION
from textchat.store.transfer.importers.build import check_tree
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.strict_json import StrictObject, number_in, text_in, whole_in


def matches(entry: Any) -> bool:
    """Whether it looks like the output of `exchange.to_plain`."""
    return isinstance(entry, dict) and {"messages", "panes"} <= entry.keys()


def record_of(entry: Any) -> ConversationRecord:
    """Restore the conversation from the output of `exchange.to_plain`, with its parts; raises NotReadable."""
    try:
        table = StrictObject(without_seal(StrictObject(entry).values))
    except ValueError as error:
        raise NotReadable(str(error)) from error
    messages: dict[str, Message] = {}
    for row in table.list("messages"):
        message = _message_in(StrictObject(row))
        if message.id in messages:
            raise NotReadable(f"two messages have the id {message.id!r}")
        messages[message.id] = message
    check_tree(messages)
    conversation = Conversation(
        id=table.filled("id"),
        title=table.text("title"),
        created_at=table.number("created_at"),
        messages=messages,
        panes=tuple(_pane_in(StrictObject(entry), messages) for entry in table.list("panes")),
        blind=table.optional("blind", lambda value, _: _blind_in(StrictObject(value))),
    )
    votes = table.list("votes") if "votes" in table.values else []  # files of earlier versions have none
    for entry in votes:
        conversation = conversation.with_vote(_vote_in(StrictObject(entry), conversation))
    return ConversationRecord(
        conversation,
        updated_at=table.number("updated_at"),
        is_pinned=table.switch("pinned"),
        is_archived=table.switch("archived"),
        tags=tuple(text_in(tag, "tags") for tag in table.list("tags")),
    )


def timelines_in(entry: Mapping[str, Any]) -> dict[str, Timeline]:
    """When the pieces of its answers came, by their ids, where the file says it; raises NotReadable or NotATimeline."""
    plain = entry.get("timelines")
    if plain is None:
        return {}
    if not isinstance(plain, dict) or not isinstance(plain.get("answers"), dict):
        raise NotReadable("its timelines are damaged")
    if plain.get("version") != TIMELINES_VERSION:
        raise NotReadable("it was written by a newer textchat")
    return {str(id_): from_plain(timeline) for id_, timeline in plain["answers"].items()}


def _blind_in(table: StrictObject) -> Blind:
    try:
        return blind_from(table.values)
    except ValueError as error:
        raise NotReadable("blind is not a blind comparison") from error


def _pane_in(table: StrictObject, messages: Mapping[str, Message]) -> Pane:
    leaf = table.optional("leaf_id", text_in)
    return Pane(
        id=table.filled("id"),
        model=table.text("model"),
        parameters=_parameters_in(table.table("parameters")),
        leaf_id=leaf if leaf in messages else None,
        weight=table.number("weight"),
        folded=table.switch("folded"),
        sent_from=table.optional("sent_from", text_in) if "sent_from" in table.values else None,
        persona=table.optional("persona", lambda value, _: _persona_in(value)),
    )


def _persona_in(value: object) -> PanePersona:
    try:
        return pane_persona(value)
    except ValueError as error:
        raise NotReadable("the persona of a pane is not valid") from error


def _parameters_in(values: Mapping[str, Any]) -> Parameters:
    try:
        return Parameters().merged(values)
    except (ValueError, TypeError) as error:
        raise NotReadable(
            "the parameters have an unknown effort, a stop that is not text, or an example without a prompt"
        ) from error


def _vote_in(table: StrictObject, conversation: Conversation) -> Vote:
    candidates = tuple(_candidate_in(StrictObject(entry), conversation) for entry in table.list("answers"))
    prompt = conversation.answered(conversation.messages[candidates[0].message_id]) if candidates else None
    prompt_id = None if prompt is None else prompt.id
    return Vote(conversation.id, prompt_id, candidates, table.switch("is_blind"), created_at=table.number("created_at"))


def _candidate_in(table: StrictObject, conversation: Conversation) -> Candidate:
    candidate = Candidate(
        table.text("message_id"),
        table.text("model"),
        table.number("score"),
        table.optional("rank", whole_in),
        table.switch("names_itself") if "names_itself" in table.values else False,
    )
    if candidate.message_id not in conversation.messages:
        raise NotReadable(f"a vote names the missing reply {candidate.message_id!r}")
    if candidate.score not in (WON, TIED, LOST):
        raise NotReadable("a score is neither 1, 0.5 nor 0")
    return candidate


def _message_in(table: StrictObject) -> Message:
    return Message(
        id=table.filled("id"),
        parent_id=table.optional("parent_id", text_in),
        role=table.one_of("role", Role),
        text=table.text("text"),
        reasoning=table.text("reasoning"),
        tool_calls=tuple(_tool_call_in(StrictObject(entry)) for entry in table.list("tool_calls")),
        parts=_parts_in(table),
        citations=tuple(_citation_in(StrictObject(entry)) for entry in _list_if_any(table, "citations")),
        sealed=tuple(_sealed_in(StrictObject(entry)) for entry in _list_if_any(table, "sealed")),
        structure=table.optional("structure", lambda value, _: _structure_in(StrictObject(value))),
        model=table.optional("model", text_in),
        parameters=table.optional("parameters", lambda value, _: _parameters_in(StrictObject(value).values)),
        status=table.one_of("status", Status),
        finish_reason=table.optional("finish_reason", text_in),
        error=table.optional("error", lambda value, _: _error_in(StrictObject(value))),
        note=table.optional("note", text_in),
        usage=table.optional("usage", lambda value, _: _usage_in(StrictObject(value))),
        timing=table.optional("timing", lambda value, _: _timing_in(StrictObject(value))),
        cost_usd=table.optional("cost_usd", number_in),
        cost_source=_cost_source_in(table),
        earlier=table.optional("earlier", lambda value, _: _earlier_in(StrictObject(value))),
        created_at=table.number("created_at"),
        covers=table.optional("covers", text_in) if "covers" in table.values else None,
        merged=table.optional("merged", lambda value, _: _merged_in(StrictObject(value))),
    )


def _earlier_in(table: StrictObject) -> EarlierFigures:
    return EarlierFigures(
        usage=table.optional("usage", lambda value, _: _usage_in(StrictObject(value))),
        timing=table.optional("timing", lambda value, _: _timing_in(StrictObject(value))),
        cost_usd=table.optional("cost_usd", number_in),
        cost_source=_cost_source_in(table),
    )


def _cost_source_in(table: StrictObject) -> Source | None:
    return table.one_of("cost_source", Source) if table.values.get("cost_source") is not None else None


def _merged_in(table: StrictObject) -> Merged:
    try:
        return merged_from(table.values)
    except ValueError as error:
        raise NotReadable("merged has an unknown way, or sources that are not ids") from error


def _tool_call_in(table: StrictObject) -> ToolCall:
    return ToolCall(table.text("id"), table.text("name"), table.text("arguments"))


def _list_if_any(table: StrictObject, key: str) -> list[Any]:
    """A list that files of earlier versions have not."""
    return table.list(key) if key in table.values else []


def _parts_in(table: StrictObject) -> tuple[Part, ...]:
    if "parts" not in table.values:  # as earlier versions wrote it: at the beginning of the text
        return tuple(_attachment_in(StrictObject(entry)) for entry in table.list("attachments"))
    return tuple(_file_in(StrictObject(entry)) for entry in table.list("parts"))


def _attachment_in(table: StrictObject) -> Part:
    return Part(table.text("name"), table.text("media_type"), _base64_in(table.text("data")))


def _file_in(table: StrictObject) -> Part:
    part = Part(
        table.text("name"),
        table.text("media_type"),
        offset=max(0, table.whole("offset")),
        reference=table.text("reference"),
        size=max(0, table.whole("size")),
        digest=table.text("digest"),
    )
    data = table.optional("data", lambda value, key: _base64_in(text_in(value, key)))
    # What the file says of a content that is there does not count: others may have the same digest.
    return part if data is None else replace(part, data=data, size=-1, digest="")


def _base64_in(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotReadable("the data of a part is not base64") from error


def _citation_in(table: StrictObject) -> Citation:
    places = tuple(sorted({max(0, whole_in(place, "places")) for place in table.list("places")}))
    return Citation(table.text("url"), table.optional("title", text_in), places)


def _sealed_in(table: StrictObject) -> SealedReasoning:
    return SealedReasoning(table.text("protocol"), table.text("item"))


def _structure_in(table: StrictObject) -> StructureCheck:
    return StructureCheck(table.switch("valid"), table.optional("why", text_in))


def _error_in(table: StrictObject) -> ErrorReport:
    return ErrorReport(
        table.one_of("kind", ErrorKind),
        table.text("message"),
        table.optional("status", whole_in),
        table.optional("retry_after_s", number_in),
    )


def _usage_in(table: StrictObject) -> Usage:
    return Usage(
        input_tokens=table.whole("input_tokens"),
        output_tokens=table.whole("output_tokens"),
        reasoning_tokens=table.optional("reasoning_tokens", whole_in),
        cached_tokens=table.optional("cached_tokens", whole_in),
        cache_write_tokens=table.optional("cache_write_tokens", whole_in),
        source=table.one_of("source", Source),
        input_source=table.one_of("input_source", Source) if table.values.get("input_source") is not None else None,
    )


def _timing_in(table: StrictObject) -> Timing:
    return Timing(
        table.optional("first_token_s", number_in),
        table.number("total_s"),
        table.optional("tokens_per_s", number_in),
        table.optional("first_text_s", number_in),
    )


def _read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    record = record_of(entry)
    try:
        timelines = timelines_in(entry)
    except (NotReadable, NotATimeline):
        reading.leave_out("time of a reply")
        timelines = {}
    messages = record.conversation.messages
    measured = {id_: each for id_, each in timelines.items() if not each.is_estimated}
    yield replace(
        record, timelines={id_: each for id_, each in measured.items() if id_ in messages and fits(each, messages[id_])}
    )


FORMAT = EntryFormat("textchat", matches, _read)
