"""Reads what the command line says about a request: its own options, `-o KEY VALUE`, and the schema of the reply."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from textchat.config import value_types as types
from textchat.config.schema import PARAMETERS
from textchat.core.errors import ConfigurationError
from textchat.core.parameters import PARAMETER_DEFAULTS
from textchat.core.text.nesting import is_deep_json
from textchat.core.text.sanitize import plain_line

_NAMED = ("system", "temperature", "max_tokens", "seed", "effort")


def given_parameters(arguments: Namespace) -> dict[str, Any]:
    """The parameters that were given, by name; an option of its own goes before `-o`. Raises ConfigurationError."""
    named = {name: getattr(arguments, name) for name in _NAMED}
    given = {name: value for name, value in named.items() if value is not None}
    if arguments.no_stream:
        given["stream"] = False
    if arguments.web:
        given["web"] = True
    if arguments.schema is not None:
        given["schema"] = _schema("--schema", arguments.schema)
    if arguments.schema_multi is not None:
        from textchat.core.parts.schema_text import many_of  # few prompts need it

        given["schema"] = many_of(_schema("--schema-multi", arguments.schema_multi))
    return {**request_fields(arguments.options), **given}


def request_fields(options: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters that pairs of a key and a text name; raises ConfigurationError."""
    fields = {}
    for key, text in options:
        name = known if (known := key.strip().replace("-", "_")) in PARAMETERS else key.strip()
        if not name:
            raise ConfigurationError("-o needs a key, as in -o top_k 40.")
        fields[name] = _known(name, text) if name in PARAMETERS else _json_or_text(name, text)
    return fields


def _known(name: str, text: str) -> object:
    """The value of a parameter that textchat knows; null is the server's default, whatever the settings say."""
    wanted = PARAMETERS[name].type
    value = _json_or_text(name, text)
    if value is None:
        return PARAMETER_DEFAULTS[name]
    if wanted is types.SCHEMA:
        return _schema(f"-o {name}", text)
    if not isinstance(value, str | list) and wanted in (types.TEXT, types.STOP):
        value = text
    try:
        return wanted.read(value)
    except ValueError as error:
        found = plain_line(str(error) or text, 50)
        raise ConfigurationError(f"-o {name}: expected {wanted.expected}, found {found}.") from error


def _json_or_text(name: str, text: str) -> object:
    if is_deep_json(text):
        raise ConfigurationError(f"-o {plain_line(name, 50)}: the value is nested too deep.")
    try:
        value = json.loads(text, parse_constant=_no_json)
        json.dumps(value, ensure_ascii=False).encode()  # half of a surrogate pair cannot be sent
    except (ValueError, RecursionError):
        return text
    return value


def _no_json(name: str) -> NoReturn:
    raise ValueError(name)


def _schema(option: str, given: str) -> Mapping[str, Any]:
    from textchat.config.reply_schema import read_schema  # a fifth of a second that few prompts need
    from textchat.live.structure.validator import refusal

    try:
        schema = read_schema(given)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from error
    if refused := refusal(schema):
        raise ConfigurationError(f"{option}: the schema {plain_line(refused, 400)}.")
    return schema
