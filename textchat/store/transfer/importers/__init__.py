"""Imports conversations from the files of other programs: one module a format, broken entries are reported."""

from textchat.store.transfer.importers.build import Skipped
from textchat.store.transfer.importers.files import read_file

__all__ = ["Skipped", "read_file"]
