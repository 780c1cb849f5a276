"""Converts messages, panes and parameters to and from database rows."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from textchat.core.blind.blind import Blind, blind_from
from textchat.core.blind.seal import opened_text
from textchat.core.conversation import (
    EarlierFigures,
    Message,
    Pane,
    QueuedPrompt,
    ReadingPlace,
    Role,
    Source,
    Status,
    Timing,
    ToolCall,
    Usage,
    View,
)
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.merging.merged import Merged, merged_from
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part
from textchat.core.personas.persona import PanePersona, pane_persona
from textchat.store.parts.part_rows import (
    citations_from,
    citations_json,
    sealed_from,
    sealed_json,
    structure_from,
    structure_json,
)

_LARGEST = 2**63 - 1
TYPED_PARAMETERS = frozenset({"effort", "stop", "examples"})
"""Parameters that are more than plain data: not every value can be one."""

MESSAGE_COLUMNS = (
    "id",
    "parent_id",
    "role",
    "text",
    "reasoning",
    "tool_calls",
    "citations",
    "sealed",
    "structure",
    "named",
    "model",
    "parameters",
    "status",
    "finish_reason",
    "error",
    "note",
    "input_tokens",
    "output_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "usage_source",
    "input_source",
    "first_token_s",
    "first_text_s",
    "total_s",
    "tokens_per_s",
    "cost_usd",
    "cost_source",
    "earlier",
    "created_at",
    "covers",
    "merged",
    "seal",
)
PANE_COLUMNS = (
    "id",
    "model",
    "parameters",
    "leaf_id",
    "weight",
    "folded",
    "place_message",
    "place_offset",
    "place_above",
    "sent_from",
    "persona",
    "seal",
)


def storable(value: Any) -> Any:
    """`value` in a form SQLite accepts: servers send half a surrogate pair, 40 digits of tokens, and worse."""
    match value:
        case str():
            try:
                value.encode()
            except UnicodeEncodeError:  # join the pairs that were cut in two, replace the halves that stay alone
                return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case int():
            return max(-_LARGEST, min(value, _LARGEST))
        case float():
            return value if math.isfinite(value) else None
    return value


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, default=str, separators=(",", ":"))


def message_row(message: Message) -> dict[str, Any]:
    """The columns of `MESSAGE_COLUMNS`; parts have their own table."""
    row = {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "text": message.text,
        "reasoning": message.reasoning,
        "tool_calls": tool_calls_json(message.tool_calls),
        "citations": citations_json(message.citations),
        "sealed": sealed_json(message.sealed),
        "structure": structure_json(message.structure),
        "named": names_in(message),
        "model": message.model,
        "parameters": None if message.parameters is None else parameters_json(message.parameters),
        "status": message.status.value,
        "finish_reason": message.finish_reason,
        "error": None if message.error is None else _as_json(asdict(message.error)),
        "note": message.note,
        **figures_row(message),
        "earlier": None if message.earlier is None else _as_json(asdict(message.earlier)),
        "created_at": message.created_at,
        "covers": message.covers,
        "merged": None if message.merged is None else _as_json(message.merged.as_dict()),
        "seal": None,
    }
    row = {name: storable(value) for name, value in row.items()}
    row["created_at"] = row["created_at"] or 0.0
    return row


def names_in(message: Message) -> str:
    """The names of its parts and the titles of its sources, by which it is found: a line each, the first one empty."""
    names = [*(part.name for part in message.parts), *(source.title or "" for source in message.citations)]
    return "".join(f"\n{name}" for name in dict.fromkeys(names) if name.strip())


def figures_row(message: Message) -> dict[str, Any]:
    """Counts and times: the columns shared by messages and the journal of requests."""
    usage, timing = message.usage, message.timing
    row = {
        "input_tokens": usage and usage.input_tokens,
        "output_tokens": usage and usage.output_tokens,
        "reasoning_tokens": usage and usage.reasoning_tokens,
        "cached_tokens": usage and usage.cached_tokens,
        "cache_write_tokens": usage and usage.cache_write_tokens,
        "usage_source": usage and usage.source.value,
        "input_source": usage and usage.input_source and usage.input_source.value,
        "first_token_s": timing and timing.first_token_s,
        "first_text_s": timing and timing.first_text_s,
        "total_s": timing and timing.total_s,
        "tokens_per_s": timing and timing.tokens_per_s,
        "cost_usd": message.cost_usd,
        "cost_source": message.cost_source and message.cost_source.value,
    }
    return {name: storable(value) for name, value in row.items()}


def message_from(row: Mapping[str, Any] | sqlite3.Row, parts: Iterable[Part] = ()) -> Message:
    """The message of a row with `MESSAGE_COLUMNS`; raises ValueError, KeyError or TypeError for an invalid one."""
    return Message(
        id=row["id"],
        parent_id=row["parent_id"],
        role=Role(row["role"]),
        text=row["text"],
        reasoning=row["reasoning"],
        tool_calls=tool_calls_from(row["tool_calls"]),
        parts=tuple(parts),
        citations=citations_from(row["citations"]),
        sealed=sealed_from(row["sealed"]),
        structure=structure_from(row["structure"]),
        model=row["model"],
        parameters=None if row["parameters"] is None else parameters_from(row["parameters"]),
        status=Status(row["status"]),
        finish_reason=row["finish_reason"],
        error=_error_from(row["error"]),
        note=row["note"],
        usage=_usage_from(row),
        timing=_timing_from(row),
        cost_usd=row["cost_usd"],
        cost_source=Source(row["cost_source"]) if row["cost_source"] else None,
        earlier=_earlier_from(row["earlier"]),
        created_at=row["created_at"],
        covers=row["covers"],
        merged=_merged_from(row["merged"]),
    )


def _merged_from(text: str | None) -> Merged | None:
    """The merge of a column; None also for a way that a later version may have."""
    try:
        return None if text is None else merged_from(json.loads(text))
    except ValueError:
        return None


def _earlier_from(text: str | None) -> EarlierFigures | None:
    if text is None:
        return None
    part = json.loads(text)
    usage, timing, source = part["usage"], part["timing"], part["cost_source"]
    if usage is not None:
        sources = {name: Source(usage[name]) for name in ("source", "input_source") if usage[name]}
        usage = Usage(**{**usage, **sources})
    return EarlierFigures(
        usage,
        None if timing is None else Timing(**timing),
        part["cost_usd"],
        None if source is None else Source(source),
    )


def _usage_from(row: Mapping[str, Any] | sqlite3.Row) -> Usage | None:
    if row["usage_source"] is None:
        return None
    return Usage(
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        reasoning_tokens=row["reasoning_tokens"],
        cached_tokens=row["cached_tokens"],
        cache_write_tokens=row["cache_write_tokens"],
        source=Source(row["usage_source"]),
        input_source=Source(row["input_source"]) if row["input_source"] else None,
    )


def _timing_from(row: Mapping[str, Any] | sqlite3.Row) -> Timing | None:
    if row["total_s"] is None:
        return None
    return Timing(row["first_token_s"], row["total_s"], row["tokens_per_s"], row["first_text_s"])


def _error_from(text: str | None) -> ErrorReport | None:
    if text is None:
        return None
    error = json.loads(text)
    return ErrorReport(ErrorKind(error["kind"]), error["message"], error["status"], error["retry_after_s"])


def tool_calls_json(calls: tuple[ToolCall, ...]) -> str | None:
    return _as_json([[call.id, call.name, call.arguments] for call in calls]) if calls else None


def tool_calls_from(text: str | None) -> tuple[ToolCall, ...]:
    text = opened_text(text)
    return () if text is None else tuple(ToolCall(*call) for call in json.loads(text))


def parameters_json(parameters: Parameters) -> str:
    return _as_json(parameters.as_dict())


def parameters_from(text: str) -> Parameters:
    """The parameters of a column; a value that its field does not take, as an older format may hold it, is left out."""
    values = json.loads(text)
    try:
        return Parameters().merged(values)
    except (ValueError, TypeError):
        return Parameters().merged({name: value for name, value in values.items() if name not in TYPED_PARAMETERS})


def pane_row(pane: Pane) -> tuple[Any, ...]:
    """The columns of `PANE_COLUMNS`; its seal is None."""
    weight = pane.weight if math.isfinite(pane.weight) else 1.0
    parts = (pane.id, pane.model, parameters_json(pane.parameters), pane.leaf_id, weight, int(pane.folded))
    persona = None if pane.persona is None else _as_json(pane.persona.as_dict())
    return (*(storable(part) for part in parts), *place_row(pane.place), storable(pane.sent_from), persona, None)


def place_row(place: ReadingPlace | None) -> tuple[Any, ...]:
    """The columns place_message, place_offset, place_above."""
    if place is None:
        return None, None, None
    return storable(place.message_id), storable(place.offset), storable(place.above)


def pane_from(row: Mapping[str, Any] | sqlite3.Row, known: Mapping[str, Message]) -> Pane:
    """The pane of a row; if its leaf is not among the `known` messages, the pane is empty for now."""
    leaf = row["leaf_id"] if row["leaf_id"] in known else None
    return Pane(
        id=row["id"],
        model=row["model"],
        parameters=parameters_from(row["parameters"]),
        leaf_id=leaf,
        weight=row["weight"],
        folded=bool(row["folded"]),
        place=_place_from(row) if row["place_message"] in known else None,
        sent_from=row["sent_from"],
        persona=_persona_from(row["persona"]),
    )


def _persona_from(text: str | None) -> PanePersona | None:
    """The persona of a column; None also for one that a later version may have written in another way."""
    try:
        return None if text is None else pane_persona(json.loads(text))
    except ValueError:
        return None


def _place_from(row: Mapping[str, Any] | sqlite3.Row) -> ReadingPlace:
    return ReadingPlace(row["place_message"], int(row["place_offset"]), int(row["place_above"]))


def view_row(view: View) -> tuple[Any, ...]:
    """The columns active_pane, zoomed, one_target."""
    return storable(view.active_id), int(view.is_zoomed), int(not view.sends_to_all)


def view_from(row: sqlite3.Row) -> View:
    return View(row["active_pane"], bool(row["zoomed"]), not row["one_target"])


def blind_row(blind: Blind | None) -> str | None:
    return None if blind is None else _as_json(blind.as_dict())


def blind_from_row(text: str | None) -> Blind | None:
    """The comparison of a column; one that cannot be read stays blind, and its panes get new letters."""
    try:
        return None if text is None else blind_from(json.loads(text))
    except ValueError:
        return Blind(())


def waiting_row(prompt: QueuedPrompt) -> tuple[Any, ...]:
    """The columns id, text, pane_ids; its parts have their own table."""
    return storable(prompt.id), storable(prompt.text), _as_json(prompt.pane_ids)


def waiting_from(row: sqlite3.Row, parts: tuple[Part, ...]) -> QueuedPrompt:
    return QueuedPrompt(row["id"], row["text"], tuple(json.loads(row["pane_ids"])), parts)
