"""Colours one long line of code piece by piece, so that its end costs the same at any length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textchat.render.markdown.code.open_constructs import Constructs

if TYPE_CHECKING:
    from pygments.lexer import Lexer

TokenStart = tuple[int, tuple[str, ...]]
"""The index in its line where a token begins, and its kind as Pygments names it: ("Literal", "String")."""

_PIECE, _AHEAD = 120, 80
"""Characters of a piece, and how many more are read to tell what they mean."""
_LEAST = 20
LONG = 400
"""Characters of a line that is coloured by itself, in pieces."""
_STRING = ("Literal", "String")
_ENDS = {sign: re.compile(rf"(?:\\.|[^\\{sign}])*{sign}") for sign in "\"'`"}


class LongLine:
    """A line that may grow. A piece is settled when enough has come behind it, and never read again."""

    __slots__ = ("_constructs", "_lexer", "_opener", "_quote", "_settled", "_start")

    def __init__(self, lexer: Lexer, constructs: Constructs | None, opener: str) -> None:
        self._lexer = lexer
        self._constructs = constructs
        self._opener = opener
        """What is open where the next piece begins."""
        self._quote = ""
        """The sign of the string that is open there."""
        self._start = 0
        self._settled: list[TokenStart] = []

    def tokens(self, text: str) -> list[TokenStart]:
        """The tokens of the line, of which `text` has come."""
        while len(text) - self._start >= _PIECE + _AHEAD:
            if self._quote and not self._end_string(text):
                return [*self._settled, (self._start, _STRING)]
            if not self._quote and len(text) - self._start >= _PIECE + _AHEAD:
                self._settle(text)
        if self._quote and not self._end_string(text):
            return [*self._settled, (self._start, _STRING)]
        return self._settled + [(self._start + at, kind) for at, kind in self._lexed(text[self._start :])]

    def _end_string(self, text: str) -> bool:
        """Settle the rest of the open string, if its end has come."""
        end = _ENDS[self._quote].match(text, self._start)
        if end is None:
            return False
        self._settled.append((self._start, _STRING))
        self._start, self._quote = end.end(), ""
        return True

    def _settle(self, text: str) -> None:
        """Settle one piece: up to a token outside of strings and comments, or to the string that has no end."""
        piece = text[self._start : self._start + _PIECE + _AHEAD]
        tokens = self._lexed(piece)
        limit = next((at for at, kind in tokens if kind[:1] == ("Error",) and piece[at] in _ENDS), len(piece))
        cut = next(
            (at for at, kind in reversed(tokens) if _LEAST < at <= min(_PIECE, limit) and not _encloses(kind)), 0
        )
        if (limit < _PIECE and limit - cut < _LEAST) or (not cut and limit < len(piece)):
            cut, self._quote = limit + 1, piece[limit]
        cut = cut or _PIECE
        self._settled += [(self._start + at, kind) for at, kind in tokens if at < cut]
        if self._constructs:
            self._opener = self._constructs.behind(piece[:cut], self._opener)
        else:
            self._opener = ""
        self._start += cut

    def _lexed(self, text: str) -> list[TokenStart]:
        """The tokens of a part of the line, in which nothing but `_opener` is open."""
        inner = self._constructs.behind(text, self._opener) if self._constructs else ""
        closer = self._constructs.closers[inner] if self._constructs and inner else ""
        tokens: list[TokenStart] = []
        before = len(self._opener)
        for at, kind, value in self._lexer.get_tokens_unprocessed(f"{self._opener}{text}{closer}\n"):
            if at - before >= len(text):
                break
            if at - before + len(value) > 0:
                tokens.append((max(at - before, 0), tuple(kind)))
        return tokens


def _encloses(kind: tuple[str, ...]) -> bool:
    return kind[:2] == _STRING or kind[:1] == ("Comment",)
