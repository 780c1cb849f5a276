"""Reads attachments from the disk: images and text files, of a bounded size."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from textchat.config.input_files import read_named
from textchat.core.errors import ConfigurationError
from textchat.core.limits import ATTACHMENT, too_large
from textchat.core.parts.part import Part

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
"""First bytes of the picture formats that all vision models take; WebP has its name behind a length."""


def read_attachment(name: str, most: int) -> Part:
    """Read the file `name`; raises ConfigurationError where it is missing, too large, or neither text nor picture."""
    path = Path(name).expanduser()
    try:
        data = read_named(path, most)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise ConfigurationError(f"Cannot read --attach {name}: {reason}.") from error
    if len(data) > most:
        raise ConfigurationError(too_large(f"--attach {name}", most, ATTACHMENT))
    return Part(path.name, _media_type(name, data), data)


def _media_type(name: str, data: bytes) -> str:
    """Detect the media type from the content; the file name decides only between kinds of text."""
    for beginning, media_type in _PICTURES:
        if data.startswith(beginning):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if not _is_text(data):
        raise ConfigurationError(f"--attach {name} is neither UTF-8 text nor an image (PNG, JPEG, GIF, WebP).")
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if guessed.startswith("text/") else "text/plain"


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
