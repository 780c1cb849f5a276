"""Builds the options of a request to the Responses API, also out of the names that chat completions have for them.

Source: https://platform.openai.com/docs/api-reference/responses/create and /guides/migrate-to-responses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from textchat.core.parameters import Effort, Parameters
from textchat.providers.capabilities.efforts import taken_effort
from textchat.providers.protocols.chat.settings import named_schema
from textchat.providers.protocols.request_body import present

SEALED = "reasoning.encrypted_content"
_EFFORTS = {Effort.OFF: "none", Effort.MAX: "xhigh"}
"""OpenAI's own words; other servers with this API know `high` as the most."""
_LISTS = frozenset({"tools", "include"})
"""The user's entries are added to textchat's own."""


class Options(NamedTuple):
    """What a user has set, as fields of a request."""

    fields: dict[str, Any]
    notes: tuple[str, ...] = ()
    """What of it could not be said."""


def options(parameters: Parameters, model: str, known: tuple[Effort, ...] | None, *, is_openai: bool) -> Options:
    """The fields for `parameters`; `known` are the efforts that the model takes, None if that is unknown.

    `is_openai`: OpenAI itself is asked, whose models think as a rule.
    """
    schema = parameters.schema
    own = {
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "max_output_tokens": parameters.max_tokens,
        "tools": [{"type": "web_search"}] if parameters.web else None,
        "text": None if schema is None else {"format": {"type": "json_schema", **named_schema(schema)}},
    }
    effort, note = taken_effort(model, parameters.effort, known)
    thinking = _thinking(effort, known, is_openai=is_openai)
    fields = _with_extra(present(own) | thinking, parameters.extra)
    lost = [name for name, value in (("seed", parameters.seed), ("stop", parameters.stop)) if value is not None]
    missing = (f'The Responses API has no {" and no ".join(lost)}; set protocol = "openai" to send it.',)
    return Options(fields, (*((note,) if note else ()), *(missing if lost else ())))


def _thinking(effort: Effort | None, known: tuple[Effort, ...] | None, *, is_openai: bool) -> dict[str, Any]:
    """What is asked of a model that thinks: how much, a summary of it, and all of it, sealed, for the next turn."""
    if not (effort or known or (known is None and is_openai)):
        return {}
    if effort is Effort.MAX and known is None and not is_openai:
        effort = Effort.HIGH
    reasoning = {} if effort is None else {"effort": _EFFORTS.get(effort, effort.value)}
    if effort is not Effort.OFF:
        reasoning["summary"] = "auto"
    return {"reasoning": reasoning, "include": [SEALED]}


def _with_extra(fields: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in _translated(extra):
        known = fields.get(name)
        if isinstance(known, dict) and isinstance(value, Mapping):
            fields[name] = {**known, **value}
        elif name in _LISTS and isinstance(known, list) and isinstance(value, list):
            fields[name] = known + [entry for entry in value if entry not in known]
        else:
            fields[name] = value
    return fields


def _translated(extra: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Fields of the user, those of chat completions under their new names."""
    for name, value in extra.items():
        match name:
            case "reasoning_effort":
                yield "reasoning", {"effort": value}
            case "max_completion_tokens":
                yield "max_output_tokens", value
            case "verbosity":
                yield "text", {"verbosity": value}
            case "response_format" if isinstance(value, Mapping):
                schema = value.get("json_schema")
                inner = schema if isinstance(schema, Mapping) else {}
                yield "text", {"format": {"type": value.get("type"), **inner}}
            case "tools" if isinstance(value, list):
                yield name, [_tool(tool) for tool in value]
            case _:
                yield name, value


def _tool(tool: Any) -> Any:
    """A tool; a function's fields are its own here, and not those of an object within."""
    function = tool.get("function") if isinstance(tool, Mapping) else None
    return {"type": "function", **function} if isinstance(function, Mapping) else tool
