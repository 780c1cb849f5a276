"""Reads attachments from the disk or from standard input: files of any kind, of a bounded size."""

from __future__ import annotations

import mimetypes
import re
import sys
from pathlib import Path

from textchat.config.input_files import read_named
from textchat.core.errors import ConfigurationError
from textchat.core.limits import ATTACHMENT, too_large
from textchat.core.parts.part import Part

STANDARD_INPUT = "-"
_ADDRESS = re.compile(r"(?:https?|ftp|data):", re.IGNORECASE)

_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
"""First bytes of the picture formats that all vision models take; WebP has its name behind a length."""


def read_attachment(name: str, most: int) -> Part:
    """Read the file `name`, or standard input for `-`; raises ConfigurationError where it is missing or too large."""
    if _ADDRESS.match(name):
        raise ConfigurationError(f"--attach {name}: textchat fetches nothing. Download it, and attach the file.")
    path = Path(name).expanduser()
    try:
        data = _read_input(most) if name == STANDARD_INPUT else read_named(path, most)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise ConfigurationError(f"Cannot read --attach {name}: {reason}.") from error
    if len(data) > most:
        raise ConfigurationError(too_large(f"--attach {name}", most, ATTACHMENT))
    media_type = _media_type(name, data)
    if name == STANDARD_INPUT:
        if not data:
            raise ConfigurationError("--attach -: standard input is empty.")
        return Part(f"stdin{mimetypes.guess_extension(media_type) or ''}", media_type, data)
    return Part(path.name, media_type, data)


def _read_input(most: int) -> bytes:
    return b"" if sys.stdin is None else sys.stdin.buffer.read(most + 1)


def _media_type(name: str, data: bytes) -> str:
    """Detect the media type from the content; the file name decides only between kinds of text."""
    for beginning, media_type in _PICTURES:
        if data.startswith(beginning):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    guessed = mimetypes.guess_type(name)[0] or ""
    if not _is_text(data):
        if data.startswith(b"%PDF-"):
            return "application/pdf"
        return "application/octet-stream" if guessed.startswith("text/") else guessed or "application/octet-stream"
    return guessed if guessed.startswith("text/") else "text/plain"


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
