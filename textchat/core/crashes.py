"""Logs exceptions that nobody expected, and says where they can be read."""

from __future__ import annotations

import logging

_log = logging.getLogger("textchat")
_log.addHandler(logging.NullHandler())  # without a log, Python would print them between the lines of an answer


def log_crash(failure: BaseException | None) -> str:
    """Log an unexpected exception; returns a clause that says where the details are, if they are anywhere."""
    _log.error("textchat itself failed", exc_info=failure)
    handlers = [handler for handler in logging.getLogger().handlers if not isinstance(handler, logging.NullHandler)]
    # A file is opened with its first line: one that is not open could not be written.
    files = [handler for handler in handlers if isinstance(handler, logging.FileHandler)]
    written = [handler.baseFilename for handler in files if handler.stream is not None]
    if written:
        return f"the log has the details ({written[0]})"
    return "the log has the details" if len(handlers) > len(files) else "the log could not be written"
