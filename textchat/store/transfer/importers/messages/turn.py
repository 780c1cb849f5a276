"""Collects one row of a source block by block: one message, or several where a tool answered in between.

The row's own id stays with the message that holds its words, the last one where several do; the others get ids made
from it. So an export that was imported when it was read as one message is known again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from textchat.core.conversation import Role, ToolCall
from textchat.core.parts.part import Part
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.messages.attached import from_base64, from_url, named
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, link


@dataclass(slots=True)
class _Piece:
    """What becomes one message."""

    role: Role
    runs: list[list[tuple[str, bool]]] = field(default_factory=list)
    """Texts with no other block between them; whether each is a fragment of one text."""
    thoughts: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    parts: list[tuple[Part, int]] = field(default_factory=list)
    """Files, each with the number of runs before it."""
    links: list[str] = field(default_factory=list)
    """Files that have an address only."""

    @property
    def text(self) -> str:
        return joined((*self._said, *self.links))

    @property
    def _said(self) -> list[str]:
        return [
            "".join(text for text, _ in run) if any(part for _, part in run) else joined(text for text, _ in run)
            for run in self.runs
        ]

    @property
    def placed_parts(self) -> tuple[Part, ...]:
        """The files, each behind what was said before it."""
        said = self._said if any(runs for _, runs in self.parts) else []
        return tuple(part.at(len(joined(said[:runs]))) for part, runs in self.parts)

    @property
    def has_text(self) -> bool:
        return any(text.strip() for text, _ in chain.from_iterable(self.runs))


class Turn:
    """One row of a source; what its blocks hold is added in their order."""

    def __init__(self, row: ImportedMessage, reading: Reading) -> None:
        """`row` has what is known of the whole: id, role, model, date, figures."""
        self.row = row
        self.reading = reading
        self._done: list[_Piece] = []
        self._now = _Piece(row.role)
        self._is_in_run = False
        self._attached = 0

    @property
    def has_text(self) -> bool:
        return self._now.has_text

    @property
    def is_silent(self) -> bool:
        """Whether nobody has said or called anything so far."""
        return not (self._done or self._now.has_text or self._now.calls)

    def say(self, text: str, is_fragment: bool = False) -> None:
        """Add a text, a paragraph of its own; fragments and what stands beside them are joined as they are."""
        if text:
            if not self._is_in_run:
                self._now.runs.append([])
            self._now.runs[-1].append((text, is_fragment))
            self._is_in_run = True

    def think(self, text: str) -> None:
        self._now.thoughts.append(text)
        self._is_in_run = False

    def call(self, call: ToolCall) -> None:
        self._now.calls.append(call)
        self._is_in_run = False

    def answer(self, text: str, parts: Sequence[Part] = ()) -> None:
        """Add what a tool returned: a message of its own, which ends what was said before."""
        self._done += [self._now, _Piece(Role.TOOL, [[(text, False)]], parts=[(part, 1) for part in parts])]
        self._now = _Piece(self.row.role)
        self._is_in_run = False

    def attach(self, part: Part) -> None:
        self._now.parts.append((part, len(self._now.runs)))
        self._is_in_run = False

    def attach_text(self, name: str, text: str) -> None:
        """Attach a text as a file."""
        if text.strip():
            self._attach("file", Part(name, "text/plain", text.encode("utf-8", "replace")))

    def attach_base64(self, kind: str, data: object, media_type: str, name: str = "") -> None:
        """Attach base64, or count it as left out; `kind` is a noun such as `picture`."""
        self._attach(kind, from_base64(data, media_type, name))

    def attach_url(self, kind: str, url: object, name: str = "") -> None:
        """Attach a data: URL, and show a web address as a link below the text; anything else is not in the file."""
        if isinstance(url, str) and url.startswith(("http://", "https://")):
            self._now.links.append(link(name or kind, url))
        else:
            self._attach(kind, from_url(url, name))

    def _attach(self, kind: str, part: Part | None) -> None:
        if part is None:
            self.reading.leave_out(kind)
        else:
            self._attached += 1
            self.attach(named(part, kind, self._attached))

    def messages(self) -> list[ImportedMessage]:
        """The messages, without parents; empty ones are not among them."""
        pieces = [piece for piece in (*self._done, self._now) if _holds_something(piece)]
        if not pieces:
            return []
        own = max(range(len(pieces)), key=lambda place: (_weight(pieces[place], self.row.role), place))
        return [self._message(piece, place, place == own) for place, piece in enumerate(pieces)]

    def _message(self, piece: _Piece, place: int, is_own: bool) -> ImportedMessage:
        is_tool = piece.role is Role.TOOL
        message = replace(
            self.row,
            role=piece.role,
            text=piece.text,
            reasoning=joined(piece.thoughts),
            tool_calls=tuple(piece.calls),
            parts=piece.placed_parts,
            model=None if is_tool else self.row.model,
        )
        if is_own:
            return message
        return replace(
            message,
            id=f"{self.row.id}/{place + 1}",
            finish_reason=None,
            usage=None,
            timing=None,
            cost_usd=None,
        )


def _holds_something(piece: _Piece) -> bool:
    return bool(piece.has_text or piece.links or piece.calls or piece.parts or any(map(str.strip, piece.thoughts)))


def _weight(piece: _Piece, role: Role) -> int:
    """Which message of a row keeps its id: the one with its words before one without, a tool's result last."""
    return (2 if piece.has_text else 1) if piece.role is role else 0
