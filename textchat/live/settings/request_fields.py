"""Reads the value of a request's field as it is typed: a known parameter by its type, any other as JSON or text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from textchat.config import value_types as types
from textchat.config.schema import PARAMETERS
from textchat.core.errors import ConfigurationError
from textchat.core.parameters import PARAMETER_DEFAULTS
from textchat.core.text.nesting import is_deep_json
from textchat.core.text.sanitize import plain_line

OPTION = "-o "
"""What stands before the name of a field in a sentence, where a command line has it."""


def request_fields(options: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters that pairs of a key and a text name; raises ConfigurationError."""
    fields = {}
    for key, text in options:
        name = field_name(key)
        if not name:
            raise ConfigurationError("-o needs a key, as in -o top_k 40.")
        fields[name] = typed_field(name, text, OPTION)
    return fields


def field_name(key: str) -> str:
    """The name of a parameter that textchat knows, also with hyphens; else the key."""
    return known if (known := key.strip().replace("-", "_")) in PARAMETERS else key.strip()


def typed_field(name: str, text: str, where: str = "") -> object:
    """The value of a field as typed; of a known one, null is the server's default, whatever the settings say.

    Raises ConfigurationError with a sentence that begins with `where` and the name.
    """
    value = _json_or_text(name, text, where)
    if name not in PARAMETERS:
        return value
    if value is None:
        return PARAMETER_DEFAULTS[name]
    if PARAMETERS[name].type is types.SCHEMA:
        return read_reply_schema(f"{where}{name}", text)
    if not isinstance(value, str | list) and PARAMETERS[name].type in (types.TEXT, types.STOP):
        value = text
    return plain_field(name, value, where)


def plain_field(name: str, value: object, where: str = "") -> object:
    """The value of a field from plain data, checked where the parameter is known; raises ConfigurationError."""
    if name not in PARAMETERS:
        return value
    wanted = PARAMETERS[name].type
    if value is None:
        return PARAMETER_DEFAULTS[name]
    if wanted is types.SCHEMA and isinstance(value, str):
        return read_reply_schema(f"{where}{name}", value)
    try:
        return wanted.read(value)
    except ValueError as error:
        found = plain_line(str(error) or _as_text(value), 50)
        raise ConfigurationError(f"{where}{name}: expected {wanted.expected}, found {found}.") from error


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json_or_text(name: str, text: str, where: str) -> object:
    if is_deep_json(text):
        raise ConfigurationError(f"{where}{plain_line(name, 50)}: the value is nested too deep.")
    try:
        value = json.loads(text, parse_constant=_no_json)
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair cannot be sent
    except (ValueError, RecursionError):
        return text
    return value


def _no_json(name: str) -> NoReturn:
    raise ValueError(name)


def read_reply_schema(option: str, given: str) -> Mapping[str, Any]:
    """The schema that a file or a short form stands for; raises ConfigurationError that begins with `option`."""
    from textchat.config.reply_schema import read_schema  # a fifth of a second that few prompts need
    from textchat.live.structure.validator import refusal

    try:
        schema = read_schema(given)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from error
    if refused := refusal(schema):
        raise ConfigurationError(f"{option}: the schema {plain_line(refused, 400)}.")
    return schema
