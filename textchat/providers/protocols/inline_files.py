"""Formats attachments for request bodies: base64, data URLs, or text in a code block."""

from __future__ import annotations

import base64

from textchat.core.conversation import Attachment
from textchat.core.errors import BadRequestError
from textchat.core.text.fences import fence_around


def is_image(attachment: Attachment) -> bool:
    """Whether the media type is an image."""
    return attachment.media_type.startswith("image/")


def encoded(attachment: Attachment) -> str:
    """The content of an attachment in base64."""
    return base64.b64encode(attachment.data).decode("ascii")


def data_url(attachment: Attachment) -> str:
    """An attachment as a data URL (RFC 2397)."""
    return f"data:{attachment.media_type};base64,{encoded(attachment)}"


def required_text(attachment: Attachment, kinds: str, server: str = "this server") -> str:
    """Like `as_text`, but raises BadRequestError for a non-text file; `kinds` names what the protocol can carry."""
    text = as_text(attachment)
    if text is None:
        raise BadRequestError(
            f"{attachment.name} is neither {kinds}, so it cannot be sent to {server}. Remove it, or convert it."
        )
    return text


def as_text(attachment: Attachment) -> str | None:
    """The name and the text of an attachment in a code block; None if it is no text."""
    if b"\0" in attachment.data:
        return None
    try:
        text = attachment.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    fence = fence_around(text)
    end = "" if text.endswith("\n") else "\n"
    return f"{attachment.name}:\n{fence}\n{text}{end}{fence}"
