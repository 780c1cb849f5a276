"""Parts that the request bodies of several protocols share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without those that are None: what the user did not set is left to the server."""
    return {name: value for name, value in values.items() if value is not None}


def place_extra(
    body: dict[str, Any],
    extra: Mapping[str, Any],
    options_field: str,
    options: dict[str, Any],
    top_level: frozenset[str],
) -> None:
    """Put `extra` parameters into `body`: those named in `top_level` as its fields, all others into its options.

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
    """The arguments of a tool call as an object, empty where a model wrote none: servers take nothing else."""
    try:
        parsed = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
