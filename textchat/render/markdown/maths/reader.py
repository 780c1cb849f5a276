"""Reads a TeX formula in one pass; what lies deeper than 30 levels is not drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto

from textchat.render.markdown.maths import symbols
from textchat.render.markdown.maths.brackets import Brackets
from textchat.render.markdown.maths.commands import COMMANDS, IGNORED, INFIX
from textchat.render.markdown.maths.factors import as_base, is_factor
from textchat.render.markdown.maths.line import QUAD, Line
from textchat.render.markdown.maths.marks import accented
from textchat.render.markdown.maths.rows import Rows, joined
from textchat.render.markdown.maths.scripts import Script, scripted
from textchat.render.markdown.maths.source import FormulaSource, Undrawable

_COMMANDS = r"(?P<blank>[\s~]+)|\\(?P<command>[A-Za-z]+)|\\(?P<sign>.)|"
_MATHS = re.compile(_COMMANDS + r"(?P<other>[\\^_{}&$])|[^\\^_{}&$~\s]+", re.DOTALL)
_TEXT = re.compile(_COMMANDS + r"(?P<other>[\\{}$])|[^\\{}$~\s]+", re.DOTALL)
_SPACES = frozenset(",;:> ")
_NOTHING = frozenset("/-*@()[]")
"""Signs that draw nothing: where a line may be broken, and the delimiters of formulas in text."""
_DEEPEST = 30


class End(Enum):
    """What ended a row."""

    BRACE = auto()
    CELL = auto()
    ROW = auto()
    ENVIRONMENT = auto()
    TEXT = auto()


class FormulaReader:
    """Reads rows, groups and arguments; what the commands mean is in `commands`."""

    def __init__(self, formula: str, is_growing: bool, depth: int = 0) -> None:
        self.source = FormulaSource(formula, is_growing)
        self.brackets = Brackets()
        self.is_flat = depth > 0
        """Whether this is within something that stands on one line."""
        self._depth = depth
        self._is_script = False
        self._is_text = False

    def read(self) -> str:
        """The whole formula."""
        rows = self.read_rows(End.TEXT)
        if self.is_flat:
            return joined(rows)
        lines = (joined([row]).rstrip(" " + QUAD) for row in rows)
        # A table of several lines may begin with an empty cell.
        return "\n".join(line if "\n" in line else line.lstrip(" " + QUAD) for line in lines if line)

    # Rows and groups

    def read_rows(self, closer: End) -> Rows:
        """Rows of cells up to what closes them."""
        rows: Rows = [[]]
        while True:
            text, end = self._read_row()
            rows[-1].append(text)
            if end is End.ROW:
                rows.append([])
            elif end is not End.CELL:
                break
        if end is not closer and not (end is End.TEXT and self.source.is_growing):
            raise Undrawable
        return rows

    def _read_row(self) -> tuple[str, End]:
        with self._deeper():
            line = Line(self._is_script)
            while (end := self._read_one(line)) is None:
                pass
        return line.text, end

    def _read_one(self, line: Line) -> End | None:
        token = self.source.next(_TEXT if self._is_text else _MATHS)
        if token is None:
            return End.TEXT
        match token.lastgroup:
            case "blank":
                if self._is_text:
                    line.begin_with_blank()
                line.add_blank()
            case "command":
                return self._read_command(line, token["command"])
            case "sign":
                return self._read_sign(line, token["sign"])
            case "other":
                return self._read_other(line, token["other"])
            case _:
                line.add(token.group())
        return None

    def _read_other(self, line: Line, sign: str) -> End | None:
        match sign:
            case "}":
                return End.BRACE
            case "&":
                return End.CELL
            case "{":
                self._add_group(line)
            case "$" if self._depth > 1:
                self._is_text = not self._is_text  # a formula within words
            case "$":
                line.add("$")
            case "^" | "_":
                line.add_script(self.script(sign))
                if self.source.character() == sign:
                    raise Undrawable  # a power of a power without braces means nothing in TeX either
            case _:
                raise Undrawable  # a backslash with nothing behind it
        return None

    def _add_group(self, line: Line) -> None:
        with self._within(is_text=self._is_text, is_script=self._is_script):
            text = joined(self.read_rows(End.BRACE))
        line.add(self.as_part(text, line))
        if not text and self.source.is_script_next():
            line.hold_blank()  # of what follows the script: 2 {}^{14}C is no 2¹⁴C

    def _read_sign(self, line: Line, sign: str) -> End | None:
        if sign in ("\\", "\n"):
            self.source.skip_row_gap()
            return End.ROW
        if self._is_text and (accent := accented(sign, self.source)):
            line.add(accent)
        elif sign == "|":
            line.add("‖")
        elif sign == "!":
            line.join()
        elif sign in _SPACES:
            line.add_blank()
        elif sign in "{}$%&#_":
            line.add(sign)
        elif sign not in _NOTHING:
            line.add("\\" + sign)
        return None

    def _read_command(self, line: Line, name: str) -> End | None:
        if name == "end":
            return End.ENVIRONMENT
        if name in ("cr", "newline", "tabularnewline"):
            return End.ROW
        if name in INFIX:
            above = line.text.strip()
            below, end = self._read_row()
            line.replace(INFIX[name](above, below.strip()))
            return end
        if command := COMMANDS.get(name):
            command(self, line, name)
        elif name in IGNORED:
            self.source.skip_blanks()
        elif not _add_sign(line, name):
            self._add_unknown(line, name)
        return None

    def _add_unknown(self, line: Line, name: str) -> None:
        r"""A command that is not known, with its arguments in their braces."""
        line.add("\\" + name)
        while True:
            if self.source.character() == "{":
                line.add("{" + self.argument() + "}")
            elif (option := self.option()) is not None:
                line.add(f"[{option}]")
            else:
                return

    def as_part(self, text: str, line: Line) -> str:
        """A group as it is drawn: in parentheses where what is around it would tear it apart."""
        if self.source.is_script_next():
            return as_base(text)
        is_torn = "/" in text and (line.ends_in_factor or self.source.is_factor_next())
        return f"({text})" if is_torn and not is_factor(text) else text

    # What commands apply to

    def argument(self) -> str:
        """The argument of a command: a group, a command or a single character."""
        with self._within(is_text=self._is_text, is_script=False):
            return self._argument()

    def script(self, sign: str) -> Script:
        """A power or an index, in which signs stand without blanks."""
        with self._within(is_text=self._is_text, is_script=True):
            return scripted(sign, self._argument())

    def label(self) -> str:
        """An argument in which signs stand without blanks, as in a script."""
        with self._within(is_text=self._is_text, is_script=True):
            return self._argument()

    def text_argument(self) -> str:
        """The argument of a command for words, in which only backslashes, braces and dollars are signs."""
        with self._within(is_text=True, is_script=False):
            return self._argument()

    def stacked_argument(self) -> str:
        """An argument of several lines, which are parted by commas."""
        if not self.source.is_brace_next():
            return self.argument()
        self.source.skip_blanks()
        self.source.take("{")
        with self._within(is_text=False, is_script=True):
            return joined(self.read_rows(End.BRACE), ", ")

    def option(self) -> str | None:
        """The option in brackets behind a command; None if there is none."""
        option = self.source.option()
        return None if option is None else self.drawn(option, is_script=True)

    def drawn(self, formula: str, *, is_script: bool = False) -> str:
        """Another formula, on one line."""
        reader = FormulaReader(formula, self.source.is_growing, self._depth)
        reader._is_script = is_script
        return reader.read().strip()

    def environment_rows(self, name: str, *, is_flat: bool) -> Rows:
        """The rows of an environment, up to the name at its end."""
        with self._within(is_text=False, is_script=False, is_flat=is_flat):
            rows = self.read_rows(End.ENVIRONMENT)
        if self.source.name_argument().rstrip("*") != name and not self.source.is_growing:
            raise Undrawable
        return rows

    def _argument(self) -> str:
        self.source.skip_blanks()
        first = self.source.character()
        if self.source.take("{"):
            return joined(self.read_rows(End.BRACE))
        if first == "\\":
            return self._one_command()
        if not first and self.source.is_growing:
            return ""
        if first in ("", "}", "&", "^", "_"):
            raise Undrawable
        self.source.take(first)
        return first

    def _one_command(self) -> str:
        with self._deeper():
            line = Line(self._is_script)
            if self._read_one(line) is not None and not self.source.is_growing:
                raise Undrawable
        return line.text

    # Where it is

    @contextmanager
    def _within(self, *, is_text: bool, is_script: bool, is_flat: bool = True) -> Iterator[None]:
        """Within words, a script or one line."""
        before = self._is_text, self._is_script, self.is_flat
        self._is_text, self._is_script, self.is_flat = is_text, is_script, is_flat
        yield
        self._is_text, self._is_script, self.is_flat = before

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Undrawable
        yield
        self._depth -= 1


def _add_sign(line: Line, name: str) -> bool:
    """Add the characters of a command without arguments, if they are known."""
    if sign := symbols.CLOSING.get(name):
        line.close(sign)
    elif sign := symbols.OPENING.get(name):
        line.add(sign)
        line.join()
    elif sign := symbols.SIGNS.get(name):
        line.add(sign)
    elif sign := symbols.RELATIONS.get(name):
        line.add_relation(sign)
    elif sign := symbols.BINARY.get(name):
        line.add_binary(sign)
    elif (
        sign := symbols.LARGE.get(name) or symbols.LONG_NAMES.get(name) or (name if name in symbols.FUNCTIONS else None)
    ):
        line.add_function(sign)
    else:
        return False
    return True
