"""The text of a message with its files in between, each as a card: at its place, or behind the markup it would part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.style import Style
from textual.strip import Strip

from textchat.core.text.open_markup import WovenText, unparted
from textchat.render.markdown import CodeBlock, Document, Link
from textchat.render.styles import Styles
from textchat.ui.terminal.drawing.plain_strip import PlainStrip
from textchat.ui.transcript.layout.plain_text import PlainText

if TYPE_CHECKING:
    from textchat.ui.transcript.cards.card import Card

MakePiece: TypeAlias = Callable[[str, int], Document | PlainText]
"""Draws a piece of the text that begins at an offset."""
_EMPTY = PlainStrip([], 0)


class _Row(NamedTuple):
    top: int
    bottom: int
    start: int
    """Where a piece of the text begins in the source; for a card, its place."""
    drawing: Document | PlainText | Card


class MixedText:
    """Texts and cards from top to bottom, with the interface of `Document`; its source is the text alone."""

    def __init__(self, make: MakePiece, *, is_markdown: bool) -> None:
        self._make = make
        self._is_plain = not is_markdown
        self._gap = int(is_markdown)
        """Blank lines between a text and a card."""
        self._pieces: list[tuple[int, Document | PlainText | Card]] = []
        self._rows: list[_Row] = []
        self._tops: list[int] = []
        self._chunks: list[str] = []
        self._length = 0
        self._waiting: list[Card] = []
        """Those whose place has not come yet."""
        self._woven: WovenText[Card] = WovenText()
        """Decides where cards stand in Markdown; those at its end are shown below all pieces."""

    # -- growing -----------------------------------------------------------------------------------------------------

    @classmethod
    def whole(cls, text: str, cards: Iterable[Card], make: MakePiece, *, is_markdown: bool) -> MixedText:
        """A text that does not grow, with its cards."""
        mixed = cls(make, is_markdown=is_markdown)
        ordered = sorted(cards, key=lambda card: card.part.offset)
        places = [min(max(0, card.part.offset), len(text)) for card in ordered]
        for place, card in zip(unparted(text, places) if is_markdown else places, ordered, strict=True):
            mixed._write(text[mixed._length : place])
            mixed._put(place, card)
        mixed._write(text[mixed._length :])
        for _, drawing in mixed._pieces:
            if isinstance(drawing, Document):
                drawing.finish()
        return mixed

    @property
    def count(self) -> int:
        """The number of its cards, those that wait for their place included."""
        return len(self.cards) + len(self._waiting)

    @property
    def cards(self) -> Sequence[Card]:
        """The cards that are shown, from top to bottom."""
        return [piece for _, piece in self._shown if not isinstance(piece, Document | PlainText)]

    @property
    def _shown(self) -> list[tuple[int, Document | PlainText | Card]]:
        """All that is shown, from top to bottom."""
        return [*self._pieces, *((self._length, card) for card in self._woven.at_end)]

    def add(self, card: Card) -> None:
        """Add a card behind the others; it is shown once the text before it is."""
        if card.part.offset <= self._length and not self._waiting:
            self._woven.add(card)
        else:
            self._waiting.append(card)

    def append(self, text: str) -> None:
        """Add text at the end, and the cards whose place comes with it."""
        while self._waiting and self._waiting[0].part.offset <= self._length + len(text):
            card = self._waiting.pop(0)
            cut = max(0, card.part.offset - self._length)
            self._weave(text[:cut])
            text = text[cut:]
            self._woven.add(card)
        self._weave(text)

    def _weave(self, text: str) -> None:
        for piece in self._woven.take(text):
            if isinstance(piece, str):
                self._write(piece)
            else:
                self._put(self._length, piece)

    def _write(self, text: str) -> None:
        if not text:
            return
        last = self._pieces[-1][1] if self._pieces else None
        if isinstance(last, Document):
            last.append(text)
        else:
            # A card begins on a line of its own: the end of line beside it is no empty one.
            skipped = int(self._is_plain and last is not None and text.startswith("\n"))
            self._put(self._length + skipped, self._make(text[skipped:], self._length + skipped))
        self._chunks.append(text)
        self._length += len(text)

    def _put(self, start: int, drawing: Document | PlainText | Card) -> None:
        if self._pieces and not isinstance(drawing, Document | PlainText):
            before, last = self._pieces[-1]
            if isinstance(last, PlainText) and last.text.endswith("\n"):
                self._pieces[-1] = before, self._make(last.text[:-1], before)
        if not (isinstance(drawing, PlainText) and not drawing.text):
            self._pieces.append((start, drawing))

    # -- layout ------------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The source: without the files."""
        if len(self._chunks) > 1:
            self._chunks = ["".join(self._chunks)]
        return self._chunks[0] if self._chunks else ""

    @property
    def height(self) -> int:
        """The number of lines, counted anew."""
        rows: list[_Row] = []
        bottom = 0
        for start, drawing in self._shown:
            if not (height := drawing.height):
                continue
            is_text = isinstance(drawing, Document | PlainText)
            is_beside_text = bool(rows) and (is_text or isinstance(rows[-1].drawing, Document | PlainText))
            top = bottom + (self._gap if is_beside_text else 0)
            bottom = top + height
            rows.append(_Row(top, bottom, start, drawing))
        self._rows, self._tops = rows, [row.top for row in rows]
        return bottom

    @property
    def settled(self) -> int:
        """The number of lines at the top that do not change while the text grows."""
        last = self._rows[-1] if self._rows else None
        return last.top + last.drawing.settled if last is not None and isinstance(last.drawing, Document) else 0

    @property
    def drawings(self) -> Sequence[Document | PlainText]:
        """The drawings of its texts."""
        return [drawing for _, drawing in self._pieces if isinstance(drawing, Document | PlainText)]

    def set_width(self, width: int) -> None:
        """Set another width of the texts; cards are laid out for a context."""
        for drawing in self.drawings:
            drawing.set_width(width)

    def set_styles(self, styles: Styles, prompt: Style) -> None:
        """Set other styles: of Markdown, and of what a person typed."""
        for drawing in self.drawings:
            if isinstance(drawing, Document):
                drawing.set_styles(styles)
            else:
                drawing.set_style(prompt)

    # -- its lines ---------------------------------------------------------------------------------------------------

    def card_at(self, y: int) -> Card | None:
        """The card on line `y`."""
        row = self._row(y)
        return None if row is None or isinstance(row.drawing, Document | PlainText) else row.drawing

    def line(self, y: int) -> Strip:
        """Line `y`."""
        row = self._row(y)
        return _EMPTY if row is None else row.drawing.line(y - row.top)

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The source range of cells [start, end) of line `y`; None where there is nothing of it."""
        row = self._row(y)
        if row is None or not isinstance(row.drawing, Document | PlainText):
            return None
        span = row.drawing.source_span(y - row.top, start, end)
        return None if span is None else (row.start + span[0], row.start + span[1])

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell of the source character at `offset`, or of what is drawn next to it."""
        texts = [row for row in self._rows if isinstance(row.drawing, Document | PlainText)]
        row = next((row for row in reversed(texts) if row.start <= offset), texts[0] if texts else None)
        if row is None or not isinstance(row.drawing, Document | PlainText):
            return 0, 0
        y, x = row.drawing.position_of(min(max(0, offset - row.start), len(row.drawing.text)))
        return row.top + y, x

    def excerpt(self, start: int, end: int) -> str:
        """The source between two offsets, prepared for copying."""
        for row in self._rows:
            if isinstance(row.drawing, Document) and row.start <= start and end <= row.start + len(row.drawing.text):
                return row.drawing.excerpt(start - row.start, end - row.start)
        return self.text[start:end]

    def link_at(self, y: int, x: int) -> str | None:
        """The target of the link at a cell."""
        row = self._row(y)
        return row.drawing.link_at(y - row.top, x) if row is not None and isinstance(row.drawing, Document) else None

    def links(self) -> Sequence[Link]:
        """The links of all texts, in order."""
        return [
            link._replace(start=row.start + link.start, end=row.start + link.end)
            for row in self._rows
            if isinstance(row.drawing, Document)
            for link in row.drawing.links()
        ]

    def code_blocks(self) -> Sequence[CodeBlock]:
        """The code blocks of all texts, in order."""
        return [
            replace(block, line=row.top + block.line)
            for row in self._rows
            if isinstance(row.drawing, Document)
            for block in row.drawing.code_blocks()
        ]

    def _row(self, y: int) -> _Row | None:
        at = bisect_right(self._tops, y) - 1
        return self._rows[at] if at >= 0 and y < self._rows[at].bottom else None

    # -- the names of its files --------------------------------------------------------------------------------------

    def top_of(self, number: int) -> int:
        """The line on which a card begins, by its number from 0."""
        cards = [row.top for row in self._rows if not isinstance(row.drawing, Document | PlainText)]
        return cards[number] if number < len(cards) else 0


class CardNames:
    """The cards of a mixed text, with the names of their files as the source: what words are found in."""

    def __init__(self, mixed: MixedText) -> None:
        self.mixed = mixed
        self._cards = list(mixed.cards)
        self._starts = list(accumulate((len(card.name) + 1 for card in self._cards), initial=0))[:-1]

    @property
    def text(self) -> str:
        """The names, a line each."""
        return "\n".join(card.name for card in self._cards)

    @property
    def height(self) -> int:
        return self.mixed.height

    def set_width(self, width: int) -> None:
        self.mixed.set_width(width)

    def line(self, y: int) -> Strip:
        return self.mixed.line(y)

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        """The whole name on the first line of its card."""
        card = self.mixed.card_at(y)
        if card is None or card is self.mixed.card_at(y - 1):
            return None
        first = self._starts[self._cards.index(card)]
        return first, first + len(card.name)

    def position_of(self, offset: int) -> tuple[int, int]:
        """The line and the cell of a character of a name."""
        number = max(0, bisect_right(self._starts, offset) - 1)
        if not self._cards:
            return 0, 0
        cell = self._cards[number].cells_of_name(0, offset - self._starts[number])[1]
        return self.mixed.top_of(number), cell
