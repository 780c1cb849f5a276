"""Copies the code blocks of a message one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.render.markdown import CodeBlock
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import EntryPart, PartKind
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
        blocks = part.document.code_blocks() if part is not None and part.document is not None else ()
        if part is None or not blocks:
            return None
        number = self._last[1] if self._last[0] == entry.id else 0
        self._last = entry.id, number + 1
        block = blocks[number % len(blocks)]
        self._show(entry, part, block)
        return block.code

    def _show(self, entry: Entry, part: EntryPart, block: CodeBlock) -> None:
        # Its label is no code.
        lines = range(block.line + bool(block.language), block.line + block.lines)
        spans = [span for y in lines if (span := part.drawing.source_span(y, 0, entry.context.width)) is not None]
        if spans:
            self.selection.reveal(entry, part, spans[0][0], spans[-1][1])
