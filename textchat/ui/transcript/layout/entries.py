"""The messages of a list, each turned into an entry only when it comes near: ten thousand cost what a few do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textchat.core.conversation import Message, Role
from textchat.core.figures.standing import Standing
from textchat.core.reply import Reply
from textchat.render.markdown import estimate_height
from textchat.ui.transcript.cards.message_cards import CardSupply
from textchat.ui.transcript.layout.drawings import Drawings
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import LayoutContext, PartKind, measure_for, shown_text
from textchat.ui.transcript.layout.long_text import Shift

Standings = Callable[[str], Standing]
"""The standing of a message, by its id."""
GAP = 1
"""Lines between two messages."""
SIGNATURE = 1
"""Lines at the head of a reply."""
SAMPLE = 50
"""Messages whose texts are looked at for an estimate of them all."""


class Entries:
    """The finished messages of a branch and its growing replies, root first, with the entries made so far."""

    def __init__(self, smoothing: str | int = "off", drawings: Drawings | None = None) -> None:
        """`smoothing` is the pace at which a reply's text is shown: see `render.pace`.

        `drawings` bounds what is drawn, with those of other lists.
        """
        self.drawings = Drawings() if drawings is None else drawings
        self.context: LayoutContext | None = None
        """The context of the layout; None before there is a size."""
        self.supply = CardSupply()
        """What the cards of files need."""
        self.next_model = ""
        """The model that gets the next prompt."""
        self.omission: tuple[str | None, str] = (None, "")
        """The first message that is sent, and what is said above it of those before."""
        self.smoothing = smoothing
        """Of the replies to come."""
        self._sources: list[Message | Reply] = []
        self._standings: Standings | None = None
        self._made: dict[str, Entry] = {}
        self._positions: dict[str, int] | None = None
        """The position of each message by id; None until first needed, because opening a branch does not need it."""

    def __len__(self) -> int:
        return len(self._sources)

    def __getitem__(self, position: int) -> Entry:
        source = self._sources[position]
        entry = self._made.get(source.id)
        if entry is None or not entry.takes(source):
            if entry is not None:
                self.drawings.drop(entry)
            entry = self._made[source.id] = Entry(source, self.smoothing, self.supply)
        return entry

    @property
    def sources(self) -> Sequence[Message | Reply]:
        """The messages and growing replies."""
        return self._sources

    @property
    def made(self) -> Sequence[Entry]:
        """The existing entries, in no order."""
        return list(self._made.values())

    def release(self) -> None:
        """Free all drawings."""
        for entry in self._made.values():
            self.drawings.drop(entry)

    # -- changes -----------------------------------------------------------------------------------------------------

    def show(self, messages: Sequence[Message], standings: Standings | None = None) -> None:
        """Set the messages; entries of those that stay are kept, also of growing replies that are appended next."""
        growing = {source.id for source in self._sources if isinstance(source, Reply)}
        self._sources, self._standings, self._positions = list(messages), standings, None
        if self._made:
            staying = {source.id for source in self._sources} | growing
            for id_, entry in list(self._made.items()):
                entry.standing = None
                if id_ not in staying:
                    self.drawings.drop(self._made.pop(id_))

    def append(self, source: Message | Reply) -> None:
        """Append a message or a growing reply."""
        if self._positions is not None:
            self._positions[source.id] = len(self._sources)
        self._sources.append(source)

    def replace(self, position: int, source: Message | Reply) -> None:
        """Replace a reply, or another form of a message, by the message."""
        self._sources[position] = source

    def lay_out(self, position: int) -> int:
        """Lay out the entry at a position in its current form; returns its height in lines."""
        assert self.context is not None, "nothing is laid out before there is a size"
        entry = self[position]
        entry.is_last = position == len(self) - 1
        if entry.standing is None and self._standings is not None:
            entry.standing = self._standings(entry.id)
        if entry.role is Role.USER and entry.file_count:
            following = self._sources[position + 1] if position + 1 < len(self) else None
            entry.asked_model = (following.model if following is not None else None) or self.next_model or None
        begins_at, omitted = self.omission
        entry.omitted = omitted if entry.id == begins_at else ""
        return entry.lay_out(self.context)

    def is_estimated(self, position: int) -> bool:
        """Whether the height of an entry that is laid out may be an estimate."""
        return self[position].is_estimated

    def settle(self, position: int, line: int, above: int, below: int) -> list[Shift]:
        """Make the heights in an entry true from `above` lines before a line to `below` lines behind it."""
        return self[position].settle(line, above, below)

    # -- what is known without an entry ------------------------------------------------------------------------------

    def has_made(self, message_id: str) -> bool:
        """Whether the message has an entry."""
        return message_id in self._made

    def position_of(self, message_id: str | None) -> int | None:
        """The position of a message; None if it is not shown."""
        if message_id is None:
            return None
        if self._positions is None:
            self._positions = {source.id: position for position, source in enumerate(self._sources)}
        return self._positions.get(message_id)

    def text_of(self, position: int, kind: PartKind) -> str:
        """The source of a part of a message."""
        source = self._sources[position]
        match kind:
            case PartKind.TEXT:
                return shown_text(source)
            case PartKind.REASONING:
                return source.reasoning
            case _:
                return self[position].text_of(kind)

    def is_folded(self, position: int) -> bool:
        """Whether the reasoning of a message is folded."""
        made = self._made.get(self._sources[position].id)
        return made.is_folded if made else True

    # -- estimates ---------------------------------------------------------------------------------------------------

    def estimate(self, position: int, width: int) -> int:
        """Estimated height of a message, in lines, in a list of `width` cells."""
        made = self._made.get(self._sources[position].id)
        if made is not None and (known := made.height_at(width)):
            return known
        source = self._sources[position]
        text = source.text
        return estimate_height(len(text), text.count("\n"), measure_for(width)) + _frame(source)

    def estimates(self, width: int) -> list[int]:
        """The estimates of all messages; cheap enough for ten thousand between two frames.

        A look at each text would cost more than drawing the window. Some are looked at, the others are taken to have as
        many characters in a line.
        """
        sources = self._sources
        sample = range(0, len(sources), max(1, len(sources) // SAMPLE))
        lines = sum(self.estimate(position, width) - _frame(sources[position]) for position in sample)
        characters = sum(len(sources[position].text) for position in sample)
        per_line = max(1, characters // max(1, lines))
        heights = [len(source.text) // per_line + _frame(source) + 1 for source in sources]
        if self._made:
            for position, source in enumerate(sources):
                if (made := self._made.get(source.id)) and (known := made.height_at(width)):
                    heights[position] = known
        return heights


def _frame(source: Message | Reply) -> int:
    """The lines of an entry beside its text."""
    return GAP if isinstance(source, Message) and source.role is Role.USER else GAP + SIGNATURE
