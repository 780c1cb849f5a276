"""Reads a schema that somebody names or writes down, and refuses one that no reply can be checked against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.config.reply_schema import read_schema
from textchat.core.text.sanitize import plain_line


def usable_schema(given: str) -> Mapping[str, Any]:
    """The schema in a file, or in the text itself; raises ValueError with a sentence. May wait for a disk."""
    from textchat.live.structure.validator import refusal  # a fifth of a second that few prompts need

    schema = read_schema(given)
    if refused := refusal(schema):
        raise ValueError(f"The schema {plain_line(refused, 400)}.")
    return schema
