"""Counts the cells of one character as a terminal was measured to count them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import category, combining

from wcwidth import wcswidth, wcwidth

from textchat.render.cells.samples import ALIKE, STANDARD, Sample

_JOINER, _EMOJI_STYLE, _TEXT_STYLE = "\u200d", "\ufe0f", "\ufe0e"
_STYLED = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_VIRAMA = 9
"""The combining class of the signs that join a letter to the next one."""


class Counting:
    """The cells of characters in a terminal that draws the samples in `cells`; the others as `STANDARD` says."""

    def __init__(self, cells: Mapping[Sample, int]) -> None:
        self._of = {**STANDARD, **cells}
        self.joins_letters = self._of[Sample.JOINED_LETTERS] == 1
        """Whether a joiner makes one character of whatever stands beside it."""
        self._alike = [(pattern, self._of[sample]) for sample, pattern in ALIKE.items()]

    def cells(self, text: str) -> int:
        """The cells of what is drawn as one character."""
        if len(text) == 1:
            return self._alone(text)
        if _FLAG.match(text):
            return self._of[Sample.FLAG]
        is_letter = category(text[0])[0] == "L"
        if _STYLED.search(text) or (_JOINER in text and not is_letter):
            return self._of_emoji(text)
        if _JOINER in text:
            text = re.sub(_JOINER + "." if self.joins_letters else _JOINER, "", text)
        return self._of_letters(text)

    def _alone(self, character: str) -> int:
        for pattern, cells in self._alike:
            if pattern.match(character):
                return cells
        # wcwidth counts a spacing mark with its letter, and nothing for one that begins a character of its own:
        # Burmese vowels do (UAX 29 leaves them out of the letter's character).
        return 1 if category(character) == "Mc" else max(0, wcwidth(character))

    def _of_letters(self, text: str) -> int:
        first = self._alone(text[0])
        most = self._of[Sample.CONJUNCT]
        if most == 1:
            return first or max(map(self._alone, text))
        total, joins = first, False
        for character in text[1:]:
            is_mark = category(character) == "Mc"
            total += self._of[Sample.MARK] - 1 if is_mark else self._alone(character)
            joins = joins or is_mark or combining(character) == _VIRAMA
        return max(first, min(total, most)) if joins and most == 2 else total

    def _of_emoji(self, text: str) -> int:
        total = last = 0
        base = ""
        is_joined = skips = False
        for character in text:
            if skips:
                skips = False
            elif character == _JOINER:
                if self.joins_letters or self._of[Sample.JOINED] == 2:
                    is_joined = skips = True
                else:
                    total += max(0, self._of[Sample.JOINED] - 8) // 3
                    base = ""
            elif is_joined and character == _EMOJI_STYLE:
                total = max(total, self._of[Sample.EMOJI_STYLE])  # a narrow runner, and a sign of her sex
            elif base and _STYLED.match(character):
                by = self._restyled(base, last, character)
                total, last = total + by, last + by
            elif cells := self._alone(character):
                total, last, base = total + cells, cells, character
        return total

    def _restyled(self, base: str, cells: int, by: str) -> int:
        """How many cells a skin tone or a selector of its style adds to the sign `base`."""
        if _TONE.match(by):
            if base.isascii() or category(base)[0] == "L":
                return self._alone(by)
            return self._of[Sample.TONE] - 2 if cells == 2 else self._of[Sample.NARROW_TONE] - 1
        if wcswidth(base + by) == wcwidth(base):
            return 0
        if by == _TEXT_STYLE:
            return self._of[Sample.TEXT_STYLE] - 2
        return self._of[Sample.KEYCAP if base.isascii() else Sample.EMOJI_STYLE] - 1
