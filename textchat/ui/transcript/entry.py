"""One message as lines: its parts (reasoning, text, notes) laid out below each other, drawn only when asked for."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.core.conversation import Message, Role
from textchat.core.figures import ending as endings
from textchat.core.figures.ending import Tone
from textchat.core.reply import Phase, Reply
from textchat.render.markdown import Document
from textchat.render.pace import PacedText
from textchat.render.styles import Styles
from textchat.ui.transcript.entry_parts import MARGIN, Drawing, Frame, Kind, Line, Part
from textchat.ui.transcript.plain_text import PlainText
from textchat.ui.transcript.strips import shortened

BAR = "▌"
NO_HINTS = endings.Hints()


class Entry:
    """A message, or a reply while it grows, in the branch that a list shows."""

    def __init__(self, source: Message | Reply, smoothing: str | int = "off") -> None:
        """`smoothing` is how a reply's text comes to be shown: see `core.pace`."""
        self.id = source.id
        self.role = Role.ASSISTANT if isinstance(source, Reply) else source.role
        self.model = source.model
        self.label = ""
        """What stands above it: the name of a model that differs from the one before."""
        self.is_last = False
        """Whether it is the end of the branch; only there is it said how it goes on."""
        self.siblings: tuple[int, int] | None = None
        """Its place among its siblings from 0, and how many they are."""
        self.is_folded = isinstance(source, Message)
        """Whether the reasoning is one line."""
        self.has_answer = isinstance(source, Message)
        """Whether the first of the answer was noticed; the reasoning folds then."""
        self.was_folded_by_hand = False
        self.source = source
        self._frame: Frame | None = None
        self._height: tuple[int, int] | None = None
        self._smoothing = smoothing
        self._paces: dict[Kind, PacedText] = {}
        self._is_late = isinstance(source, Reply) and source.has_begun
        """Whether what there is by now is shown at once: it is not news to whoever turns to it."""
        self._words = 0
        self._is_in_word = False
        self._documents: dict[Kind, Document | PlainText] = {}
        self._notes: dict[tuple[Kind, int], PlainText] = {}
        self._parts: list[Part] = []

    # -- what the view asks ------------------------------------------------------------------------------------------

    def takes(self, source: Message | Reply) -> bool:
        """Whether this can be the entry of `source`: the same, or the message that its reply has become."""
        if self.source is not source:
            if isinstance(self.source, Reply) and isinstance(source, Message):
                self._end(source)
            elif self.source != source:
                return False
        return True

    def height_at(self, width: int) -> int:
        """Lines it took when it was last laid out at `width`; 0 where it never was."""
        return self._height[1] if self._height is not None and self._height[0] == width else 0

    def lay_out(self, frame: Frame) -> int:
        """Lines it takes in `frame`, the blank one below it included."""
        if self._frame is not frame:
            self._redress(frame)
        self._take()
        self._arrange()
        last = self._parts[-1] if self._parts else None
        height = last.top + last.drawing.height + 1 if last else 1
        self._height = (frame.width, height)
        return height

    @property
    def height(self) -> int:
        """Lines as it was last laid out."""
        return self._height[1] if self._height is not None else 0

    def release(self) -> None:
        """Forget the drawing; it is made again from the message when it is needed."""
        self._documents.clear()
        self._notes.clear()
        self._parts = []
        self._paces.clear()
        self._is_late = True
        self._words = 0
        self._frame = None

    # -- growing -----------------------------------------------------------------------------------------------------

    @property
    def is_growing(self) -> bool:
        return isinstance(self.source, Reply)

    @property
    def is_behind(self) -> bool:
        """Whether time alone will show more of it."""
        return self.is_growing and any(pace.is_behind for pace in self._paces.values())

    def _end(self, message: Message) -> None:
        """The finished message in place of the reply; its drawing stays where the text is the same."""
        if self._frame is not None:
            self._take()
        for kind, text in ((Kind.TEXT, message.text), (Kind.REASONING, message.reasoning)):
            drawing = self._documents.get(kind)
            if isinstance(drawing, Document):
                if drawing.text == text:
                    drawing.finish()
                else:
                    del self._documents[kind]
        self._words = len(message.reasoning.split())
        self.source = message

    def _take(self) -> None:
        """Let the drawings take in what is new, at a cost that does not depend on what is old."""
        source = self.source
        if isinstance(source, Message):
            return
        is_over = source.is_ended or self._is_late
        if piece := self._pace(Kind.REASONING).take(source.reasoning_chunks, is_over or bool(source.text_chunks)):
            self._words += len(piece.split()) - (self._is_in_word and not piece[0].isspace())
            self._is_in_word = not piece[-1].isspace()
            self._grow(Kind.REASONING, piece)
        if piece := self._pace(Kind.TEXT).take(source.text_chunks, is_over):
            self._grow(Kind.TEXT, piece)
        self._is_late = False

    def _pace(self, kind: Kind) -> PacedText:
        if kind not in self._paces:
            self._paces[kind] = PacedText(self._smoothing)
        return self._paces[kind]

    def _grow(self, kind: Kind, piece: str) -> None:
        drawing = self._document(kind)
        assert isinstance(drawing, Document), "what a model writes is Markdown"
        drawing.append(piece)

    # -- laying out --------------------------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        assert self._frame is not None, "an entry is laid out before it is drawn"
        return self._frame

    def _redress(self, frame: Frame) -> None:
        """Draw for another width or look."""
        before, self._frame = self._frame, frame
        self._notes.clear()
        if before is None:
            return
        for kind, drawing in self._documents.items():
            drawing.set_width(self._measure(kind))
            if before.look is not frame.look:
                if isinstance(drawing, Document):
                    drawing.set_styles(self._styles(kind))
                else:
                    drawing.set_style(frame.look.prompt)

    def _arrange(self) -> None:
        parts: list[Part] = []
        top = 0
        for kind, drawing, gap in self._wanted():
            top += gap if parts else 0
            parts.append(Part(kind, drawing, 2 if kind is Kind.REASONING else 0, top))
            top += drawing.height
        self._parts = parts

    def _wanted(self) -> list[tuple[Kind, Drawing, int]]:
        """Every part from top to bottom, with the blank lines before it."""
        look = self.frame.look
        found: list[tuple[Kind, Drawing, int]] = []

        def note(kind: Kind, text: str, style: Style, gap: int = 0) -> None:
            found.append((kind, self._note(kind, len(found), text, style), gap))

        if self.label:
            note(Kind.LABEL, self.label, look.note)
        source = self.source
        if isinstance(source, Message):
            for attachment in source.attachments:
                note(Kind.ATTACHMENT, endings.attachment_line(attachment), look.note)
        if self._has(Kind.REASONING):
            note(Kind.FOLD, self._thought(), look.note)
            if not self.is_folded:
                found.append((Kind.REASONING, self._document(Kind.REASONING), 0))
        if self._has(Kind.TEXT):
            found.append((Kind.TEXT, self._document(Kind.TEXT), 1 if self._has(Kind.REASONING) else 0))
        for call in source.tool_calls:
            note(Kind.TOOL_CALL, endings.tool_call_line(call), look.note)
        if isinstance(source, Reply):
            if words := endings.waiting(source):
                note(Kind.WAITING, words, look.note)
        elif self.role is Role.ASSISTANT and (ended := endings.ending(source, self._hints())):
            tones = {Tone.QUIET: look.note, Tone.WARNING: look.warning, Tone.FAILURE: look.error}
            note(Kind.ENDING, ended[0], tones[ended[1]], 1 if found else 0)
        if self.siblings is not None and self.siblings[1] > 1:
            note(Kind.SIBLINGS, endings.siblings_line(*self.siblings), look.note)
        return found

    def _hints(self) -> endings.Hints:
        return self.frame.hints if self.is_last else NO_HINTS

    @property
    def has_reasoning(self) -> bool:
        return self._has(Kind.REASONING)

    def _has(self, kind: Kind) -> bool:
        if isinstance(self.source, Message):
            return bool(self.source.text if kind is Kind.TEXT else self.source.reasoning)
        return kind in self._documents

    def _thought(self) -> str:
        source = self.source
        if isinstance(source, Message) and not self._words:
            self._words = len(source.reasoning.split())
        is_thinking = isinstance(source, Reply) and source.phase is Phase.THINKING
        return endings.thought_line(self._words, is_folded=self.is_folded, is_thinking=is_thinking)

    def _note(self, kind: Kind, place: int, text: str, style: Style) -> PlainText:
        known = self._notes.get((kind, place))
        if known is None or known.text != text:
            known = self._notes[(kind, place)] = PlainText(text, style, self._measure(kind))
        return known

    def _document(self, kind: Kind) -> Document | PlainText:
        drawing = self._documents.get(kind)
        if drawing is None:
            drawing = self._documents[kind] = self._draw(kind)
        return drawing

    def _draw(self, kind: Kind) -> Document | PlainText:
        source = self.source
        if isinstance(source, Reply):
            return Document(self._styles(kind), self._measure(kind))
        text = source.text if kind is Kind.TEXT else source.reasoning
        if self.role is not Role.ASSISTANT:
            # What a person typed stands as it was typed: no space is lost and nothing is taken for markup.
            return PlainText(text, self.frame.look.prompt, self._measure(kind))
        return Document(self._styles(kind), self._measure(kind), text, finished=True)

    def _styles(self, kind: Kind) -> Styles:
        return self.frame.look.muted if kind is Kind.REASONING else self.frame.look.text

    def _measure(self, kind: Kind) -> int:
        return max(2, self.frame.measure - (2 if kind is Kind.REASONING else 0))

    # -- reading -----------------------------------------------------------------------------------------------------

    @property
    def parts(self) -> list[Part]:
        """From top to bottom, as they were last laid out."""
        return self._parts

    def part(self, kind: Kind) -> Part | None:
        return next((part for part in self._parts if part.kind is kind), None)

    def part_at(self, y: int) -> Part | None:
        """The part that line `y` belongs to; None for a blank line between parts."""
        return next((part for part in self._parts if part.top <= y < part.top + part.drawing.height), None)

    def text_of(self, kind: Kind) -> str:
        """The source of a part, whether it is drawn or not."""
        if kind is Kind.TEXT:
            return self.source.text
        if kind is Kind.REASONING:
            return self.source.reasoning
        part = self.part(kind)
        return part.drawing.text if part else ""

    def excerpt(self, kind: Kind, start: int, end: int) -> str:
        """A piece of the source of a part, as it is worth copying."""
        drawing = self._documents.get(kind)
        return drawing.excerpt(start, end) if isinstance(drawing, Document) else self.text_of(kind)[start:end]

    def line(self, y: int, *, is_chosen: bool = False) -> Strip:
        """Line `y` over the whole width of the list."""
        return self.drawn(y, is_chosen=is_chosen).strip

    def drawn(self, y: int, *, is_chosen: bool = False, known: Line | None = None) -> Line:
        """Line `y`, or `known` where that is what it still looks like."""
        part = self.part_at(y)
        inner = part.drawing.line(y - part.top) if part else _EMPTY
        has_bar = y < self.height - 1 and (is_chosen or self.role is Role.USER)
        frame = self.frame
        if known is None or not known.is_still(inner, frame, has_bar, is_chosen):
            known = Line(inner, frame, has_bar, is_chosen, self._composed(part, inner, has_bar, is_chosen))
        return known

    def _composed(self, part: Part | None, inner: Strip, has_bar: bool, is_chosen: bool) -> Strip:
        look, width = self.frame.look, self.frame.width
        if has_bar:
            left = [Segment(BAR, look.chosen_bar if is_chosen else look.prompt_bar), Segment(" " * (MARGIN - 1))]
        else:
            left = [Segment(" " * MARGIN)]
        if part is not None and part.indent:
            left.append(Segment("│ ".ljust(part.indent), look.thread))
        used = MARGIN + (part.indent if part else 0) + inner.cell_length
        if used > width:
            return shortened(Strip([*left, *inner]), width)
        return Strip([*left, *inner, Segment(" " * (width - used))], width)


_EMPTY = Strip([], 0)
