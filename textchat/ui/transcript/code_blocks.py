"""Copies the code blocks of a message one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textchat.core.text.fences import fenced_ranges, opening_fence
from textchat.render.markdown import CodeBlock
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import EntryPart, PartKind
from textchat.ui.transcript.layout.pieces import MOST_TRIES
from textchat.ui.transcript.selection import Selection
from textchat.ui.transcript.window import Window


@dataclass(eq=False, repr=False)
class CodeBlockCycle:
    """Returns the code of the next block with each call, and selects it."""

    entries: Entries
    window: Window
    selection: Selection
    _last: tuple[str, int] = ("", 0)
    """The message asked last, and how many blocks of it were given."""

    def next(self, position: int) -> str | None:
        """The first code block of a message, with each further call the next one; None if it has none."""
        self.window.changed(position)
        entry = self.entries[position]
        part = entry.part(PartKind.TEXT)
        if part is not None and part.long_text is not None:
            return self._next_fenced(entry, part)
        blocks = part.document.code_blocks() if part is not None and part.document is not None else ()
        if part is None or not blocks:
            return None
        block = blocks[self._number(entry) % len(blocks)]
        self._show(entry, part, block)
        return block.code

    def _next_fenced(self, entry: Entry, part: EntryPart) -> str | None:
        """Of a text of which only pieces are laid out: found in its source."""
        text = part.drawing.text
        ranges, _ = fenced_ranges(text, MOST_TRIES)
        if not ranges:
            return None
        start, end = ranges[self._number(entry) % len(ranges)]
        lines = text[start:end].removesuffix("\n").split("\n")
        indent = next((at for at, sign in enumerate(lines[0]) if sign in "`~"), 0)
        marks = re.compile(rf"[ \t>]{{0,{indent}}}")  # of the list or the quote around it
        fence = opening_fence(lines[0][indent:].removesuffix("\r"))
        is_closed = len(lines) > 1 and fence is not None and fence[0].is_closed_by(lines[-1].strip(" \t\r>"))
        code = lines[1 : len(lines) - is_closed]
        first = min(start + len(lines[0]) + 1, end)
        self.selection.reveal(entry, part, first, max(first, first + sum(map(len, code)) + len(code) - 1))
        return "\n".join(marks.sub("", line, count=1) for line in code) if indent else "\n".join(code)

    def _number(self, entry: Entry) -> int:
        """How many blocks of a message were given before."""
        number = self._last[1] if self._last[0] == entry.id else 0
        self._last = entry.id, number + 1
        return number

    def _show(self, entry: Entry, part: EntryPart, block: CodeBlock) -> None:
        # Its label is no code.
        lines = range(block.line + bool(block.language), block.line + block.lines)
        spans = [span for y in lines if (span := part.drawing.source_span(y, 0, entry.context.width)) is not None]
        if spans:
            self.selection.reveal(entry, part, spans[0][0], spans[-1][1])
