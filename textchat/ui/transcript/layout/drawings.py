"""Bounds what the drawings of all lists take together: of those out of view, the ones not looked at for longest go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol
from weakref import WeakSet

from textchat.render.markdown import Document
from textchat.ui.transcript.cards.mixed_text import MixedText
from textchat.ui.transcript.layout.long_text import LongText
from textchat.ui.transcript.layout.plain_text import PlainText

MOST_BYTES = 8 * 1024 * 1024
LINE_BYTES = 1_500
"""What a drawn line takes: its strip, and what it was composed to."""
CHARACTER_BYTES = 30
"""What a character of a text takes that is laid out: 2 in one paragraph, 40 in a table."""


class Drawn(Protocol):
    """The part of an entry that this needs."""

    @property
    def drawn_bytes(self) -> int:
        """About how much its drawings take."""

    def release(self) -> None:
        """Free the drawings; they are made again when needed."""


class View(Protocol):
    """What shows entries."""

    def shown(self) -> Iterable[Drawn]:
        """Those in view, which are not to be released."""


class Drawings:
    """The drawn entries of all lists of the app, those looked at last at the end."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._drawn: OrderedDict[int, tuple[Drawn, int]] = OrderedDict()
        self._views: WeakSet[View] = WeakSet()
        self._tried = 0
        """What was left after the last trim, where more is in view than there should be."""
        self.bytes = 0
        """About how much they take together."""

    def __len__(self) -> int:
        return len(self._drawn)

    def add_view(self, view: View) -> None:
        """Spare what this view shows, for as long as there is one."""
        self._views.add(view)

    def took(self, entry: Drawn) -> None:
        """Take note of an entry that was laid out."""
        known, now = self._drawn.pop(id(entry), None), entry.drawn_bytes
        self._drawn[id(entry)] = entry, now
        self.bytes += now - (known[1] if known else 0)

    def looked_at(self, entry: Drawn) -> None:
        """Take note of a look at an entry that was laid out before."""
        self._drawn.move_to_end(id(entry))

    def drop(self, entry: Drawn) -> None:
        """Release an entry, because it is not shown any more or is to be drawn anew."""
        known = self._drawn.pop(id(entry), None)
        self.bytes -= known[1] if known else 0
        self._tried = min(self._tried, self.bytes)
        entry.release()

    def trim(self) -> None:
        """Release what is too much, and some more, so that it is rarely looked for."""
        if self.bytes <= max(self._most, self._tried + self._most // 8):
            return
        shown = {id(entry) for view in self._views for entry in view.shown()}
        for key, (entry, _) in list(self._drawn.items()):
            if self.bytes <= self._most * 3 // 4:
                break
            if key not in shown:
                self.drop(entry)
        self._tried = self.bytes


def bytes_of(drawing: Document | PlainText | LongText | MixedText) -> int:
    """About how much a drawing takes."""
    match drawing:
        case MixedText():
            return sum(map(bytes_of, drawing.drawings)) + sum(card.bytes for card in drawing.cards)
        case LongText():
            return sum(bytes_of(piece) for piece in drawing.drawn)
        case Document():
            return drawing.length * CHARACTER_BYTES + drawing.kept_lines * LINE_BYTES
        case PlainText():
            return len(drawing.text) * CHARACTER_BYTES + drawing.height * LINE_BYTES
