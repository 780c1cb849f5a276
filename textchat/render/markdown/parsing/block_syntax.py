"""Patterns of block syntax in one line of Markdown, and whether an incomplete line is enough to tell them apart.

The syntax is CommonMark's (https://spec.commonmark.org/0.31.2/) with GFM's tables and task lists
(https://github.github.com/gfm/), where they differ as markdown-it reads them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from textchat.render.markdown.parsing.formula_syntax import is_half_opener

RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
HEADING_END = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")
MARKER = re.compile(r"(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)")
FOOTNOTE = re.compile(r"\[\^[^\s\[\]\x00-\x1f\x7f-\x9f]{1,30}\]:")
FOOTNOTE_INDENT = 4
"""Columns by which the further lines of a footnote are indented, as in GFM."""
_HALF_FOOTNOTE = re.compile(r"\[\^[^\s\[\]]{0,30}\]?$")
ALERT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*", re.IGNORECASE)
"""The first line of a quote that GitHub draws as an alert."""
_HALF_ALERT = re.compile(r"\[![A-Za-z]{0,9}(?:\][ \t]*)?$")
TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")

_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|"
    "main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|"
    "title|tr|track|ul"
)
_ATTRIBUTE = r"\s+[a-zA-Z_:][a-zA-Z0-9:._-]*(?:\s*=\s*(?:[^\"'=<>`\x00-\x20]+|'[^']*'|\"[^\"]*\"))?"


class HtmlSyntax(NamedTuple):
    """One of the seven kinds of HTML block (https://spec.commonmark.org/0.31.2/#html-blocks)."""

    beginning: re.Pattern[str]
    end: re.Pattern[str] | None
    """What a line holds that ends the block; None: an empty line ends it."""
    can_interrupt: bool = True
    """Whether it can interrupt a paragraph."""


_LONE_TAG = HtmlSyntax(
    re.compile(rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)\s*$"), None, False
)
"""A complete tag alone on its line."""
_HTML = (
    HtmlSyntax(
        re.compile(r"<(?:script|pre|style|textarea)(?=[\s>]|$)", re.I),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I),
    ),
    HtmlSyntax(re.compile(r"<!--"), re.compile(r"-->")),
    HtmlSyntax(re.compile(r"<\?"), re.compile(r"\?>")),
    HtmlSyntax(re.compile(r"<![A-Z]", re.I), re.compile(r">")),
    HtmlSyntax(re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    HtmlSyntax(re.compile(rf"</?(?:{_TAGS})(?=\s|/?>|$)", re.I), None),
    _LONE_TAG,
)


def html_syntax(rest: str, is_in_paragraph: bool) -> HtmlSyntax | None:
    """The kind of HTML block that `rest` begins."""
    for syntax in _HTML:
        if syntax.beginning.match(rest) and (syntax.can_interrupt or not is_in_paragraph):
            return syntax
    return None


def is_undecided(rest: str, is_in_paragraph: bool, may_be_rule_of_table: bool) -> bool:
    """Whether an incomplete line that begins with `rest` may still become something else.

    `rest` begins with a character that is no blank. Once this says no, it says so for every continuation.
    """
    first = rest[0]
    match first:
        case "`":
            ticks = len(rest) - len(rest.lstrip("`"))
            return ticks == len(rest) or (ticks >= 3 and "`" not in rest[ticks:])
        case "~":
            return rest.startswith("~~~") or rest in ("~", "~~")
        case "#":
            return re.match(r"#{1,6}[ \t]*$", rest) is not None
        case "<":
            return _is_undecided_html(rest, is_in_paragraph)
        case "$" | "\\":
            return is_half_opener(rest)
        case "[":
            return re.match(r"\[(?:$|[ xX](?:$|\](?:$|[ \t]+$)))", rest) is not None or (
                (_HALF_FOOTNOTE.match(rest) or _HALF_ALERT.match(rest)) is not None
            )
        case "*" | "_" | "-" | "+" | "=" if not rest.strip(first + " \t"):
            return True
    if first.isdigit() and re.match(r"\d{1,9}(?:[.)][ \t]*)?$", rest):
        return True
    if first in "-+*" and re.match(r"[-+*][ \t]+$", rest):
        return True
    return may_be_rule_of_table and not rest.strip("|:- \t")


def _is_undecided_html(rest: str, is_in_paragraph: bool) -> bool:
    if len(rest) == 1:
        return True
    if not re.match(r"<[A-Za-z/!?]", rest):
        return False
    syntax = html_syntax(rest + "\n", is_in_paragraph)
    if syntax not in (None, _LONE_TAG) and html_syntax(rest + "x", is_in_paragraph) is syntax:
        return False
    if re.match(r"</?[A-Za-z][A-Za-z0-9-]*/?$|</?$|<!(?:-|\[[A-Z]{0,5})?$", rest):
        return True
    # A complete tag alone on its line, outside of a paragraph: only the end of the line tells.
    lone = re.match(rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)", rest)
    return not is_in_paragraph and not (lone and rest[lone.end() :].strip())


_BLANKS = (" ", "\t")
_SPACES = re.compile(" +")


class Cursor(NamedTuple):
    """A position in a line, as an index and a column."""

    place: int = 0
    column: int = 0
    """Tab stops are four columns apart."""
    pad: int = 0
    """The columns that are left of the tab at `place`, where it was cut in two."""

    @property
    def content(self) -> int:
        """The index where the content begins: after a tab that was split."""
        return self.place + (self.pad > 0)

    def behind_blanks(self, line: str) -> Cursor:
        """The position of the next non-blank character of `line`."""
        place, column, _ = self
        if line[place : place + 1] not in _BLANKS:
            return self  # nearly always, and quickly
        if spaces := _SPACES.match(line, place):
            place, column = spaces.end(), column + spaces.end() - place
        while place < len(line) and line[place] in _BLANKS:
            column += 4 - column % 4 if line[place] == "\t" else 1
            place += 1
        return Cursor(place, column)

    def behind_columns(self, line: str, count: int) -> Cursor:
        """The position after at most `count` columns of blanks, which may be within a tab."""
        place, column, _ = self
        if count > 0 and line.startswith(" " * count, place):
            return Cursor(place + count, column + count)
        while count > 0 and place < len(line) and line[place] in _BLANKS:
            size = 4 - column % 4 if line[place] == "\t" else 1
            if size > count:
                return Cursor(place, column + count, size - count)
            place, column, count = place + 1, column + size, count - size
        return Cursor(place, column)

    def behind(self, length: int) -> Cursor:
        """The position after `length` characters other than tabs."""
        return Cursor(self.place + length, self.column + length)
