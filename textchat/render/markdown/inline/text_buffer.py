"""A growing string kept in pages: appending and slicing cost the same at any length."""

from __future__ import annotations

_PAGE = 8_192


class TextBuffer:
    """A string that supports appending, truncating and slicing."""

    __slots__ = ("_full", "_last")

    def __init__(self) -> None:
        self._full: list[str] = []
        self._last = ""

    def __len__(self) -> int:
        return len(self._full) * _PAGE + len(self._last)

    def __str__(self) -> str:
        return "".join((*self._full, self._last))

    def add(self, text: str) -> None:
        """Append text."""
        text = self._last + text
        start = 0
        while len(text) - start >= _PAGE:
            self._full.append(text[start : start + _PAGE])
            start += _PAGE
        self._last = text[start:] if start else text

    def cut(self, length: int) -> None:
        """Truncate to `length` characters."""
        while length < len(self._full) * _PAGE:
            self._last = self._full.pop()
        self._last = self._last[: length - len(self._full) * _PAGE]

    def slice(self, start: int, end: int) -> str:
        """The characters [start, end), both from 0 to the length."""
        base = len(self._full) * _PAGE
        if start >= base:
            return self._last[start - base : end - base]
        first, last = start // _PAGE, min(end // _PAGE, len(self._full))
        text = "".join((*self._full[first : last + 1], self._last if last == len(self._full) else ""))
        return text[start - first * _PAGE : end - first * _PAGE]
