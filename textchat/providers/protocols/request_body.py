"""Builds the parts that the request bodies of several protocols share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without those that are None, which are left to the server's defaults."""
    return {name: value for name, value in values.items() if value is not None}


def place_extra(
    body: dict[str, Any],
    extra: Mapping[str, Any],
    options_field: str,
    options: dict[str, Any],
    top_level: frozenset[str],
) -> None:
    """Put `extra` parameters into `body`: those in `top_level` as its fields, all others into its options.

    `options` holds the parameters that textchat knows; a whole object of options in `extra` is merged into it.
    """
    for name, value in extra.items():
        if name == options_field and isinstance(value, Mapping):
            options |= value
        elif name in top_level:
            body[name] = value
        else:
            options[name] = value
    if options:
        body[options_field] = options


def call_arguments(arguments: str) -> Mapping[str, Any]:
    """The arguments of a tool call as an object, as servers require; empty if the model wrote none."""
    try:
        parsed = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
