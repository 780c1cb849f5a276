"""Finds the file that keys act on: the one at the cursor, else the only one of the message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textchat.ui.transcript.caret import Caret
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry


@dataclass(eq=False, repr=False)
class FileChoice:
    """Numbers of files in messages, from 0."""

    entries: Entries
    caret: Caret
    say: Callable[[str], None]

    def number(self, entry: Entry) -> str | None:
        """The number of the file of a message that is meant, as text; None, with a notice, where it is not clear."""
        if (number := self.at_caret(entry)) is not None:
            return str(number)
        match entry.file_count:
            case 0:
                self.say("No file in this message.")
            case 1:
                return "0"
            case count:
                self.say(f"{count} files in this message. Move the cursor to one, or click it.")
        return None

    def at_caret(self, entry: Entry | None = None) -> int | None:
        """The number of the file whose card the cursor is on; of `entry` alone, if that is given."""
        place = self.caret.place
        position = None if place is None else self.entries.position_of(place.message_id)
        if place is None or position is None or (entry is not None and entry.id != place.message_id):
            return None
        self.entries.lay_out(position)
        part = self.entries[position].part_at(place.line)
        return None if part is None else part.card_at(place.line)
