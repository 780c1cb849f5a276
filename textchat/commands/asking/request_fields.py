"""Reads what the command line says about a request: its own options, `-o KEY VALUE`, and the schema of the reply."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from textchat.live.settings.request_fields import read_reply_schema, request_fields

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
        given["schema"] = read_reply_schema("--schema", arguments.schema)
    if arguments.schema_multi is not None:
        from textchat.core.parts.schema_text import many_of  # few prompts need it

        given["schema"] = many_of(read_reply_schema("--schema-multi", arguments.schema_multi))
    return {**request_fields(arguments.options), **given}
