"""Asks for an answer of a given structure: by a format where the model knows it, else by a tool that it has to call.

Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs (what of JSON Schema is taken) and
/docs/en/agents-and-tools/tool-use/implement-tool-use (`tool_choice`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.providers.capabilities.claude import claude_model

ANSWER_TOOL = "structured_answer"
"""The tool whose input is the answer; no other tool of this name is ever offered."""
_LIMITS = frozenset(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"}
    | {"minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties"}
)
"""What is refused in a format; it goes into the description, which the model reads."""
_UNSAID = frozenset({"$schema", "$id", "$comment", "examples", "patternProperties", "propertyNames", "contains"})
_NAMED_SCHEMAS = frozenset({"properties", "$defs", "definitions"})
_LISTED_SCHEMAS = frozenset({"anyOf", "allOf", "prefixItems"})


def takes_format(model: str) -> bool:
    """Whether `model` is known to take a format."""
    known = claude_model(model)
    return known is not None and known.takes_format


def answer_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The format for `schema`, as far as it can be said."""
    return {"type": "json_schema", "schema": _said(schema)}


def answer_tool(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The tool whose input has the structure of `schema`."""
    return {
        "name": ANSWER_TOOL,
        "description": "Give the whole reply as the input of this tool. Call it once, and write nothing else.",
        "input_schema": dict(schema),
    }


def answer_choice(*, is_free: bool) -> dict[str, Any]:
    """How the tool is to be called; `is_free` beside thinking and other tools, where it cannot be forced."""
    return {"type": "auto"} if is_free else {"type": "tool", "name": ANSWER_TOOL}


def _said(schema: object) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    said: dict[str, Any] = {}
    for name, value in schema.items():
        if name in _UNSAID or _is_refused_limit(name, value):
            continue
        if name in _NAMED_SCHEMAS and isinstance(value, Mapping):
            said[name] = {inner: _said(each) for inner, each in value.items()}
        elif name in (*_LISTED_SCHEMAS, "oneOf") and isinstance(value, list):
            said["anyOf" if name == "oneOf" else name] = [_said(each) for each in value]
        else:
            said[name] = _said(value) if name == "items" else value
    if "object" in _types(schema) or "properties" in schema:
        said["additionalProperties"] = False
    if limits := [f"{name}: {value}" for name, value in schema.items() if _is_refused_limit(name, value)]:
        said["description"] = f"{said.get('description', '')} ({', '.join(limits)})".strip()
    return said


def _is_refused_limit(name: str, value: object) -> bool:
    return name in _LIMITS and not (name == "minItems" and value in (0, 1))


def _types(schema: Mapping[str, Any]) -> list[Any]:
    types = schema.get("type")
    return types if isinstance(types, list) else [types]
