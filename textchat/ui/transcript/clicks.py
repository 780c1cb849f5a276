"""Handles clicks in the messages: choose, open a link or a file, fold, switch versions, select a word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.message import Message as TextualMessage

from textchat.ui.keys import RIGHT_BUTTON
from textchat.ui.messages import LinkChosen, MessageAction, MessageActionRequested, PaneFocused
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.cited.source_list import SourceList
from textchat.ui.transcript.folding import Folding
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import EntryPart, PartKind
from textchat.ui.transcript.layout.signature import Signature
from textchat.ui.transcript.painter import Painter
from textchat.ui.transcript.selection import Selection
from textchat.ui.transcript.source_range import SourceRange
from textchat.ui.transcript.window import Window

_ENDS_SENTENCE = frozenset(".:")


@dataclass(eq=False, repr=False)
class Clicks:
    """Handles clicks; actions of other widgets are posted as messages."""

    pane_id: str
    entries: Entries
    window: Window
    chosen: Chosen
    selection: Selection
    folding: Folding
    painter: Painter
    repaint: Callable[[], None]
    post: Callable[[TextualMessage], object]
    _pressed: tuple[int, int] | None = None

    def press(self, event: events.MouseDown) -> None:
        """Remember where a button was pressed, because a release elsewhere ends a drag and is no click."""
        self._pressed = event.screen_x, event.screen_y

    def click(self, event: events.Click) -> None:
        """Handle a click at a cell of the window; the right button only activates the pane."""
        if self._pressed != (event.screen_x, event.screen_y):
            return
        self.post(PaneFocused(self.pane_id))
        if event.button == RIGHT_BUTTON:
            return  # the screen has an answer to that
        if self.painter.is_on_new_mark(event.x, event.y):
            self.window.go_to_end()
            self.repaint()
            return
        row = self.window.row_at(event.y)
        if row is None:
            self.chosen.choose(None)
            return
        entry = self.entries[row[0]]
        part = entry.part_at(row[1])
        if event.chain > 1:
            self._select_around(entry, part, row[1], event)
        elif part is not None and (request := self._request(entry, part, row[1], event.x)):
            self.post(request)
        elif part is not None and part.kind is PartKind.FOLD:
            self.folding.toggle(entry.id)
        elif part is not None and isinstance(part.drawing, SourceList) and part.drawing.is_header(row[1] - part.top):
            self.folding.toggle_sources(entry.id)
        else:
            self.chosen.choose(entry.id)

    def _request(self, entry: Entry, part: EntryPart, line: int, x: int) -> TextualMessage | None:
        if target := part.link_at(line, x):
            return LinkChosen(target)
        if (number := part.card_at(line)) is not None:
            return MessageActionRequested(self.pane_id, entry.id, MessageAction.OPEN_FILE, str(number))
        if isinstance(part.drawing, Signature) and (step := part.drawing.step_at(x - part.left)):
            action = MessageAction.PREVIOUS_SIBLING if step < 0 else MessageAction.NEXT_SIBLING
            return MessageActionRequested(self.pane_id, entry.id, action)
        return None

    def _select_around(self, entry: Entry, part: EntryPart | None, line: int, event: events.Click) -> None:
        """Select the word on a double click, the whole part on a triple click."""
        if part is None or isinstance(part.drawing, Signature):
            return
        text = part.drawing.text
        start, end = 0, len(text)
        if event.chain == 2:
            cell = max(0, event.x - part.left)
            span = part.drawing.source_span(line - part.top, cell, cell + 1)
            if span is None:
                return
            start, end = word_around(text, span[0])
        self.selection.select(SourceRange.within(entry, part.kind, start, end))


def word_around(text: str, offset: int) -> tuple[int, int]:
    """The word, identifier, path or address at a character, without sentence punctuation at its end."""
    start = end = offset
    while start > 0 and _is_in_word(text[start - 1]):
        start -= 1
    while end < len(text) and _is_in_word(text[end]):
        end += 1
    while text[end - 1 : end] in _ENDS_SENTENCE and end > offset + 1:
        end -= 1
    return start, max(end, offset + 1)


def _is_in_word(character: str) -> bool:
    return character.isalnum() or character in "_-./:@~"
