"""The source of a formula and the place in it up to which it was read."""

from __future__ import annotations

import re

from textchat.render.markdown.maths import symbols

_BLANKS = re.compile(r"[\s~]*")
_ROW_GAP = re.compile(r"\*?\s*(?:\[-?(?:[\d.]+\s*[a-z]{2}|[\d.]*\\[a-z]+)\])?")
r"""The space between two rows, such as `\\[4pt]`."""
_LENGTH = re.compile(r"\s*\{?-?[\d.]+\s*[a-z]{2}\}?\s*")
_NAME = re.compile(r"\s*\{([^{}]{0,200})(\})?")
_OPTION = re.compile(r"\s*\[([^\[\]]{0,200})\]")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_LETTER = re.compile(r"\{(\w)\}|(\w)")
_FACTOR = re.compile(r"(?:[\s~]|\\[,;:! ])*(?:([\^_'!])|[({]|[^\W_]|\\[|]|\\([A-Za-z]+))")
_LETTER_OR_SCRIPT = re.compile(r"[\^_'!({]|[^\W_]|\\(?!text|quad|qquad)[A-Za-z]")
_NO_FACTORS = """
right middle end text textrm textbf textit mathrm quad qquad tag label ldots cdots dots pmod bmod mod big Big bigg Bigg
bigr Bigr biggr Biggr vert Vert over choose atop nonumber notag hspace hline newline cr not
"""
_NO_FACTOR = frozenset((*_NO_FACTORS.split(), *symbols.RELATIONS, *symbols.BINARY, *symbols.CLOSING))


class Undrawable(Exception):
    """A formula that cannot be drawn whole, so that its source is shown as it stands."""


class FormulaSource:
    """Read from left to right, each part once."""

    def __init__(self, text: str, is_growing: bool) -> None:
        self.is_growing = is_growing
        """Whether the formula may end anywhere, since more of it will come."""
        self._text = text
        self._place = 0

    @property
    def is_at_end(self) -> bool:
        return self._place >= len(self._text)

    def next(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what matches here."""
        found = pattern.match(self._text, self._place)
        if found:
            self._place = found.end()
        return found

    def take(self, text: str) -> bool:
        """Skip `text` if it is next."""
        if not self._text.startswith(text, self._place):
            return False
        self._place += len(text)
        return True

    def skip_blanks(self) -> None:
        self.next(_BLANKS)

    def skip_row_gap(self) -> None:
        self.next(_ROW_GAP)

    def skip_length(self) -> None:
        """Skip a length such as `-3mu` or `{1em}`."""
        self.next(_LENGTH)

    def character(self) -> str:
        """The next character, which stays next."""
        return self._text[self._place : self._place + 1]

    def letter(self) -> str | None:
        """The letter that an accent stands on."""
        found = self.next(_LETTER)
        return (found[1] or found[2]) if found else None

    def name_argument(self) -> str:
        """An argument in braces that is a name: of a colour, a label, an environment."""
        start = self._place
        found = self.next(_NAME)
        is_open = found is None or found[2] is None
        if is_open and not (self.is_growing and self.is_at_end):
            self._place = start
            raise Undrawable
        return found[1].strip() if found else ""

    def raw_argument(self) -> str:
        """An argument in braces as its source."""
        self.skip_blanks()
        start, open_braces = self._place + 1, 0
        for brace in _BRACE.finditer(self._text, self._place):
            open_braces += (brace.group() == "{") - (brace.group() == "}")
            if open_braces <= 0:
                self._place = brace.end()
                return self._text[start : brace.start()]
        if not self.is_growing:
            raise Undrawable
        self._place = len(self._text)
        return self._text[start:]

    def option(self) -> str | None:
        """The source of the option in brackets behind a command; None if there is none."""
        found = self.next(_OPTION)
        return found[1] if found else None

    def is_brace_next(self) -> bool:
        return self._text.startswith("{", self._after_blanks())

    def is_script_next(self) -> bool:
        """Whether a power or an index of what was just read follows."""
        return self._text.startswith(("^", "_"), self._after_blanks())

    def is_factor_next(self) -> bool:
        """Whether what follows would appear to belong to the denominator of the fraction before it."""
        found = _FACTOR.match(self._text, self._place)
        return found is not None and found[2] not in _NO_FACTOR

    def is_letter_next(self) -> bool:
        """Whether what follows directly would appear to belong to the root before it."""
        return _LETTER_OR_SCRIPT.match(self._text, self._place) is not None

    def _after_blanks(self) -> int:
        found = _BLANKS.match(self._text, self._place)
        return found.end() if found else self._place
