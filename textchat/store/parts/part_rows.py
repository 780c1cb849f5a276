"""Converts parts, citations, sealed reasoning and structure checks to and from columns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from textchat.core.blind.seal import opened_text
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.structure import StructureCheck

PART_COLUMNS = "position, place, name, media_type, size, digest, reference"


def part_row(part: Part) -> tuple[Any, ...]:
    """The columns of `PART_COLUMNS` but for the position."""
    return part.offset, part.name, part.media_type, part.size, part.digest, part.reference


def part_from(row: Mapping[str, Any] | sqlite3.Row) -> Part:
    """The part of a row, without its content."""
    return Part(
        row["name"],
        row["media_type"],
        offset=row["place"],
        reference=row["reference"],
        size=row["size"],
        digest=row["digest"],
    )


def citations_json(citations: Iterable[Citation]) -> str | None:
    """The sources of an answer as one column; None without any."""
    rows = [[citation.url, citation.title, list(citation.places)] for citation in citations]
    return _as_json(rows) if rows else None


def citations_from(text: str | None) -> tuple[Citation, ...]:
    return () if text is None else tuple(Citation(url, title, tuple(places)) for url, title, places in json.loads(text))


def sealed_json(sealed: Iterable[SealedReasoning]) -> str | None:
    """Sealed reasoning as one column; None without any."""
    rows = [[each.protocol, each.item] for each in sealed]
    return _as_json(rows) if rows else None


def sealed_from(text: str | None) -> tuple[SealedReasoning, ...]:
    text = opened_text(text)
    return () if text is None else tuple(SealedReasoning(protocol, item) for protocol, item in json.loads(text))


def structure_json(check: StructureCheck | None) -> str | None:
    return None if check is None else _as_json([check.is_valid, check.why])


def structure_from(text: str | None) -> StructureCheck | None:
    if text is None:
        return None
    is_valid, why = json.loads(text)
    return StructureCheck(bool(is_valid), why)


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
