"""Reads attachments from the disk or from standard input: files of any kind, of a bounded size."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from textchat.commands.arguments import STANDARD_INPUT
from textchat.config.input_files import read_named
from textchat.core.errors import ConfigurationError
from textchat.core.limits import ATTACHMENT, too_large
from textchat.core.parts.media_types import ending_of, media_type_of
from textchat.core.parts.part import Part

_ADDRESS = re.compile(r"(?:https?|ftp|data):", re.IGNORECASE)


def read_attachment(name: str, most: int) -> Part:
    """Read the file `name`, or standard input for `-`; raises ConfigurationError where it is missing or too large."""
    if _ADDRESS.match(name):
        raise ConfigurationError(f"--attach {name}: textchat fetches nothing. Download it, and attach the file.")
    try:
        path = Path(name).expanduser()
        data = _read_input(most) if name == STANDARD_INPUT else read_named(path, most)
    except (OSError, ValueError, RuntimeError) as error:  # the last for a home folder that nobody has
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise ConfigurationError(f"Cannot read --attach {name}: {reason}.") from error
    if len(data) > most:
        raise ConfigurationError(too_large(f"--attach {name}", most, ATTACHMENT))
    media_type = media_type_of(name, data)
    if name == STANDARD_INPUT:
        if not data:
            raise ConfigurationError("--attach -: standard input is empty.")
        return Part(f"stdin{ending_of(media_type)}", media_type, data)
    return Part(path.name, media_type, data)


def _read_input(most: int) -> bytes:
    return b"" if sys.stdin is None else sys.stdin.buffer.read(most + 1)
