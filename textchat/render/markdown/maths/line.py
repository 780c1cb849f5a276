"""One row of a formula while it is drawn: its text, with the blanks that its signs need."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from textchat.render.markdown.maths.scripts import Script

QUAD = "\u2003"
"""A wide blank, which is drawn as two."""
_OPENING = "([{⟨⌊⌈"
_OPERAND_ENDS = ")]}'′!‖|⟩⌋⌉°∞*†∅⁺⁻⁾₊₋₎…⋯%"
_WORDLIKE = "√∂∇∑∏∫∮∬∭∞⟨⌊⌈"
"""What needs a blank behind a function, as a letter does."""
_PREFIX = re.compile("(?:[∂∇][²³ⁿ]?|¬) $")
_JOINED = "([{∂∇¬∀∃"
_TIGHT = ")]},;.:!⟩⌋⌉"
"""What stands without a blank behind a relation."""
_LIMITS = frozenset({"lim", "limsup", "liminf", "max", "min", "sup", "inf", "argmax", "argmin", "arg max", "arg min"})


class _Gap(Enum):
    """Where a blank is needed before the next text."""

    NOWHERE = 0
    BEFORE_WORDS = 1
    BEFORE_ALL = 2
    SWALLOWED = 3
    """Not even where the source has one."""


class Line:
    """The text of a row; in scripts, signs stand without blanks."""

    def __init__(self, is_script: bool) -> None:
        self.after_function = False
        """Whether what comes next is the argument of a function."""
        self._after_operator = False
        self._is_script = is_script
        self._parts: list[str] = []
        self._gap = _Gap.NOWHERE
        self._holds_blank = False

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def last(self) -> str:
        """The last character, or nothing."""
        return self._parts[-1][-1] if self._parts else ""

    @property
    def ends_in_factor(self) -> bool:
        """Whether a digit would run together with what is there."""
        last = self.last
        return not self._after_operator and last != "" and (_is_letter(last) or last in ")]'′!°∞")

    def add(self, text: str) -> None:
        """Add a sign, a word or something that is already drawn."""
        self.after_function = self._after_operator = self._holds_blank = False
        if not text:
            return
        if text[0] == " " or self._is_behind_prefix(text):
            self._drop_blank()
        first = text[0]
        if (self._gap is _Gap.BEFORE_WORDS and (first.isalnum() or first in _WORDLIKE)) or (
            self._gap is _Gap.BEFORE_ALL and first not in _TIGHT
        ):
            self.add_blank()
        self._gap = _Gap.NOWHERE
        self._parts.append(text)

    def add_relation(self, sign: str) -> None:
        """Add a relation or an arrow, between blanks; in a script between such as the source has before it."""
        is_loose = self.last in (" ", QUAD)
        if self._is_script and not is_loose:
            self.add(sign)
            self._gap = _Gap.SWALLOWED
            return
        if self.last not in _OPENING and self._gap is not _Gap.SWALLOWED:
            self.add_blank()
        self.add(sign)
        self._gap = _Gap.BEFORE_ALL

    def add_binary(self, sign: str) -> None:
        """Add an operator: between blanks if something is before it."""
        if self._ends_in_operand():
            self.add_relation(sign)
        else:
            self.add(sign)

    def add_function(self, name: str) -> None:
        """Add what applies to that which follows it."""
        if self.ends_in_factor:
            self.add_blank()
        self.add(name)
        if not name:
            return
        is_named = name[-1].isalpha()
        self._gap = _Gap.BEFORE_WORDS if is_named else _Gap.BEFORE_ALL
        self.after_function = is_named and name not in _LIMITS
        self._after_operator = True

    def add_script(self, script: Script) -> None:
        """Add a power or an index to what is there; a loose one must not run together with what follows."""
        if not self._holds_blank and (self._after_operator or self._ends_in_operand()):
            self._drop_blank()
        if script.text:
            self._parts.append(script.text)
        if self._after_operator and not self.after_function:
            self._gap = _Gap.BEFORE_ALL
        elif script.is_loose:
            self._gap = _Gap.BEFORE_WORDS

    def begin_with_blank(self) -> None:
        """Add a blank of words, which is drawn before the first of them as well."""
        if not self._parts:
            self._parts.append(" ")

    def add_blank(self) -> None:
        if self._parts and self.last not in (" ", QUAD) and self._gap is not _Gap.SWALLOWED:
            self._parts.append(" ")
            self._gap = _Gap.NOWHERE

    def add_quad(self) -> None:
        self._parts.append(QUAD)
        self._gap = _Gap.NOWHERE

    def hold_blank(self) -> None:
        """Put a blank before the next script, which belongs to what follows it."""
        if self.ends_in_factor:
            self.add_blank()
        self._holds_blank = True

    def join(self) -> None:
        """Let what comes next stand directly behind what is there."""
        self._gap = _Gap.SWALLOWED

    def close(self, bracket: str) -> None:
        """Add a right bracket, with no blank before it; it may be none."""
        if not self._holds_blank:
            self._drop_blank()
        self._gap = _Gap.NOWHERE
        self.add(bracket)

    def _ends_in_operand(self) -> bool:
        """Whether there is something that an operator or a script can apply to."""
        last = "".join(self._parts[-2:]).rstrip()[-1:]
        return last != "" and (_is_letter(last) or last in _OPERAND_ENDS)

    def _is_behind_prefix(self, text: str) -> bool:
        """Whether `text` is one letter or a bracket, and what is there ends with a sign that applies to that: `∂ f`."""
        is_joined = (text[0].isalnum() and not text[1:2].isalpha()) or text[0] in _JOINED
        return is_joined and self.last == " " and _PREFIX.search("".join(self._parts[-3:])) is not None

    def _drop_blank(self) -> None:
        if self.last == " ":
            self._parts[-1] = self._parts[-1][:-1]
            if not self._parts[-1]:
                self._parts.pop()

    def replace(self, text: str) -> None:
        """Put `text` in place of all that is there."""
        self._parts.clear()
        self.add(text)


def _is_letter(sign: str) -> bool:
    """Whether a sign is a letter, a digit or a mark on one."""
    return sign.isalnum() or unicodedata.combining(sign) != 0
