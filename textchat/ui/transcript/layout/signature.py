"""The line at the head of a reply: who wrote it, which version it is, and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.core.conversation import Message, Role
from textchat.core.figures.reply_figures import Figure, figures_of
from textchat.core.figures.standing import Standing
from textchat.core.merging.naming import merge_title
from textchat.core.reply import Reply
from textchat.core.text.names import UNKNOWN_MODEL, short_names
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.vote import TIED, WON
from textchat.render.cells import cut_middle, fitted, width_of
from textchat.ui.terminal.drawing.plain_strip import PlainStrip

SEPARATOR = " · "
LEAST_NAME = 14
"""Cells that a name keeps before anything else gets room."""
MOST_NAMED, LONGEST_SOURCES = 3, (24, 16, 10, 7)
"""How many sources of a merge are named, and in how many cells each: the first that have room."""
EDITED = ", edited"
VOTES = {WON: ("best", "voted best"), TIED: ("tied", "voted tied")}
"""What a vote says of a reply."""


class Part(Enum):
    """What stands behind the name, from left to right."""

    VERSION = auto()
    FIRST = auto()
    SPEED = auto()
    TOKENS = auto()
    COST = auto()
    VOTE = auto()


FIGURES = (
    (Part.SPEED, Figure.SPEED, "", "/s", " tok/s"),
    (Part.TOKENS, Figure.OUTPUT, "", "↓", " tokens"),
    (Part.COST, Figure.COST, "", "", ""),
    (Part.FIRST, Figure.FIRST, "first token ", "", ""),
)
"""The figures, the most important first, with the words around them; the third is what stays where room is short."""


class Signature:
    """One line, exactly `width` cells, with the interface of `Document`; none of it is source to be copied."""

    def __init__(self, source: Message | Reply, standing: Standing, style: Style, width: int) -> None:
        self.made_of = source, standing, style
        self._style = style
        self._width = width
        self._strip: Strip | None = None
        self._versions = (0, 0)
        self.text = ""
        self.set_width(width)

    @property
    def height(self) -> int:
        return 1

    def set_width(self, width: int) -> None:
        source, standing, _ = self.made_of
        self._width, self._strip = width, None
        self.text, self._versions = signature_text(source, standing, width)

    def line(self, y: int) -> Strip:
        if self._strip is None:
            self._strip = PlainStrip([Segment(fitted(self.text, self._width), self._style)], self._width)
        return self._strip

    def source_span(self, y: int, start: int, end: int) -> tuple[int, int] | None:
        return None

    def position_of(self, offset: int) -> tuple[int, int]:
        return 0, 0

    def step_at(self, cell: int) -> int:
        """The version that a click on a cell leads to: the one before (-1), the one after (1), or none (0)."""
        start, end = self._versions
        if not start <= cell < end:
            return 0
        return -1 if cell < (start + end) // 2 else 1


def signature_text(source: Message | Reply, standing: Standing, width: int) -> tuple[str, tuple[int, int]]:
    """The line in at most `width` cells, and the cells in it that say which version it is.

    The name goes first and is cut in its middle; of the rest, what has no room is left out.
    """
    name, suffix = _name(source, standing, width)
    whole = width_of(name + suffix)
    parts = _parts(source, standing)
    chosen: dict[Part, str] = {}
    room = width - min(whole, max(LEAST_NAME, width // 2)) + (0 if whole else len(SEPARATOR))
    for part, (short, _) in parts.items():
        if len(SEPARATOR) + len(short) <= room:
            chosen[part] = short
            room -= len(SEPARATOR) + len(short)
    spare = min(room, max(0, whole - max(LEAST_NAME, width // 2)))
    room -= spare
    for part in chosen:
        short, words = parts[part]
        if len(words) - len(short) <= room:
            chosen[part] = words
            room -= len(words) - len(short)
    behind = [chosen[part] for part in Part if part in chosen]
    left = width - sum(len(SEPARATOR) + len(each) for each in behind) - width_of(suffix)
    text = SEPARATOR.join(filter(None, (cut_middle(name, left) + suffix, *behind)))
    return text, _cells_of(chosen.get(Part.VERSION, ""), text)


def _name(source: Message | Reply, standing: Standing, width: int) -> tuple[str, str]:
    """Who wrote it, and what must stay readable behind that however narrow the line is."""
    if isinstance(source, Message) and source.role is not Role.ASSISTANT:
        return ("" if source.role is Role.USER else source.role.value.capitalize()), ""
    model = plain_name(source.model) if source.model else UNKNOWN_MODEL
    if source.covers is not None:
        model = f"Summary by {model}"
    if standing.merged_from is not None:
        model = _merge_title(model, standing.merged_from, max(LEAST_NAME, width * 3 // 5))
    if standing.begun_by:
        model = f"{plain_name(standing.begun_by)} + {model}"
    return model, EDITED if isinstance(source, Message) and source.is_edited else ""


def _merge_title(model: str, sources: Sequence[str], room: int) -> str:
    """Who wrote a merge, and of what: the sources by their names, shorter or not, else their number, else nothing."""
    named = (merge_title(model, short_names(sources, longest), most=MOST_NAMED) for longest in LONGEST_SOURCES)
    titles = (*named, merge_title(model, sources, most=0))
    return next((title for title in titles if width_of(title) <= room), merge_title(model, ()))


def _parts(source: Message | Reply, standing: Standing) -> dict[Part, tuple[str, str]]:
    """What is known beside the name, the most important first, each as short as it may be and in words."""
    parts: dict[Part, tuple[str, str]] = {}
    if standing.versions > 1:
        number = f"{standing.number} of {standing.versions}"
        parts[Part.VERSION] = number, f"‹ version {number} ›"
    if (vote := VOTES.get(standing.score or 0.0)) is not None:
        parts[Part.VOTE] = vote
    if isinstance(source, Message):
        figures = figures_of(source)
        for part, figure, before, short, after in FIGURES:
            if value := figures.text(figure):
                after = " token" if part is Part.TOKENS and value.lstrip("~") == "1" else after
                parts[part] = f"{value}{short}", f"{before}{value}{after}"
    return parts


def _cells_of(version: str, text: str) -> tuple[int, int]:
    """The cells of the line where the version stands, which is the first of what follows the name."""
    if not version:
        return 0, 0
    start = width_of(text[: text.rindex(version)])
    return start, start + width_of(version)
