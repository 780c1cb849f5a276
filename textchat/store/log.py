"""Sets up the log file: private, rotated, created with its first line; by default without keys and prompts."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from textchat.config import paths
from textchat.config.private_files import own_folder, private_descriptor
from textchat.core.crashes import places
from textchat.core.text.sanitize import escaped

LOG_BYTES = 1_000_000
LOG_FILES = 3


class _PrivateFile(RotatingFileHandler):
    """Rotating file handler whose files are readable by their owner only."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, opener=_open_private)

    def handleError(self, record: logging.LogRecord) -> None:
        """Close the file: what cannot be written is not said to be in it, nor printed across the screen."""
        with suppress(OSError):
            self.close()


class _WithoutText(logging.Formatter):
    """Formats records without the words of exceptions, for they may quote a prompt or a key."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "asyncio":  # its further lines show tasks with their exceptions
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        return "\n".join(places(ei[1]))


def start_log(environ: Mapping[str, str] = os.environ) -> str | None:
    """Send warnings and errors to the log file; returns a sentence if that is not possible."""
    file = paths.log_file(environ)
    try:
        own_folder(file.parent)
        if os.path.lexists(file):
            os.close(private_descriptor(file))
    except OSError as error:
        return f"No log is kept: cannot use {escaped(error.filename or file.parent)} ({error.strerror})."
    handler = _PrivateFile(file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(_WithoutText("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    return None


def _open_private(name: str, flags: int) -> int:
    return private_descriptor(Path(name), flags)
