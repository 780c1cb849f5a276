"""Reads the annotations of a text: the sources it names, and the files that it speaks of.

Source: https://platform.openai.com/docs/api-reference/responses/object (`output[].content[].annotations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from textchat.core.parts.received import LONGEST_ADDRESS
from textchat.core.text import json_fields as fields
from textchat.core.text.sanitize import plain_name
from textchat.providers.protocols.chat.sources import end_of


class Source(NamedTuple):
    """A source of a text."""

    url: str
    """An address; of a file that only the server has, its id there."""
    title: str | None
    end: int | None
    """The characters of the text before the end of what cites it; None where the server does not say it."""
    is_made: bool = False
    """Whether it is a file that the model made."""


def source_of(annotation: Mapping[str, Any]) -> Source | None:
    """The source that an annotation names; None if it names none."""
    kind = fields.text(annotation, "type")
    annotation = fields.table(annotation, kind) or annotation  # gateways keep the form of chat completions
    title = plain_name(fields.text(annotation, "title") or fields.text(annotation, "filename")) or None
    id_ = _bounded(fields.text(annotation, "file_id"))
    match kind:
        case "file_citation" if id_:
            return Source(id_, title, fields.count(annotation, "index"))
        case "container_file_citation" if id_:
            container = _bounded(fields.text(annotation, "container_id"))
            url = f"containers/{container}/files/{id_}" if container else id_
            return Source(url, title, end_of(annotation), is_made=True)
        case "file_path" if id_:
            return Source(id_, title, None, is_made=True)
        case "file_citation" | "container_file_citation" | "file_path":
            return None
    url = _bounded(fields.text(annotation, "url"))
    return Source(url, title, end_of(annotation)) if url else None


def _bounded(address: str) -> str:
    """An address or an id without halves of characters; empty for one that is too long to be one."""
    return address.encode("utf-8", "replace").decode() if len(address) <= LONGEST_ADDRESS else ""
