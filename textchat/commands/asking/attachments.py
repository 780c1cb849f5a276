"""Reads attachments from the disk: files of any kind, of a bounded size."""

from __future__ import annotations

from pathlib import Path

from textchat.config.input_files import read_named
from textchat.core.errors import ConfigurationError
from textchat.core.limits import ATTACHMENT, too_large
from textchat.core.parts.media_types import media_type_of
from textchat.core.parts.part import Part


def read_attachment(name: str, most: int) -> Part:
    """Read the file `name`; raises ConfigurationError where it is missing or too large."""
    path = Path(name).expanduser()
    try:
        data = read_named(path, most)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise ConfigurationError(f"Cannot read --attach {name}: {reason}.") from error
    if len(data) > most:
        raise ConfigurationError(too_large(f"--attach {name}", most, ATTACHMENT))
    return Part(path.name, media_type_of(name, data), data)
