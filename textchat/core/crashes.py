"""Logs exceptions that nobody expected, and says where they can be read."""

from __future__ import annotations

import logging

_log = logging.getLogger("textchat")
_log.addHandler(logging.NullHandler())  # without a log, Python would print them between the lines of an answer


def log_crash(failure: BaseException | None) -> str:
    """Log an unexpected exception; returns where the details are, which is nowhere if no log could be written."""
    _log.error("textchat itself failed", exc_info=failure)
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler) and handler.stream is not None:
            return f"{handler.baseFilename} has the details."
    return "No log could be written. Try again."
