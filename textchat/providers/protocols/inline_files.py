"""Formats parts for request bodies: base64, data URLs, or text in a code block."""

from __future__ import annotations

import base64

from textchat.core.errors import BadRequestError
from textchat.core.parts.part import Part
from textchat.core.text.fences import fence_around
from textchat.core.text.sanitize import plain_name


def is_image(part: Part) -> bool:
    """Whether the media type is an image."""
    return part.media_type.startswith("image/")


def encoded(part: Part) -> str:
    """The content of a part in base64."""
    return base64.b64encode(part.content).decode("ascii")


def data_url(part: Part) -> str:
    """A part as a data URL (RFC 2397)."""
    return f"data:{part.media_type};base64,{encoded(part)}"


def required_text(part: Part, kinds: str, server: str = "this server") -> str:
    """Like `as_text`, but raises BadRequestError for a non-text file; `kinds` names what the protocol can carry."""
    text = as_text(part)
    if text is None:
        raise BadRequestError(
            f"{part.name} is neither {kinds}, so it cannot be sent to {server}. Remove it, or convert it."
        )
    return text


def as_text(part: Part) -> str | None:
    """The name and the text of a part in a code block; None if it is no text."""
    if b"\0" in part.content:
        return None
    try:
        text = part.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    fence = fence_around(text)
    end = "" if text.endswith("\n") else "\n"
    return f"{part.name}:\n{fence}\n{text}{end}{fence}"


def is_only_named(part: Part) -> bool:
    """Whether nobody has the content of a part: only its name or address came."""
    return part.data is None and not part.digest


def named_line(part: Part) -> str:
    """A line in the place of a part that is not sent."""
    address = f" at {plain_name(part.reference)}" if part.reference else ""
    return f"[{part.kind.value}: {plain_name(part.name)}{address}]"
