"""When each piece of an answer came: kept while a reply grows, stored with it, and played by a replay.

As plain data a timeline is `{"started": s, "ended": s, "prefix": n, "estimated": true, "pieces": [[s, n], …]}`. A piece
is the seconds since its request left and the number of characters (Unicode code points) that came then; those that are
no text of the answer name their kind, `[s, n, "reasoning"]`, `"call"` (name and arguments of tool calls, one behind the
other) or `"part"` (the next file, of length 0). `started` is how long after the answer was begun its request left,
`ended` when it ended after that. `prefix`, with answers that continue another one, is how many characters were there
before; `estimated` says that the times were not measured. All seconds have six decimals.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from textchat.core.limits import REPLAYED_PIECES, REPLAYED_SECONDS

_KIND_BITS, _KIND_MASK = 2, 3


class PieceKind(IntEnum):
    """What a piece belongs to."""

    TEXT = 0
    REASONING = 1
    CALL = 2
    PART = 3


TEXT, REASONING, CALL, PART = map(int, PieceKind)
"""The same as plain numbers: to look up a member takes longer than to keep a piece."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of an answer."""

    at: float
    """Seconds since the request left."""
    length: int
    """Characters."""
    kind: PieceKind = PieceKind.TEXT


@dataclass(frozen=True, slots=True)
class Timeline:
    """The pieces of an answer in their order; their times never go back."""

    pieces: tuple[Piece, ...]
    ended: float
    """Seconds from the request to the end of the answer."""
    started: float = 0.0
    """Seconds from `created_at` of the answer until its request left."""
    prefix: int = 0
    """Characters of the text that were there before the request."""
    is_estimated: bool = False

    def length(self, kind: PieceKind) -> int:
        """Characters of all pieces of a kind."""
        return sum(piece.length for piece in self.pieces if piece.kind is kind)


class NotATimeline(ValueError):
    """Plain data that is no timeline; the message says why, as the end of a sentence."""


class GrowingTimeline:
    """Takes in the pieces of a growing reply, at the cost of two numbers each.

    Of a huge reply several pieces become one, dated to the last of them, so that there are never more than `most`; the
    first piece and the last keep their times.
    """

    __slots__ = ("_at", "_left", "_most", "_room", "_sizes", "_stride")

    def __init__(self, most: int = REPLAYED_PIECES.most) -> None:
        self._at = array("d")
        self._sizes = array("Q")
        """Length and kind of each."""
        self._most = self._room = most
        self._stride = 1
        """How many pieces become one."""
        self._left = 0
        """How many more the last one takes in."""

    def piece(self, at: float, length: int, kind: int) -> None:
        """Take in a piece that came `at` this moment, on the clock of the reply; `kind` is the number of one."""
        size = length << _KIND_BITS | kind
        if self._stride > 1 and self._is_joined(at, size):
            return
        self._at.append(at)
        self._sizes.append(size)
        self._room -= 1
        if not self._room:
            self._thin()

    def _is_joined(self, at: float, size: int) -> bool:
        """Let the last piece take this one in, if it may take in more of its kind."""
        kind = size & _KIND_MASK
        if not self._left or self._sizes[-1] & _KIND_MASK != kind or kind == PART:
            self._left = self._stride - 1
            return False
        self._left -= 1
        self._at[-1] = at
        self._sizes[-1] += size - kind
        return True

    def text_was_reasoning(self) -> None:
        """All text so far was reasoning."""
        for place, size in enumerate(self._sizes):
            if size & _KIND_MASK == TEXT:
                self._sizes[place] = size | REASONING

    def _thin(self) -> None:
        """Join neighbours of one kind, but not the first piece."""
        at, sizes, self._stride = self._at, self._sizes, self._stride * 2
        self._at, self._sizes, self._left = at[:1], sizes[:1], 0
        may_join = False
        for moment, size in zip(at[1:], sizes[1:], strict=True):
            kind = size & _KIND_MASK
            may_join = may_join and kind == self._sizes[-1] & _KIND_MASK and kind != PART
            if may_join:
                self._at[-1] = moment
                self._sizes[-1] += size - kind
            else:
                self._at.append(moment)
                self._sizes.append(size)
            may_join = not may_join
        if len(self._at) >= self._most:  # kinds that alternate are not joined: what is more has no times
            del self._at[self._most // 2 :], self._sizes[self._most // 2 :]
        self._room = self._most - len(self._at)

    def frozen(self, started_at: float, elapsed: float, started: float, prefix: int) -> Timeline:
        """The pieces with seconds since `started_at`, of a reply that took `elapsed` seconds."""
        kinds = tuple(PieceKind)
        latest, pieces = 0.0, []
        for at, size in zip(self._at, self._sizes, strict=True):
            latest = max(latest, at - started_at)  # what was read before the request was known to have left
            pieces.append(Piece(latest, size >> _KIND_BITS, kinds[size & _KIND_MASK]))
        return Timeline(tuple(pieces), max(latest, elapsed), max(0.0, started), prefix)


# -- as plain data ----------------------------------------------------------------------------------------------------


def to_plain(timeline: Timeline) -> dict[str, Any]:
    """See the docstring of this module."""
    return {
        "started": round(timeline.started, 6),
        "ended": round(timeline.ended, 6),
        **({"prefix": timeline.prefix} if timeline.prefix else {}),
        **({"estimated": True} if timeline.is_estimated else {}),
        "pieces": [
            [round(piece.at, 6), piece.length, *([piece.kind.name.lower()] if piece.kind else [])]
            for piece in timeline.pieces
        ],
    }


def from_plain(plain: object) -> Timeline:
    """Read plain data from anywhere; raises NotATimeline."""
    if not isinstance(plain, Mapping) or not isinstance(plain.get("pieces"), list):
        raise NotATimeline("it has no pieces")
    listed = plain["pieces"]
    if len(listed) > REPLAYED_PIECES.most:
        raise NotATimeline(f"it has more than {REPLAYED_PIECES.told}")
    latest, pieces = 0.0, []
    for each in listed:
        piece = _piece(each)
        if piece.at < latest:
            raise NotATimeline("its times go backwards")
        latest = piece.at
        pieces.append(piece)
    ended, started = _seconds(plain.get("ended", latest)), _seconds(plain.get("started", 0))
    if ended < latest:
        raise NotATimeline("its times go backwards")
    prefix = _length(plain.get("prefix", 0))
    return Timeline(tuple(pieces), ended, started, prefix, plain.get("estimated") is True)


def _piece(plain: object) -> Piece:
    if not isinstance(plain, list) or not 2 <= len(plain) <= 3:
        raise NotATimeline("a piece is not a time with a length")
    kind = PieceKind.TEXT if len(plain) == 2 else _KINDS.get(str(plain[2]))
    if kind is None:
        raise NotATimeline("a piece has an unknown kind")
    return Piece(_seconds(plain[0]), _length(plain[1]), kind)


_KINDS = {kind.name.lower(): kind for kind in PieceKind}


def _seconds(plain: object) -> float:
    if isinstance(plain, bool) or not isinstance(plain, int | float) or not math.isfinite(plain) or plain < 0:
        raise NotATimeline("a time is not a number of seconds")
    if plain > REPLAYED_SECONDS.most:
        raise NotATimeline(f"a time is longer than {REPLAYED_SECONDS.told}")
    return float(plain)


def _length(plain: object) -> int:
    if isinstance(plain, bool) or not isinstance(plain, int) or not 0 <= plain < 1 << 53:
        raise NotATimeline("a length is not a number of characters")
    return plain
