"""Reads the text of a JSON Schema, or its short form: `name, age int, bio: one sentence`.

The short form is that of the program `llm` (https://llm.datasette.io/en/stable/schemas.html, "Concise LLM schema
syntax"): fields are separated by commas or, where there are any, by line ends; each is a name, perhaps a type (`str`,
`int`, `float` or `bool`), and perhaps a colon and a description. All of them are required.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn

from textchat.core.text.nesting import is_deep_json

_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


def schema_of_text(text: str) -> Mapping[str, Any]:
    """The schema that `text` holds, as JSON or in the short form; a ValueError completes the sentence "it …"."""
    return _of_json(text) if text.lstrip()[:1] in ("{", "[") else schema_of_short_form(text)


def schema_of_short_form(text: str) -> Mapping[str, Any]:
    """The schema of an object with the named fields; raises ValueError as `schema_of_text`."""
    fields = [field.strip() for field in text.split("\n" if "\n" in text.strip() else ",")]
    properties: dict[str, dict[str, str]] = {}
    for field in filter(None, fields):
        name, value = _field(field)
        if name in properties:
            raise ValueError(f"has the field “{name[:50]}” twice")
        properties[name] = value
    if not properties:
        raise ValueError("is empty")
    return {"type": "object", "properties": properties, "required": list(properties)}


def many_of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of an object whose `items` are any number of what `schema` describes."""
    items = {"type": "array", "items": schema}
    return {"type": "object", "properties": {"items": items}, "required": ["items"]}


def _field(field: str) -> tuple[str, dict[str, str]]:
    head, colon, description = field.partition(":")
    name, *rest = head.split() or [""]
    if not name:
        raise ValueError(f"has a field without a name: “{field[:50]}”")
    if len(rest) > 1 or (rest and rest[0] not in _TYPES):
        raise ValueError(f"is not a short form: “{head.strip()[:50]}” is not a name and str, int, float or bool")
    value = {"type": _TYPES[rest[0] if rest else "str"]}
    return name, value | ({"description": description.strip()} if colon and description.strip() else {})


def _of_json(text: str) -> Mapping[str, Any]:
    if is_deep_json(text):
        raise ValueError("is nested too deep")
    try:
        schema = json.loads(text, parse_constant=_no_number, object_pairs_hook=_table)
    except json.JSONDecodeError as error:
        raise ValueError(f"is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError:
        raise ValueError("is nested too deep") from None
    if not isinstance(schema, dict):
        raise ValueError("is not a JSON object")
    if "\\u" in text and _has_half_character(json.dumps(schema, ensure_ascii=False)):
        raise ValueError("has half of a surrogate pair in a text; no request can hold it")
    return schema


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which nothing is lost: of a key that is there twice JSON would keep the last."""
    table = dict(pairs)
    if len(table) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        shown = twice[:50].encode(errors="replace").decode()
        raise ValueError(f"has the key “{shown}” twice in one object")
    return table


def _has_half_character(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"is not valid JSON: {name} is not a number")
