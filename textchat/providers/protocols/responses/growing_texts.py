"""Gathers texts that come in pieces, whole, or both: each is passed on once.

The Responses API repeats a text when it is done: by `….done`, in its content part, in its item, and in the response.
Servers of others leave some of these out, or fill them with nothing, with the last piece alone, or under other numbers.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

Key = tuple[Hashable, Hashable]
"""The number of an item, and that of a text in it."""


@dataclass(slots=True)
class GrowingText:
    """One text, from its first piece."""

    start: int
    """Characters of all texts before it."""
    length: int = 0
    is_whole: bool = False
    """The server has said all of it at once."""
    _pieces: list[str] = field(default_factory=list)

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        self.length += len(piece)

    @property
    def text(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""


class GrowingTexts:
    """The texts of one answer in the order they began; a blank line goes between those of different items."""

    def __init__(self, *, are_paragraphs: bool = False) -> None:
        """`are_paragraphs`: a blank line goes between the texts of one item as well."""
        self.length = 0
        """Characters that were passed on."""
        self._are_paragraphs = are_paragraphs
        self._by_key: dict[Key, GrowingText] = {}
        self._now: Key | None = None
        self._last: GrowingText | None = None

    def goes_on(self, key: Key, piece: str) -> bool:
        """Add a piece, if it belongs to the text that is growing: nearly all do, and this costs next to nothing."""
        if key != self._now or self._last is None:
            return False
        self._last.add(piece)
        self.length += len(piece)
        return True

    def piece(self, key: Key, piece: str) -> str:
        """Add a piece; returns what to pass on, which may begin with a blank line."""
        if not piece or self.goes_on(key, piece):
            return piece
        text = self._by_key.get(key)
        gap = self._begin(key) if text is None else ""
        self._last, self._now = self._by_key[key], key
        self.goes_on(key, piece)
        return gap + piece

    def whole(self, key: Key, whole: str) -> str:
        """Take in what a text is as a whole; returns what of it was not passed on yet."""
        text = self._by_key.get(key)
        if not whole:
            return ""
        if text is not None and whole.startswith(text.text):
            return self._rest(key, text, whole)
        if self._is_known(whole) or (text is not None and not text.is_whole):
            return ""
        if text is None and self._now is not None and self._last is not None and whole.startswith(self._last.text):
            return self._rest(self._now, self._last, whole)
        gap = self._begin(key)
        self._by_key[key].is_whole = True
        return gap + self.piece(key, whole)

    def at(self, key: Key) -> GrowingText | None:
        """The text with a key; the last one where none has it."""
        return self._by_key.get(key, self._last)

    def _rest(self, key: Key, text: GrowingText, whole: str) -> str:
        text.is_whole = True
        rest = whole[text.length :]
        # What follows another text cannot be put before it any more.
        return self.piece(key, rest) if text is self._last else ""

    def _is_known(self, whole: str) -> bool:
        """Whether a text came under another number, or is the end of one that came in pieces."""
        return any(
            whole == known.text or (not known.is_whole and whole in known.text) for known in self._by_key.values()
        )

    def _begin(self, key: Key) -> str:
        gap = ""
        if self._now is not None and self._last is not None and (self._are_paragraphs or self._now[0] != key[0]):
            end = self._last.text[-2:]
            gap = "\n\n"[len(end) - len(end.rstrip("\n")) :]
        self.length += len(gap)
        self._last = self._by_key[key] = GrowingText(self.length)
        self._now = key
        return gap
