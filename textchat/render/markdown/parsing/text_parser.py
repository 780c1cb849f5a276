"""Parses a text that comes in chunks, cut anywhere: chunks → lines → blocks."""

from __future__ import annotations

import re

from textchat.render.markdown.container import PlacedBlock
from textchat.render.markdown.parsing.block_parser import BlockParser

_NEWLINE = re.compile(r"\r\n|\n|\r")


class TextParser:
    """Splits a growing text into lines, and reads the incomplete last one as soon as its meaning is certain."""

    def __init__(self) -> None:
        self._parser = BlockParser()
        self._pending = ""
        """The beginning of a line of which it is not certain what it means."""
        self._is_line_open = False
        """Whether the incomplete last line has been read as far as it has come."""
        self._offset = 0
        """Where the text begins that has not been read."""

    @property
    def blocks(self) -> list[PlacedBlock]:
        """The blocks so far, in order."""
        return self._parser.blocks

    @property
    def open_block(self) -> PlacedBlock | None:
        """The block that may still change; always the last."""
        return self._parser.open_block

    def feed(self, text: str) -> None:
        """Parse the next chunk."""
        text = self._pending + text
        self._pending = ""
        start = 0
        for newline in _NEWLINE.finditer(text):
            if newline.end() == len(text) and newline.group() == "\r":
                break  # it may be the first half of a newline
            self._end_line(text[start : newline.start()])
            self._offset += newline.end() - start
            start = newline.end()
        rest = text[start:]
        if rest.endswith("\r"):
            self._pending = rest
        elif self._is_line_open:
            self._parser.extend(rest)
            self._offset += len(rest)
        elif rest and self._parser.line(rest, self._offset, complete=False):
            self._is_line_open = True
            self._offset += len(rest)
        else:
            self._pending = rest

    def finish(self) -> bool:
        """End the text: undecided lines are decided. Returns whether closed blocks may look different."""
        if self._is_line_open or self._pending:
            self._end_line(self._pending.removesuffix("\r"))
        self._pending = ""
        return self._parser.finish()

    def _end_line(self, rest: str) -> None:
        """Read the rest of a line that is now complete."""
        if self._is_line_open:
            self._parser.extend(rest)
            self._parser.end_line()
            self._is_line_open = False
        else:
            self._parser.line(rest, self._offset, complete=True)
