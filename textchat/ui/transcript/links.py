"""Marks the links of a message by keys, and opens them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.message import Message as TextualMessage

from textchat.core.text.sanitize import plain_name
from textchat.render.markdown import Link
from textchat.ui.messages import LinkChosen
from textchat.ui.transcript.caret import Caret
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import EntryPart, PartKind
from textchat.ui.transcript.selection import Selection
from textchat.ui.transcript.window import Window

_LONGEST_TARGET = 500
"""Characters of a target in a notice."""


@dataclass(eq=False, repr=False)
class LinkNavigation:
    """Marks a link by selecting it; opening posts `LinkChosen`."""

    entries: Entries
    window: Window
    chosen: Chosen
    selection: Selection
    caret: Caret
    post: Callable[[TextualMessage], object]
    say: Callable[[str], None]

    def mark_next(self) -> None:
        """Mark the next link of the message that keys act on, wrapping around."""
        if (links := self._links()) is not None:
            self._mark_next(*links)

    def open(self) -> None:
        """Open the marked link or the one at the cursor; a single link needs no mark."""
        if (linked := self._links()) is None:
            return
        entry, _, links = linked
        marked = self._marked(entry, links) or (links[0] if len(links) == 1 else None)
        target = marked.target if marked else self._target_at_caret(entry)
        if target is None:
            self._mark_next(*linked)
        else:
            self.post(LinkChosen(target))

    def _mark_next(self, entry: Entry, part: EntryPart, links: Sequence[Link]) -> None:
        marked = self._marked(entry, links)
        link = links[(links.index(marked) + 1) % len(links) if marked else 0]
        self.selection.reveal(entry, part, link.start, link.end)
        # In the text a long target is shortened, and beside its own address there is none.
        self.say(f"The link leads to {plain_name(link.target, _LONGEST_TARGET)}")

    def _links(self) -> tuple[Entry, EntryPart, Sequence[Link]] | None:
        """The entry that keys act on, its text and its links; None, with a notice, if it has none."""
        position = self.chosen.target
        if position is None:
            return None
        self.window.changed(position)
        entry = self.entries[position]
        part = entry.part(PartKind.TEXT)
        links = part.document.links() if part is not None and part.document is not None else ()
        if part is None or not links:
            is_long = part is not None and part.long_text is not None
            self.say("No link near here. Scroll to another passage." if is_long else "No link in this message.")
            return None
        return entry, part, links

    def _marked(self, entry: Entry, links: Sequence[Link]) -> Link | None:
        """The first link that overlaps the selection."""
        selected = self.selection.in_answer(entry)
        if selected is None:
            return None
        return next((link for link in links if link.start < selected[1] and selected[0] < link.end), None)

    def _target_at_caret(self, entry: Entry) -> str | None:
        place = self.caret.place
        if place is None or place.message_id != entry.id:
            return None
        part = entry.part_at(place.line)
        return part.link_at(place.line, place.cell) if part is not None else None
