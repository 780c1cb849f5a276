"""A file of a message as lines: its name and kind, how the model gets it, and a picture as it looks."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.core.figures.media.part_tokens import part_tokens
from textchat.core.figures.media.picture_size import size_of
from textchat.core.parts.part import MediaKind, Part
from textchat.core.parts.size_words import size_words, token_words
from textchat.core.parts.taking import Taking, Way
from textchat.core.text.sanitize import plain_name
from textchat.render.cells import cut_middle, fitted, width_of
from textchat.render.pictures.picture import Picture
from textchat.ui.terminal.drawing.plain_strip import PlainStrip
from textchat.ui.transcript.cards.card_services import CardServices
from textchat.ui.transcript.cards.pictures import Pictures, Waiting, is_picture
from textchat.ui.transcript.layout.entry_parts import LayoutContext
from textchat.ui.transcript.layout.plain_text import PlainText

MARK = "+ "
"""Before the name of a file."""
INDENT = len(MARK)
_LONGEST_REFERENCE = 300
_LEAST_NAME = 16
_SEPARATOR = " · "
LINE_BYTES = 1_500


class Card:
    """Lines of exactly `width` cells; none of them is source to be copied."""

    def __init__(
        self, part: Part, number: int, services: CardServices | None, changed: Callable[[Callable[[], None]], None]
    ) -> None:
        """`number` is its place among the files of its message, from 0.

        `changed` is called with what makes it another one when its picture has come.
        """
        self.part = part
        self.number = number
        self.name = part.shown_name
        self._services = services
        self._changed = changed
        self._context: LayoutContext | None = None
        self._model: str | None = None
        self._width = 2
        self._head = ""
        self._notes: list[PlainText] = []
        self._picture: Picture | None = None
        self._wanted: tuple[int, int, str] | None = None
        """Columns, rows and ground of the picture."""
        self._reserved = 0
        """Rows that are kept free for a picture that is being drawn."""
        self._strips: dict[int, Strip] = {}

    def lay_out(self, context: LayoutContext, model: str | None) -> None:
        """Lay it out for the list; `model` is the one that gets the part, None where none does."""
        if context is self._context and model == self._model and self._head:
            return
        self._context, self._model = context, model
        self._width = context.measure
        if self._services is not None and is_picture(self.part):
            self._want(self._services.pictures)
        self._arrange()

    @property
    def height(self) -> int:
        """The number of lines."""
        return 1 + sum(note.height for note in self._notes) + max(self._reserved, len(self._picture_lines))

    @property
    def bytes(self) -> int:
        """About how much it takes."""
        return self.height * LINE_BYTES + (0 if self._picture is None else self._picture.bytes)

    def line(self, y: int) -> Strip:
        """Line `y`."""
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._drawn(y)
        return strip

    def cells_of_name(self, start: int, end: int) -> tuple[int, int]:
        """The cells of the first line in which some characters of the name stand."""
        return INDENT + width_of(self.name[:start]), INDENT + width_of(self.name[:end])

    # -- inside ------------------------------------------------------------------------------------------------------

    @property
    def _picture_lines(self) -> list[Strip]:
        return [] if self._picture is None else list(self._picture.lines)

    def _want(self, pictures: Pictures) -> None:
        """Ask for the picture, unless it is there or on its way as it is to be."""
        assert self._context is not None, "it is laid out"
        ground = self._context.styles.ground.bgcolor
        hex_ground = ground.triplet.hex if ground is not None and ground.triplet is not None else "#000000"
        wanted = max(1, self._width - INDENT), pictures.rows, hex_ground
        if wanted == self._wanted:
            return
        self._wanted, self._picture = wanted, None
        size = size_of(self.part)
        self._reserved = pictures.cells_of(size, wanted[0])[1] if size is not None and pictures.are_drawn else 0
        if pictures.are_drawn or size is None:
            waiting = Waiting(lambda picture: self._take(wanted, picture), lambda: wanted == self._wanted)
            pictures.want(self.part, wanted[0], hex_ground, waiting)

    def _take(self, wanted: tuple[int, int, str], picture: Picture) -> None:
        def take() -> None:
            self._picture, self._reserved = picture, 0
            self._arrange()

        if wanted == self._wanted:
            self._changed(take)

    def forget(self) -> None:
        """Let go of the picture; it is drawn anew when the card is laid out again."""
        self._wanted = self._picture = self._context = None
        self._head = ""
        self._strips.clear()

    def _arrange(self) -> None:
        assert self._context is not None, "it is laid out"
        self._strips.clear()
        self._head = self._headline()
        self._notes = [
            PlainText(text, style, self._width - INDENT, reveals=True) for text, style in self._remarks() if text
        ]

    def _headline(self) -> str:
        """The name, and what of the facts has room behind it: the kind goes first, for the name mostly tells it."""
        part = self.part
        facts = [_kind_told(part), size_words(part.size) if part.digest else ""]
        if self._services is not None and is_picture(part) and (size := size_of(part)):
            facts.append(f"{size[0]:,}×{size[1]:,}")
        facts = [fact for fact in facts if fact]
        least = INDENT + min(_LEAST_NAME, width_of(self.name))
        while facts and least + sum(len(_SEPARATOR + fact) for fact in facts) > self._width:
            facts.pop(0)
        behind = "".join(f"{_SEPARATOR}{fact}" for fact in facts)
        return MARK + cut_middle(self.name, max(1, self._width - INDENT - len(behind))) + behind

    def _remarks(self) -> list[tuple[str, Style]]:
        assert self._context is not None, "it is laid out"
        styles, services = self._context.styles, self._services
        remarks: list[tuple[str, Style]] = []
        if not self.part.digest:
            where = plain_name(self.part.reference, _LONGEST_REFERENCE)
            remarks.append((f"only at the server: {where}" if where else "its content was not sent", styles.note))
        taking = services.taking(self.part, self._model) if services is not None and self._model else None
        if taking is not None and self._model is not None:
            is_refused = taking.way is Way.REFUSED
            remarks.append((_taken_told(taking, self.part, self._model), styles.warning if is_refused else styles.note))
        if self._picture is not None and self._picture.problem:
            remarks.append((self._picture.problem, styles.warning))
        if services is not None and is_picture(self.part):
            remarks.append((services.pictures.hint(self.part), styles.note))
        return remarks

    def _drawn(self, y: int) -> Strip:
        assert self._context is not None, "it is laid out"
        if y == 0:
            return PlainStrip([Segment(fitted(self._head, self._width), self._context.styles.note)], self._width)
        y -= 1
        for note in self._notes:
            if y < note.height:
                return self._beside(note.line(y))
            y -= note.height
        lines = self._picture_lines
        return self._beside(lines[y]) if y < len(lines) else PlainStrip([Segment(" " * self._width)], self._width)

    def _beside(self, strip: Strip) -> Strip:
        room = self._width - INDENT - strip.cell_length
        return PlainStrip([Segment(" " * INDENT), *strip, Segment(" " * max(0, room))], self._width)


def _taken_told(taking: Taking, part: Part, model: str) -> str:
    """How a model gets a part and what that takes, in a few words; with what would work for one that is refused."""
    if taking.way is Way.REFUSED:
        return f"not sent: {taking.sentence}" if taking.sentence else "not sent"
    way = "sent as text" if taking.way is Way.TEXT else "sent as it is"
    tokens = part_tokens(part, model.partition("/")[2])
    return f"{way}{_SEPARATOR}{token_words(tokens)}"


def _kind_told(part: Part) -> str:
    """What a part is to a person: `PNG picture`, `PDF`, `sound`, `text`."""
    subtype = part.media_type.partition(";")[0].partition("/")[2].partition("+")[0].removeprefix("x-")
    short = plain_name(subtype, 12).upper() if subtype.isalnum() and len(subtype) <= 5 else ""
    named = short if part.kind in (MediaKind.PICTURE, MediaKind.SOUND) else ""
    return f"{named} {part.kind.word}".strip()
