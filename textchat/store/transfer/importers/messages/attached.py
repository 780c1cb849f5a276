"""Makes parts of base64 and data: URLs, and shows other values as JSON without such data in it."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes

from textchat.core.limits import IMPORT_FILE
from textchat.core.parts.media_types import UNKNOWN, ending_of
from textchat.core.parts.part import Part
from textchat.core.text.json_fields import as_text

_USUAL = {"picture": "image/png", "recording": "audio/wav"}
_STEMS = {"picture": "image"}
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{1000,}={0,2}|data:[\w.+-]+/[\w.+-]+(;[\w=.-]+)*,.*", re.DOTALL)


def from_base64(data: object, media_type: str, name: str = "") -> Part | None:
    """The part; None if the data are missing, damaged or too large."""
    if not isinstance(data, str) or len(data) > IMPORT_FILE.most * 4 // 3 + 4:
        return None
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return Part(name, media_type, content) if content else None


def from_url(url: object, name: str = "") -> Part | None:
    """The part in a data: URL (https://www.rfc-editor.org/rfc/rfc2397); None for any other."""
    if not isinstance(url, str) or not url.startswith("data:"):
        return None
    head, comma, data = url[len("data:") :].partition(",")
    media_type, *parameters = head.split(";")
    if "base64" in parameters:
        return from_base64(data, media_type, name)
    content = unquote_to_bytes(data) if comma and len(data) <= IMPORT_FILE.most else b""
    return Part(name, media_type, content) if content else None


def named(part: Part, kind: str, number: int) -> Part:
    """The part with a name and a media type, where its source gave it none."""
    media_type = part.media_type or mimetypes.guess_type(part.name)[0] or _USUAL.get(kind, "")
    ending = "" if kind == "picture" else ending_of(media_type)
    name = part.name or f"{_STEMS.get(kind, kind)}-{number}{ending}"
    return replace(part, name=name, media_type=media_type or UNKNOWN)


def readable_json(value: object) -> str:
    """A value as JSON, a string without quotes; files that are encoded in it are cut out."""
    return as_text(_without_files(value))


def plain_text(value: object) -> str:
    """A text as it is, any other value as `readable_json`."""
    return value if isinstance(value, str) else readable_json(value)


def _without_files(value: object) -> Any:
    match value:
        case str() if _BASE64.fullmatch(value):
            return "…"
        case Mapping():
            return {key: _without_files(inner) for key, inner in value.items()}
        case list():
            return [_without_files(inner) for inner in value]
        case _:
            return value
