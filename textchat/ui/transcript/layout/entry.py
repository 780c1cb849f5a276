"""One message as lines: its parts (reasoning, text, notes) from top to bottom, drawn only when needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.style import Style
from textual.strip import Strip

from textchat.core.conversation import Message, Role
from textchat.core.figures import ending as endings
from textchat.core.figures.ending import Tone
from textchat.core.figures.standing import Standing
from textchat.core.parts.citation import Citation, cited_within
from textchat.core.reply import Phase, Reply
from textchat.render.markdown import Document
from textchat.render.styles import Styles
from textchat.ui.terminal.drawing.plain_strip import PlainStrip
from textchat.ui.transcript.cards.message_cards import CardSupply, MessageCards
from textchat.ui.transcript.cards.mixed_text import CardNames, MakePiece, MixedText
from textchat.ui.transcript.cited.late_cited import cited, is_drawn_as, with_sources
from textchat.ui.transcript.cited.source_list import SourceList
from textchat.ui.transcript.layout.drawings import bytes_of
from textchat.ui.transcript.layout.drawn_line import CHOSEN, PROMPT, PROMPT_MORE, DrawnLine
from textchat.ui.transcript.layout.entry_parts import Drawing, EntryPart, LayoutContext, PartKind, shown_text
from textchat.ui.transcript.layout.long_text import GrowingText, LongText, MakeDrawing, Shift, shifted
from textchat.ui.transcript.layout.pieces import LONG, LONGEST_GROWING, markdown_pieces, plain_pieces
from textchat.ui.transcript.layout.plain_text import PlainText
from textchat.ui.transcript.layout.reply_intake import ReplyIntake
from textchat.ui.transcript.layout.signature import Signature
from textchat.ui.transcript.layout.steady_lines import SteadyLines

THOUGHT_INDENT = 2
"""Cells that reasoning stands further right."""
NO_HINTS = endings.Hints()
ALONE = Standing()
ENTRY_BYTES = 8_000
"""What an entry takes beside its documents: its lines above and below them, and itself."""
TOO_LONG = "Very long: shown partly as plain text"


class Entry:
    """A message or growing reply, as the message list shows it."""

    def __init__(self, source: Message | Reply, smoothing: str | int = "off", supply: CardSupply | None = None) -> None:
        """`smoothing` is the pace at which a reply's text is shown: see `render.pace`."""
        self.id = source.id
        self.role = Role.ASSISTANT if isinstance(source, Reply) else source.role
        self.is_last = False
        """Whether it is the end of the branch: only there an ending names the keys to go on."""
        self.standing: Standing | None = None
        """Its place among its versions, and its vote; None until that is asked for."""
        self.is_folded = isinstance(source, Message)
        """Whether the reasoning is one line."""
        self.is_estimated = False
        """Whether its height may be an estimate after a layout; `settle` corrects it where lines are looked at."""
        self.has_answer = isinstance(source, Message)
        """Whether the first of the answer was noticed; the reasoning folds then."""
        self.was_folded_by_hand = False
        self.asked_model: str | None = None
        """The model that gets a prompt, in this list."""
        self.omitted = ""
        """What is said above it of older messages that are not sent; empty where nothing is."""
        self.are_sources_folded = True
        """Whether many sources are one line."""
        self.source = source
        self.edition: object | None = None
        """The edition of the window that its layout was made for; None where it is to be laid out."""
        self._context: LayoutContext | None = None
        self._height: tuple[int, int] | None = None
        self._answer_start = source.answer_start if isinstance(source, Reply) else 0
        """Where the reply's answer began when it was last looked at: what is drawn of it moves with that."""
        self._intake = ReplyIntake(smoothing, is_late=isinstance(source, Reply) and source.has_begun)
        self._documents: dict[PartKind, Document | PlainText | LongText | MixedText] = {}
        self._cards = MessageCards(self.id, supply or CardSupply())
        self._sources: SourceList | None = None
        self._notes: dict[tuple[PartKind, int], PlainText] = {}
        self._signature: Signature | None = None
        self._parts: list[EntryPart] = []
        self.steady = SteadyLines()

    # -- its source --------------------------------------------------------------------------------------------------

    @property
    def is_growing(self) -> bool:
        """Whether it is a reply that has not ended."""
        return isinstance(self.source, Reply)

    @property
    def is_behind(self) -> bool:
        """Whether more will be shown without new input."""
        return self.is_growing and self._intake.is_behind

    @property
    def has_reasoning(self) -> bool:
        return self._has(PartKind.REASONING)

    @property
    def file_count(self) -> int:
        """How many pictures and other files are in it."""
        return len(self.source.parts)

    def cards_changed(self) -> None:
        """Note that lines above the growing text are others than they were."""
        self.steady = SteadyLines()

    def is_by(self, model: str) -> bool:
        """Whether this model wrote all of it."""
        is_edited = isinstance(self.source, Message) and self.source.is_edited
        return self.source.model == model and not is_edited and not (self.standing or ALONE).begun_by

    def takes(self, source: Message | Reply) -> bool:
        """Whether this can be the entry of `source`: the same text, or the message that its reply has become."""
        if self.source is source:
            return True
        if not isinstance(source, Message):
            return False
        if isinstance(self.source, Reply):
            self._end(source)
            return True
        draws_alike = _drawn_from(self.source) == _drawn_from(source)
        if draws_alike:  # figures that came after its end are no reason to draw its text again
            self.source = source
        return draws_alike

    def text_of(self, kind: PartKind) -> str:
        """The source of a part, drawn or not."""
        if kind is PartKind.TEXT:
            return shown_text(self.source)
        if kind is PartKind.REASONING:
            return self.source.reasoning
        part = self.part(kind)
        return part.drawing.text if part else ""

    def excerpt(self, kind: PartKind, start: int, end: int) -> str:
        """A source range of a part, prepared for copying."""
        drawing = self._documents.get(kind)
        if isinstance(drawing, Document | MixedText):
            return drawing.excerpt(start, end)
        return self.text_of(kind)[start:end]

    def _end(self, message: Message) -> None:
        """Replace the reply by the finished message; drawings are kept where the text is the same."""
        if self._context is not None and len(message.text) <= LONG:
            self._take_new()
        for kind, text in ((PartKind.TEXT, message.text), (PartKind.REASONING, message.reasoning)):
            drawing = self._documents.get(kind)
            citations = message.citations if kind is PartKind.TEXT else ()
            if isinstance(drawing, Document) and len(text) <= LONG and is_drawn_as(drawing, text, citations):
                drawing.finish()
            else:
                self._documents.pop(kind, None)
        self._intake.words = words_in(message.reasoning)
        self.source = message

    def _take_new(self) -> None:
        if isinstance(self.source, Message):
            return
        if self._answer_start != self.source.answer_start:
            self._answer_start = self.source.answer_start
            self._documents.clear()
            self._intake.restart()
        if len(self.source.received.citations) or self.source.received.parts:
            self._take_received(self.source)
        for kind, text in self._intake.take(self.source):
            drawing = self._document(kind)
            if isinstance(drawing, Document) and (len(text) > LONG or drawing.length + len(text) > LONGEST_GROWING):
                cited = self.source.received.citations.all if kind is PartKind.TEXT else ()
                drawing = self._documents[kind] = self._in_pieces(kind, drawing, cited)
            assert isinstance(drawing, Document | GrowingText | MixedText), "what a model writes is Markdown"
            drawing.append(text)

    def _take_received(self, reply: Reply) -> None:
        """Make room for what has come beside the text: sources are drawn with what comes next, files in its place."""
        received = reply.received
        if not reply.has_text and not received.parts:
            return
        drawing = self._document(PartKind.TEXT)
        if len(received.citations) and type(drawing) is Document and drawing.length > LONG:
            # With its first source a text is drawn anew: of a long one, the end alone.
            drawing = self._documents[PartKind.TEXT] = self._in_pieces(PartKind.TEXT, drawing)
        if len(received.citations) and isinstance(drawing, Document):
            drawing = self._documents[PartKind.TEXT] = self._numbered(drawing, received.citations.all)
        elif len(received.citations) and isinstance(drawing, GrowingText):
            drawing.cite(received.citations.all)
        if received.parts and not isinstance(drawing, LongText):
            if not isinstance(drawing, MixedText):
                mixed = MixedText(self._piece_maker(), is_markdown=True)
                mixed.append(drawing.text)
                drawing = self._documents[PartKind.TEXT] = mixed
            cards = self._cards.of(received.parts, self.context, None)
            for card in cards[drawing.count :]:
                drawing.add(card)

    # -- layout ------------------------------------------------------------------------------------------------------

    @property
    def context(self) -> LayoutContext:
        """The context of the last layout."""
        assert self._context is not None, "an entry is laid out before it is drawn"
        return self._context

    @property
    def height(self) -> int:
        """Height of the last layout in lines."""
        return self._height[1] if self._height is not None else 0

    def height_at(self, width: int) -> int:
        """Height of the last layout in lines, if it was at `width`; else 0."""
        return self._height[1] if self._height is not None and self._height[0] == width else 0

    def lay_out(self, context: LayoutContext) -> int:
        """Take in new text and lay out the parts; returns the height in lines, including the blank one below."""
        if self._context is not context:
            self._change_context(context)
        if files := self.source.parts:
            self._cards.of(files, context, self.asked_model)
        self._take_new()
        self._parts = self._arranged()
        self.is_estimated = any(isinstance(drawing, LongText) for drawing in self._documents.values())
        height = self._parts[-1].bottom + 1 if self._parts else 1
        self._height = (context.width, height)
        self.steady.take(self._parts, context, height=height, is_growing=isinstance(self.source, Reply))
        return height

    def release(self) -> None:
        """Free the drawings; they are made again from the source when needed."""
        self._documents.clear()
        self._notes.clear()
        self._cards.release()
        self._sources = None
        self._signature = None
        self._parts = []
        self._intake.restart()
        self.steady = SteadyLines()  # which knows what was drawn
        self._context = self.edition = None

    @property
    def drawn_bytes(self) -> int:
        """About how much its drawings take."""
        return ENTRY_BYTES + sum(bytes_of(drawing) for drawing in self._documents.values())

    def _change_context(self, context: LayoutContext) -> None:
        before, self._context = self._context, context
        self._notes.clear()
        self._signature = self._sources = None
        if before is None:
            return
        for kind, drawing in self._documents.items():
            drawing.set_width(self._measure(kind))
            if isinstance(drawing, LongText):
                drawing.set_make(self._maker(kind))
            if before.styles is not context.styles:
                if isinstance(drawing, Document | GrowingText):
                    drawing.set_styles(self._styles(kind))
                elif isinstance(drawing, MixedText):
                    drawing.set_styles(self._styles(kind), context.styles.prompt)
                elif isinstance(drawing, PlainText):
                    drawing.set_style(context.styles.prompt)

    def _arranged(self) -> list[EntryPart]:
        parts: list[EntryPart] = []
        for kind, drawing, gap in self._drawings():
            indent = THOUGHT_INDENT if kind is PartKind.REASONING else 0
            gap = max(gap, int(bool(parts) and parts[-1].kind is PartKind.OMITTED))
            parts.append(EntryPart(kind, drawing, indent, parts[-1].bottom + gap if parts else 0))
        return parts

    def _drawings(self) -> list[tuple[PartKind, Drawing, int]]:
        """The drawings of all parts from top to bottom, each with the blank lines before it."""
        styles, source = self.context.styles, self.source
        drawings: list[tuple[PartKind, Drawing, int]] = []

        def note(kind: PartKind, text: str, style: Style = styles.note, gap: int = 0) -> None:
            drawings.append((kind, self._note(kind, len(drawings), text, style), gap))

        if self.omitted:
            note(PartKind.OMITTED, self.omitted)
        if self.role is not Role.USER:
            drawings.append((PartKind.SIGNATURE, self._signed(), 0))
        if PartKind.ATTACHMENT in self._documents or (self.source.parts and self._is_long):
            cards = self._document(PartKind.ATTACHMENT)
            assert isinstance(cards, MixedText), "these are cards"
            drawings.append((PartKind.ATTACHMENT, CardNames(cards), 0))
        if self.has_reasoning:
            note(PartKind.FOLD, self._thought_line())
            if not self.is_folded:
                drawings.append((PartKind.REASONING, self._document(PartKind.REASONING), 0))
        if self._has(PartKind.TEXT):
            text = self._document(PartKind.TEXT)
            if isinstance(text, LongText) and text.has_plain and self.role is Role.ASSISTANT:
                note(PartKind.LENGTH, TOO_LONG)
            drawings.append((PartKind.TEXT, text, int(self.has_reasoning)))
        for call in source.tool_calls:
            note(PartKind.TOOL_CALL, endings.tool_call_line(call))
        if sources := self._listed_sources():
            drawings.append((PartKind.CITATIONS, sources, 1))
        if isinstance(source, Reply):
            if words := endings.waiting(source):
                note(PartKind.WAITING, words)
        elif self.role is Role.ASSISTANT:
            hints = self.context.hints if self.is_last else NO_HINTS
            if ended := endings.ending(source, hints):
                tones = {Tone.QUIET: styles.note, Tone.WARNING: styles.warning, Tone.FAILURE: styles.error}
                note(PartKind.ENDING, ended[0], tones[ended[1]], int(len(drawings) > 1))
        if self.role is Role.USER and self.standing is not None and self.standing.versions > 1:
            drawings.append((PartKind.VERSIONS, self._signed(), 0))
        return drawings

    def _signed(self) -> Signature:
        """The line on who wrote it, made anew only where what it says has changed."""
        made_of = self.source, self.standing or ALONE, self.context.styles.note
        known = self._signature
        if known is None or any(new is not old for new, old in zip(made_of, known.made_of, strict=True)):
            known = self._signature = Signature(*made_of, self._measure(PartKind.SIGNATURE))
        return known

    def _listed_sources(self) -> SourceList | None:
        """The list of the sources, made anew only where they are others; None without any."""
        citations = self.source.citations
        if not citations:
            return None
        made_of = citations, self.context.styles, self.are_sources_folded
        if self._sources is None or self._sources.made_of != made_of:
            self._sources = SourceList(
                citations, self.context.styles, self.context.measure, is_folded=self.are_sources_folded
            )
        return self._sources

    @property
    def _is_long(self) -> bool:
        """Whether it is a whole text that is drawn in pieces, without cards in between."""
        return isinstance(self.source, Message) and len(self.source.text) > LONG

    def _has(self, kind: PartKind) -> bool:
        if isinstance(self.source, Message):
            if kind is PartKind.TEXT:
                return bool(self.source.text or (self.source.parts and not self._is_long))
            return bool(self.source.reasoning)
        return kind in self._documents

    def _thought_line(self) -> str:
        source, intake = self.source, self._intake
        if isinstance(source, Message) and not intake.words:
            intake.words = words_in(source.reasoning)
        is_thinking = isinstance(source, Reply) and source.phase is Phase.THINKING
        return endings.thought_line(intake.words, is_folded=self.is_folded, is_thinking=is_thinking)

    def _note(self, kind: PartKind, place: int, text: str, style: Style) -> PlainText:
        known = self._notes.get((kind, place))
        if known is None or known.text != text:
            known = self._notes[(kind, place)] = PlainText(
                text, style, self._measure(kind), reveals=kind is PartKind.TOOL_CALL
            )
        return known

    def _document(self, kind: PartKind) -> Document | PlainText | LongText | MixedText:
        drawing = self._documents.get(kind)
        if drawing is None:
            drawing = self._documents[kind] = self._new_drawing(kind)
        return drawing

    def _new_drawing(self, kind: PartKind) -> Document | PlainText | LongText | MixedText:
        if isinstance(self.source, Reply):
            return self._grower(kind)("")
        text, is_markdown = self.text_of(kind), self.role is Role.ASSISTANT
        if kind is PartKind.ATTACHMENT or (kind is PartKind.TEXT and self.source.parts and not self._is_long):
            cards = self._cards.of(self.source.parts, self.context, self.asked_model)
            return MixedText.whole(
                "" if kind is PartKind.ATTACHMENT else text, cards, self._piece_maker(), is_markdown=is_markdown
            )
        if len(text) <= LONG and kind is PartKind.TEXT and self.source.citations:
            return self._cited(text, self.source.citations)
        if len(text) <= LONG:
            return self._maker(kind)(text, is_markdown, ())
        pieces = list(markdown_pieces(text) if is_markdown else plain_pieces(text))
        citations = self.source.citations if kind is PartKind.TEXT else ()
        return LongText(text, pieces, self._measure(kind), self._maker(kind), citations)

    def _maker(self, kind: PartKind) -> MakeDrawing:
        """Draws a text or a piece of one, as Markdown or as plain text."""
        styles, measure = self._styles(kind), self._measure(kind)
        # What a person typed stands as it was typed: no space is lost and nothing is taken for markup.
        plain = styles.text if self.role is Role.ASSISTANT else self.context.styles.prompt
        return lambda text, is_markdown, citations: (
            self._cited(text, citations)
            if is_markdown and citations
            else Document(styles, measure, text, finished=True, strip=PlainStrip)
            if is_markdown
            else PlainText(text, plain, measure)
        )

    def _piece_maker(self) -> MakePiece:
        """Draws a piece of a text with files in it."""
        citations = self.source.citations if isinstance(self.source, Message) else ()
        if self.role is not Role.ASSISTANT:
            return lambda text, start: PlainText(text, self.context.styles.prompt, self._measure(PartKind.TEXT))
        grow = self._grower(PartKind.TEXT)
        return lambda text, start: (
            self._cited(text, cited_within(citations, start, start + len(text))) if citations else grow(text)
        )

    def _cited(self, text: str, citations: Sequence[Citation]) -> Document:
        """Draws a whole text with the numbers of its sources."""
        return cited(text, citations, self._styles(PartKind.TEXT), self._measure(PartKind.TEXT))

    def _numbered(self, drawing: Document, citations: tuple[Citation, ...]) -> Document:
        """Draws the numbers of these sources in a text that grows."""
        return with_sources(drawing, citations, self._styles(PartKind.TEXT), self._measure(PartKind.TEXT))

    def _in_pieces(self, kind: PartKind, drawing: Document, cited: tuple[Citation, ...] = ()) -> GrowingText:
        """Draws a text that grows on from a drawing, which has the numbers of these sources."""
        measure, make, grow = self._measure(kind), self._maker(kind), self._grower(kind)
        return GrowingText(drawing, measure, make, grow, self._numbered, cited)

    def _grower(self, kind: PartKind) -> Callable[[str], Document]:
        """Draws a text that grows, as it looks in the context of its time."""
        return lambda text: Document(self._styles(kind), self._measure(kind), text, strip=PlainStrip)

    def _styles(self, kind: PartKind) -> Styles:
        styles = self.context.styles
        return styles.muted if kind is PartKind.REASONING else styles.text

    def _measure(self, kind: PartKind) -> int:
        return max(2, self.context.measure - (THOUGHT_INDENT if kind is PartKind.REASONING else 0))

    # -- estimated heights -------------------------------------------------------------------------------------------

    def settle(self, line: int, above: int, below: int) -> list[Shift]:
        """Make the heights true from `above` lines before a line to `below` lines behind it."""
        shifts: list[Shift] = []
        for part in self._parts:
            if (drawing := part.long_text) is None:
                continue
            top, height = shifted(part.top, shifts), drawing.height
            at = shifted(line, shifts) - top
            inside = max(0, min(at, height - 1))
            near_above, near_below = above - (at - inside), below - (inside - at)
            if near_above < 0 or near_below < 0:
                continue  # it is further away
            shifts += [Shift(top + shift.line, shift.by) for shift in drawing.settle(inside, near_above, near_below)]
        if shifts:
            self.lay_out(self.context)
        return shifts

    # -- its lines ---------------------------------------------------------------------------------------------------

    @property
    def parts(self) -> list[EntryPart]:
        """The parts of the last layout, from top to bottom."""
        return self._parts

    def part(self, kind: PartKind) -> EntryPart | None:
        """The first part of a kind; None if none is shown. Cards within the text are a part as well, by their names."""
        found = next((part for part in self._parts if part.kind is kind), None)
        if found is None and kind is PartKind.ATTACHMENT and (text := self.part(PartKind.TEXT)) is not None:
            return text.names
        return found

    def part_at(self, y: int) -> EntryPart | None:
        """The part at line `y`; None for a blank line between parts."""
        part = next((part for part in self._parts if part.top <= y < part.bottom), None)
        is_card = part is not None and part.mixed is not None and part.card_at(y) is not None
        return part.names if part is not None and is_card else part

    def line(self, y: int, *, is_chosen: bool = False) -> Strip:
        """Line `y` at the full width of the list."""
        return self.drawn(y, is_chosen=is_chosen).strip

    def drawn(self, y: int, *, is_chosen: bool = False, known: DrawnLine | None = None) -> DrawnLine:
        """Line `y`, or `known` if it still looks the same."""
        part = self.part_at(y)
        return DrawnLine.compose(part, y, self.context, sign=self._sign(y, is_chosen), known=known)

    def _sign(self, y: int, is_chosen: bool) -> str:
        if y >= self.height - 1:
            return ""  # the blank line below
        if is_chosen:
            return CHOSEN
        if self.role is not Role.USER:
            return ""
        first = next((part.top for part in self._parts if part.kind is not PartKind.OMITTED), 0)
        return PROMPT if y == first else PROMPT_MORE if y > first else ""


def words_in(text: str) -> int:
    """The number of words; of a long text, of its blanks, which takes milliseconds."""
    return len(text.split()) if len(text) <= LONG else text.count(" ") + text.count("\n") + 1


def _drawn_from(message: Message) -> tuple[object, ...]:
    """What the documents of a message are made of; all else is looked at with each layout."""
    return message.role, shown_text(message), message.reasoning, message.parts, message.citations
