"""Lays out JSON on lines of their own, also while it grows: white space outside of strings is all that changes."""

from __future__ import annotations

MOST_STEPS = 50
"""Deeper levels are not indented further: the spaces would grow with the square of the depth."""
_CLOSING = {"{": "}", "[": "]"}


class PrettyJson:
    """Lays out one text, piece by piece. What does not begin as an object or a list stays as it is."""

    def __init__(self) -> None:
        self._has_begun = self._is_over = False
        self._depth = 0
        self._in_string = self._is_escaped = False
        self._opened = ""
        """A bracket that nothing has followed yet: an empty pair stays together."""
        self._last = ""
        """The character before, if it is part of a number or a word."""
        self._has_gap = False

    def feed(self, text: str) -> str:
        """Lay out the next piece."""
        if not self._has_begun:
            if not text.strip():
                return text
            self._has_begun, self._is_over = True, text.lstrip()[0] not in _CLOSING
        if self._is_over:
            return text
        out: list[str] = []
        for place, sign in enumerate(text):
            if self._is_over:
                return "".join((*out, text[place:]))
            out.append(self._string(sign) if self._in_string else self._outside(sign))
        return "".join(out)

    def _string(self, sign: str) -> str:
        if self._is_escaped or sign == "\\":
            self._is_escaped = not self._is_escaped
        elif sign == '"':
            self._in_string = False
        return sign

    def _outside(self, sign: str) -> str:
        if sign in " \t\r\n":
            self._has_gap = True
            return ""
        gap = " " if self._has_gap and self._last and sign not in "{[]},:" else ""
        self._has_gap, self._last = False, "" if sign in "{[]},:" else sign
        opened, self._opened = self._opened, sign if sign in _CLOSING else ""
        if sign in "}]":
            return self._close(sign, is_empty=bool(opened))
        before = self._line() if opened else gap
        self._in_string = sign == '"'
        if sign in _CLOSING:
            self._depth += 1
        elif sign == ",":
            return f"{before},{self._line()}"
        return f"{before}{sign} " if sign == ":" else before + sign

    def _close(self, sign: str, *, is_empty: bool) -> str:
        self._depth -= 1
        self._is_over = self._depth <= 0
        return sign if is_empty else self._line() + sign

    def _line(self) -> str:
        return "\n" + "  " * min(self._depth, MOST_STEPS)


def pretty_json(text: str) -> str:
    """The whole of a JSON text on lines of their own; other texts stay as they are."""
    return PrettyJson().feed(text)
