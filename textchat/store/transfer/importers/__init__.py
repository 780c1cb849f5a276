"""Imports conversations from the files of other programs: one module a format, broken entries are reported."""

from textchat.store.transfer.importers.files import read_file
from textchat.store.transfer.importers.found import Empty, Found, LeftOut, Skipped

__all__ = ["Empty", "Found", "LeftOut", "Skipped", "read_file"]
