"""Conversations from the files of other programs: one module a format, read by pieces, broken entries reported."""

from textchat.store.importers.files import read_file
from textchat.store.importers.found import Skipped

__all__ = ["Skipped", "read_file"]
