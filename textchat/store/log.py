"""Sets up the log file: private, rotated, created with its first line; by default without keys and prompts."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from textchat.config import paths
from textchat.config.private_files import private_file, private_folder

LOG_BYTES = 1_000_000
LOG_FILES = 3


class _PrivateFile(RotatingFileHandler):
    """Rotating file handler whose files are readable by their owner only."""

    def _open(self) -> TextIOWrapper:
        private_file(Path(self.baseFilename))
        return super()._open()


def start_log(environ: Mapping[str, str] = os.environ) -> str | None:
    """Send warnings and errors to the log file; returns a sentence if that is not possible."""
    file = paths.log_file(environ)
    try:
        private_folder(file.parent)
        if file.exists():
            private_file(file)
    except OSError as error:
        return f"No log is kept: {file.parent} cannot be used ({error.strerror})."
    handler = _PrivateFile(file, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    return None
