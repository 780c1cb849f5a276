"""Reads the data of one event: JSON objects, and texts that stand in their place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from textchat.core.text.nesting import is_deep_json
from textchat.providers.error_documents import ErrorDetails
from textchat.providers.refusals.texts import is_page

JsonObject = dict[str, Any]

_DECODER = json.JSONDecoder(strict=False)
"""Takes raw control characters inside strings, which some servers do not escape."""
_BLANK = "\ufeff\0 \t\r\n"
_PREFIX = re.compile(r"[\ufeff\0\s]*(?:data:\s*)*")
"""White space, and what stands before a value where events are within events (`data: data: {…}`) or lack a line end
between them (`data: {…}data: {…}`)."""
_END_MARKER = re.compile(r"\[\s*done\s*\]", re.IGNORECASE)
_CUT_JSON = re.compile(r"\{(?!\w[\w .-]{0,80}\}$)|\[\s*[{\[\"]")
"""Not `{ping}`."""


def objects_and_texts(data: str) -> Iterator[JsonObject | str]:
    """The JSON objects in the data of an event, and what is no JSON, in their order.

    Nearly always one object. Several JSON values are that many events, the objects of a list too; a string is read as
    what it holds; all other JSON says nothing and is left out.
    """
    yield from _read(data, is_quoted=False)


def json_object(data: str) -> JsonObject | None:
    """The JSON object that `data` is; None for anything else."""
    if is_deep_json(data):
        return None
    try:
        value = _DECODER.decode(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_whole(text: str) -> bool:
    """Whether a text is a whole JSON object or an end marker: what follows is no continuation of it."""
    text = text.strip(_BLANK)
    return is_end_marker(text) or (text.endswith("}") and json_object(text[_past_prefix(text, 0) :]) is not None)


def begins_document(text: str) -> bool:
    """Whether a line is the first of JSON that is spread over lines, or of a web page."""
    text = text.strip(_BLANK)
    return is_page(text) or (is_cut_json(text) and isinstance(next(objects_and_texts(text), None), str))


def is_json(text: str) -> bool:
    """Whether a text is one JSON value."""
    if is_deep_json(text):
        return False
    try:
        _DECODER.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def is_end_marker(text: str) -> bool:
    """Whether a text is `[DONE]`, in any case."""
    return _END_MARKER.fullmatch(text.strip("\"' \t\r\n")) is not None


def is_cut_json(text: str) -> bool:
    """Whether a text that is no JSON begins like a JSON object or a list: something is lost with it."""
    return _CUT_JSON.match(text) is not None


def says_something(details: ErrorDetails) -> bool:
    """Whether an error has words, a code or a status."""
    return bool(details.message.strip() or details.status or set(details.code.split()) - {"error"})


def _read(data: str, *, is_quoted: bool) -> Iterator[JsonObject | str]:
    text = data.strip(_BLANK)
    at = 0
    if is_deep_json(text):
        yield text
        return
    while (at := _past_prefix(text, at)) < len(text):
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield from _no_json(text[at:])
            return
        match value:
            case dict():
                yield value
            case list():
                yield from (part for part in value if isinstance(part, dict))
            case str() if not is_quoted:
                yield from _read(value, is_quoted=True)
            case str():
                yield value
        at = end


def _past_prefix(text: str, at: int) -> int:
    prefix = _PREFIX.match(text, at)
    return prefix.end() if prefix else at


def _no_json(text: str) -> Iterator[JsonObject | str]:
    """Read a text that is no JSON; its lines by themselves if one of them holds an object."""
    lines = text.split("\n")
    if len(lines) > 1 and any(is_whole(line) for line in lines):
        for line in lines:
            yield from _read(line, is_quoted=True)
    else:
        yield text
