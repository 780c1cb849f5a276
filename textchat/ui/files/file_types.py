"""Decides under which name a file of a message may lie on the disk, and which kinds a viewer is started for."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePosixPath

from textchat.core.parts.part import Part
from textchat.core.text.sanitize import plain_name

VIEWED = {
    "application/pdf": ".pdf",
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/mp3": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/webm": ".weba",
    "audio/x-wav": ".wav",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
    "text/csv": ".csv",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}
"""What is only looked at or heard, and the end of its name: that decides which program is started, and not the name
that a server gave it. What can hold a program, as HTML, SVG and office files do, is saved instead."""
_LONGEST_STEM = 100
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def viewed_suffix(part: Part) -> str | None:
    """The end of the name of a file that a viewer may be started for; None for any other."""
    return VIEWED.get(part.media_type.partition(";")[0].strip().lower())


def saved_name(part: Part) -> tuple[str, str]:
    """The stem and the end of the name to save a part under, from its own: one name, in no folder, not hidden."""
    plain = _UNSAFE.sub("-", plain_name(part.name)).strip(" .-")
    path = PurePosixPath(plain or "file")
    stem, suffix = path.stem, path.suffix
    if not suffix or len(suffix) > 16:
        guessed = mimetypes.guess_extension(part.media_type.partition(";")[0].strip()) or ""
        stem, suffix = path.name, viewed_suffix(part) or guessed
    stem = stem[:_LONGEST_STEM].rstrip(" .") or "file"
    return (f"{stem}-file" if _RESERVED.fullmatch(stem) else stem), suffix
