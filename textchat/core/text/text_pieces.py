"""Keeps a text that grows in hundreds of thousands of pieces, at little more than the memory of its characters."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

BLOCK = 512
"""Pieces that are joined to one text: a piece by itself takes fifty bytes beside its characters, an end takes eight."""


class TextPieces(Sequence[str]):
    """Pieces of text that are only ever added at the end; one thread adds, others may read meanwhile."""

    __slots__ = ("_blocks", "_state")

    def __init__(self, pieces: Iterable[str] = ()) -> None:
        self._blocks: list[tuple[str, array[int]]] = []
        """`BLOCK` pieces each: their text, and where in it each of them ends."""
        self._state: tuple[int, list[str]] = (0, [])
        """How many blocks there are, and the pieces after them; replaced as one, so that both belong together."""
        for piece in pieces:
            self.append(piece)

    def append(self, piece: str) -> None:
        """Add a piece."""
        count, rest = self._state
        rest.append(piece)
        if len(rest) == BLOCK:
            self._blocks.append(_block(rest))
            self._state = (count + 1, [])

    def joined(self, start: int = 0, stop: int | None = None) -> str:
        """The text of the pieces from `start` on, up to `stop`."""
        state = self._state
        length = _length(state)
        return "".join(self._texts(state, start, length if stop is None else min(stop, length)))

    def __len__(self) -> int:
        return _length(self._state)

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        state = self._state
        if isinstance(index, slice):
            return [self._piece(state, at) for at in range(*index.indices(_length(state)))]
        at = index + _length(state) if index < 0 else index
        if not 0 <= at < _length(state):
            raise IndexError(index)
        return self._piece(state, at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def _piece(self, state: tuple[int, list[str]], at: int) -> str:
        count, rest = state
        block, place = divmod(at, BLOCK)
        return rest[at - count * BLOCK] if block >= count else _part(self._blocks[block], place, place + 1)

    def _texts(self, state: tuple[int, list[str]], start: int, stop: int) -> Iterator[str]:
        count, rest = state
        for block in range(start // BLOCK, min(count, -(-stop // BLOCK))):
            before = block * BLOCK
            yield _part(self._blocks[block], max(0, start - before), min(BLOCK, stop - before))
        before = count * BLOCK
        if stop > before:
            yield from rest[max(0, start - before) : stop - before]


def _length(state: tuple[int, list[str]]) -> int:
    return state[0] * BLOCK + len(state[1])


def _block(pieces: list[str]) -> tuple[str, array[int]]:
    ends, end = array("Q"), 0
    for piece in pieces:
        end += len(piece)
        ends.append(end)
    return "".join(pieces), ends


def _part(block: tuple[str, array[int]], start: int, stop: int) -> str:
    text, ends = block
    return text[ends[start - 1] if start else 0 : ends[stop - 1]] if stop > start else ""
