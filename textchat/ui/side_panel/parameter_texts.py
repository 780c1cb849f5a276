"""Parameters as texts that a user edits, and back: stop texts, fields of any name, the name of a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from textchat.core.parameters import PARAMETER_NAMES
from textchat.core.text.nesting import is_deep_json
from textchat.core.text.sanitize import plain_name
from textchat.core.text.secrets import masked_table

STRING = re.compile(r'\s*("(?:[^"\\]|\\.)*+")\s*,?')
"""A string of JSON, and the comma behind it."""
LONGEST_LABEL = 200


def stops_text(stops: Sequence[str] | None) -> str:
    """Stop texts, one a line; one that would not be read back from there is quoted as in JSON."""
    return "\n".join(stop if _is_plain(stop) else _quoted(stop) for stop in stops or ())


def stops_from(text: str) -> tuple[str, ...] | None:
    """The stop texts: one a line, or several in quotes; None if there are none. Raises ValueError with a sentence."""
    stops: list[str] = []
    for line in map(str.strip, text.splitlines()):
        stops += _strings(line) if line.startswith('"') else [line] if line else []
    return tuple(stop for stop in stops if stop) or None


def _is_plain(stop: str) -> bool:
    return stop.isprintable() and stop.strip() == stop and not stop.startswith('"') and bool(stop)


def _strings(line: str) -> list[str]:
    strings, at = list[str](), 0
    while at < len(line):
        found = STRING.match(line, at)
        if found is None:
            raise ValueError('stop: put each text on a line of its own, or in quotes: "\\n\\n", "END"')
        try:
            strings.append(str(json.loads(found[1], strict=False)))
        except ValueError:
            raise ValueError(f"stop: {plain_name(found[1], 20)} is not a JSON text") from None
        at = found.end()
    return strings


def fields_text(fields: Mapping[str, Any]) -> str:
    """Fields of any name as `key = value`, one a line; secrets are masked."""
    shown = masked_table(dict(fields))
    return "\n".join(f"{name} = {_value_text(value)}" for name, value in shown.items())


def fields_from(text: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a text names, one a line; raises ValueError with a sentence.

    A value is JSON where it can be read so, else a text. One that stands there as `known` ones are shown is that one.
    """
    shown = dict(line.split(" = ", 1) for line in fields_text(known).splitlines() if " = " in line)
    fields: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not name:
            raise ValueError(f"{plain_name(line, 20)}: write it as key = value")
        if name in PARAMETER_NAMES:
            raise ValueError(f"{name}: set it in its own field above")
        if name in fields:
            raise ValueError(f"{plain_name(name, 20)}: named twice")
        fields[name] = known[name] if name in known and value == shown.get(name) else _value_from(value)
    return fields


def _value_text(value: object) -> str:
    """A value that `_value_from` reads back: a text as it is, unless it would be taken for something else."""
    if isinstance(value, str) and value.isprintable() and value.strip() == value and _value_from(value) == value:
        return value
    return _quoted(value)


def _quoted(value: object) -> str:
    """As JSON on one line, whatever may stand in it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)


def _value_from(text: str) -> Any:
    try:
        return text if is_deep_json(text) else json.loads(text, parse_constant=_no_json)
    except (ValueError, RecursionError):
        return text


def _no_json(name: str) -> NoReturn:
    raise ValueError(name)


def schema_label(schema: Mapping[str, Any] | None) -> str:
    """What a schema is called where nobody knows how it was given: its title, or else the names of its fields."""
    if schema is None:
        return ""
    title, properties = schema.get("title"), schema.get("properties")
    if isinstance(title, str) and title.strip():
        return plain_name(title, LONGEST_LABEL)
    if isinstance(properties, Mapping) and properties:
        return plain_name(", ".join(map(str, properties)), LONGEST_LABEL)
    return "JSON Schema"
