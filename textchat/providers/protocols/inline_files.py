"""Files that go with a prompt, in the forms that servers take: pictures as data, text as text."""

from __future__ import annotations

import base64

from textchat.core.conversation import Attachment
from textchat.core.fences import fence_around


def is_image(attachment: Attachment) -> bool:
    return attachment.media_type.startswith("image/")


def encoded(attachment: Attachment) -> str:
    """Its bytes in base64."""
    return base64.b64encode(attachment.data).decode("ascii")


def data_url(attachment: Attachment) -> str:
    """RFC 2397."""
    return f"data:{attachment.media_type};base64,{encoded(attachment)}"


def as_text(attachment: Attachment) -> str | None:
    """Its name and its text in a code block, None where it holds no text."""
    if b"\0" in attachment.data:
        return None
    try:
        text = attachment.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    fence = fence_around(text)
    end = "" if text.endswith("\n") else "\n"
    return f"{attachment.name}:\n{fence}\n{text}{end}{fence}"
