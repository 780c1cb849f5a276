"""Formats parts for request bodies: base64, data URLs, text in a code block, or a line that names them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from textchat.core.conversation import Message
from textchat.core.errors import BadRequestError
from textchat.core.parts.part import MediaKind, Part, text_and_parts
from textchat.core.text.fences import fence_around
from textchat.core.text.sanitize import plain_name
from textchat.providers.capabilities.kinds import usual_type


def encoded(part: Part) -> str:
    """The content of a part in base64; raises BadRequestError where it is not at hand."""
    return base64.b64encode(_content(part)).decode("ascii")


def data_url(part: Part) -> str:
    """A part as a data URL (RFC 2397)."""
    return f"data:{media_type(part)};base64,{encoded(part)}"


def media_type(part: Part) -> str:
    """The media type of a part as it is registered, without parameters: servers refuse other names of it."""
    return usual_type(part.media_type)


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
    content = _content(part)
    if b"\0" in content:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    fence = fence_around(text)
    end = "" if text.endswith("\n") else "\n"
    return f"{plain_name(part.name)}:\n{fence}\n{text}{end}{fence}"


def is_only_named(part: Part) -> bool:
    """Whether nobody has the content of a part: only its name or address came."""
    return part.data is None and not part.digest


def named_line(part: Part) -> str:
    """A line in the place of a part that is not sent."""
    address = f" at {plain_name(part.reference)}" if part.reference else ""
    return f"[{part.kind.value}: {plain_name(part.name)}{address}]"


def with_named_lines(message: Message) -> str:
    """The text of an answer with its files in their places: text as such, all others as lines that name them.

    A sound is left out beside a text, which is its transcript.
    """
    if not message.parts:
        return message.text
    return "\n\n".join(_pieces(message))


def pictures_of(messages: Iterable[Message]) -> list[Part]:
    """The pictures of an answer whose content is known."""
    parts = (part for message in messages for part in message.parts)
    return [part for part in parts if part.kind is MediaKind.PICTURE and not is_only_named(part)]


def _pieces(message: Message) -> Iterator[str]:
    has_words = bool(message.text.strip())
    for piece in text_and_parts(message.text, message.parts):
        if isinstance(piece, str):
            yield piece
        elif piece.kind is MediaKind.TEXT and piece.data is not None and (text := as_text(piece)) is not None:
            yield text
        elif piece.kind is not MediaKind.SOUND or not has_words:
            yield named_line(piece)


def _content(part: Part) -> bytes:
    if part.data is None:
        raise BadRequestError(f"The content of {plain_name(part.name)} is not at hand. Remove it, or attach it again.")
    return part.data
