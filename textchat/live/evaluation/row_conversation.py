"""Makes a conversation of the results for one prompt, to look at them in the app: a pane for each answer.

The values are those of a file that anybody may have written: what cannot be a figure or a parameter is left out.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from textchat.config.schema import PARAMETERS
from textchat.core.conversation import (
    Conversation,
    Message,
    Pane,
    Role,
    Source,
    Status,
    Timing,
    Usage,
    View,
    first_words,
    new_id,
)
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.evaluation.check import checks_note
from textchat.core.evaluation.opened_rows import OpenedRows
from textchat.core.evaluation.outcome import number
from textchat.core.evaluation.result_row import ResultRow
from textchat.core.parameters import Parameters
from textchat.core.parts.citation import Citation
from textchat.core.parts.structure import StructureCheck
from textchat.core.text.secrets import MASK
from textchat.core.turns import MOST_PANES

_Word = TypeVar("_Word", bound=StrEnum)


def opened_rows(rows: Sequence[ResultRow], chosen: ResultRow) -> OpenedRows:
    """The answers of `rows`, all to the prompt of `chosen`, in panes by their order; `chosen` is in the active one.

    Where they are more than fit, those without a pane are versions beside the others.
    """
    prompt = Message(new_id(), None, Role.USER, chosen.prompt, created_at=time.time())
    conversation = Conversation(new_id(), first_words(chosen.prompt), time.time()).with_message(prompt)
    by_id: dict[str, ResultRow] = {}
    order = sorted(rows, key=lambda row: (row.pane, row.repeat, row.number))
    first = max(0, order.index(chosen) - MOST_PANES + 1)
    for place, row in enumerate(order):
        answer = _answer(row, prompt.id)
        by_id[answer.id] = row
        conversation = conversation.with_message(answer)
        if first <= place < first + MOST_PANES:
            pane = Pane(new_id(), row.model, answer.parameters or Parameters(), answer.id)
            conversation = conversation.with_pane(pane)
            if row is chosen:
                conversation = replace(conversation, view=View(pane.id))
    return OpenedRows(conversation, by_id)


def _answer(row: ResultRow, prompt_id: str) -> Message:
    get = row.values.get
    status = _word(Status, row.status, Status.FAILED)
    return Message(
        new_id(),
        prompt_id,
        Role.ASSISTANT,
        row.text,
        _text(get("reasoning")) or "",
        citations=_citations(get("citations")),
        structure=_structure(_table(get("schema"))),
        model=row.model,
        parameters=_parameters(_table(row.parameters)),
        status=Status.INTERRUPTED if status is Status.GROWING else status,
        finish_reason=_text(get("finish_reason")),
        error=_error(_table(get("error"))),
        note=" ".join(filter(None, (checks_note(row.checks), _text(get("note"))))) or None,
        usage=_usage(_table(get("usage"))),
        timing=_timing(_table(get("timing"))),
        cost_usd=number(get("cost_usd")),
        cost_source=_word(Source, get("cost_source"), None),
        created_at=time.time(),
    )


def _parameters(values: Mapping[str, Any]) -> Parameters:
    """The parameters that can be used: one that was masked is none."""
    parameters = Parameters()
    for name, value in values.items():
        if MASK in str(value) or (name == "schema" and not isinstance(value, Mapping)):
            continue
        try:
            known = PARAMETERS[name].type.read(value) if name in PARAMETERS else value
            parameters = parameters.merged({name: known})
        except (ValueError, TypeError):
            continue
    return parameters


def _usage(values: Mapping[str, Any]) -> Usage | None:
    if not values:
        return None
    return Usage(
        _count(values.get("input_tokens")) or 0,
        _count(values.get("output_tokens")) or 0,
        _count(values.get("reasoning_tokens")),
        _word(Source, values.get("source"), Source.ESTIMATED),
        _count(values.get("cached_tokens")),
        _word(Source, values.get("input_source"), None),
        _count(values.get("cache_write_tokens")),
    )


def _timing(values: Mapping[str, Any]) -> Timing | None:
    total = number(values.get("total_s"))
    if total is None:
        return None
    first, speed, text = (number(values.get(name)) for name in ("first_token_s", "tokens_per_s", "first_text_s"))
    return Timing(first, total, speed, text)


def _error(values: Mapping[str, Any]) -> ErrorReport | None:
    message = _text(values.get("message"))
    if message is None:
        return None
    kind = _word(ErrorKind, values.get("kind"), ErrorKind.PROTOCOL)
    return ErrorReport(kind, message, _count(values.get("status")), number(values.get("retry_after_s")))


def _structure(values: Mapping[str, Any]) -> StructureCheck | None:
    is_valid = values.get("valid")
    return StructureCheck(is_valid, _text(values.get("why"))) if isinstance(is_valid, bool) else None


def _citations(values: object) -> tuple[Citation, ...]:
    tables = map(_table, values if isinstance(values, list) else ())
    return tuple(
        Citation(url, _text(table.get("title"))) for table in tables if (url := _text(table.get("url"))) is not None
    )


def _word(kind: type[_Word], value: object, otherwise: Any) -> Any:
    return kind(value) if isinstance(value, str) and value in [word.value for word in kind] else otherwise


def _count(value: object) -> int | None:
    known = number(value)
    return None if known is None else int(known)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
