"""Marks the links and sources of a message by keys, and opens them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from textual.message import Message as TextualMessage

from textchat.core.text.sanitize import plain_name
from textchat.render.markdown import Link
from textchat.ui.messages import LinkChosen
from textchat.ui.transcript.caret import Caret
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.cited.source_list import SourceList
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.selection import Selection
from textchat.ui.transcript.window import Window

_LONGEST_TARGET = 500
"""Characters of a target in a notice."""
LinkOfPart: TypeAlias = tuple[PartKind, Link]
"""A link, and the part of the message that it is in."""


@dataclass(eq=False, repr=False)
class LinkNavigation:
    """Marks a link or a source by selecting it; opening posts `LinkChosen`."""

    entries: Entries
    window: Window
    chosen: Chosen
    selection: Selection
    caret: Caret
    post: Callable[[TextualMessage], object]
    say: Callable[[str], None]

    def mark_next(self) -> None:
        """Mark the next link of the message that keys act on, wrapping around."""
        if (entry := self._entry()) is not None and (links := self._links(entry)):
            self._mark_next(entry, links)

    def open(self) -> None:
        """Open the marked link or the one at the cursor; a single link needs no mark."""
        if (entry := self._entry()) is None or not (links := self._links(entry)):
            return
        marked = self._marked(entry, links) or (links[0] if len(links) == 1 else None)
        target = marked[1].target if marked else self._target_at_caret(entry)
        if target is None:
            self._mark_next(entry, links)
        else:
            self.post(LinkChosen(target))

    def _mark_next(self, entry: Entry, links: Sequence[LinkOfPart]) -> None:
        marked = self._marked(entry, links)
        kind, link = links[(links.index(marked) + 1) % len(links) if marked else 0]
        if kind is PartKind.CITATIONS and entry.are_sources_folded:
            entry.are_sources_folded = False
            self._lay_out(entry)
        if (part := entry.part(kind)) is not None:
            self.selection.reveal(entry, part, link.start, link.end)
        # In the text a long target is shortened, and beside its own address there is none.
        self.say(f"The link leads to {plain_name(link.target, _LONGEST_TARGET)}")

    def _entry(self) -> Entry | None:
        """The entry that keys act on, laid out."""
        position = self.chosen.target
        if position is None:
            return None
        self.window.changed(position)
        return self.entries[position]

    def _lay_out(self, entry: Entry) -> None:
        if (position := self.entries.position_of(entry.id)) is not None:
            self.window.changed(position)

    def _links(self, entry: Entry) -> Sequence[LinkOfPart]:
        """The links of its text, and its sources; none, with a notice, if it has neither."""
        part = entry.part(PartKind.TEXT)
        links = part.document.links() if part is not None and part.document is not None else ()
        sources = entry.part(PartKind.CITATIONS)
        listed = sources.drawing.links() if sources is not None and isinstance(sources.drawing, SourceList) else ()
        found = [*((PartKind.TEXT, link) for link in links), *((PartKind.CITATIONS, link) for link in listed)]
        if not found:
            is_long = part is not None and part.long_text is not None
            self.say("No link near here. Scroll to another passage." if is_long else "No link in this message.")
        return found

    def _marked(self, entry: Entry, links: Sequence[LinkOfPart]) -> LinkOfPart | None:
        """The first link that overlaps the selection."""
        for kind, link in links:
            selected = self.selection.in_part(entry, kind)
            if selected is not None and link.start < selected[1] and selected[0] < link.end:
                return kind, link
        return None

    def _target_at_caret(self, entry: Entry) -> str | None:
        place = self.caret.place
        if place is None or place.message_id != entry.id:
            return None
        part = entry.part_at(place.line)
        return part.link_at(place.line, place.cell) if part is not None else None
