"""One line of Markdown by itself: what it could begin, and whether the part of it that has come is enough to tell.

The syntax is CommonMark's (https://spec.commonmark.org/0.31.2/) with GFM's tables and task lists
(https://github.github.com/gfm/), where they differ as markdown-it reads them.
"""

from __future__ import annotations

import re

FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
HEADING_END = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
UNDERLINE = re.compile(r"(=+|-+)[ \t]*$")
MARKER = re.compile(r"(?:([-+*])|(\d{1,9})([.)]))(?=[ \t]|$)")
TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")
FORMULA = re.compile(r"(\$\$|\\\[)[ \t]*(?:\\begin\{.*)?$")
"""A line that begins a formula of several lines."""
DELIMITERS = re.compile(r"(?:\||:?-|:)(?:[-:|]|(?<!^-)[ \t])[-:| \t]*$|\|$")

_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|"
    "main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|"
    "title|tr|track|ul"
)
_ATTRIBUTE = r"\s+[a-zA-Z_:][a-zA-Z0-9:._-]*(?:\s*=\s*(?:[^\"'=<>`\x00-\x20]+|'[^']*'|\"[^\"]*\"))?"
HTML: tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...] = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?=[\s>]|$)", re.I),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Z]", re.I), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(rf"</?(?:{_TAGS})(?=\s|/?>|$)", re.I), None),
    (re.compile(rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)\s*$"), None),
)
"""What begins a block of HTML, and what ends it; nothing: an empty line."""
LONE_TAG = 6
"""The index of the kind that cannot interrupt a paragraph: a complete tag alone on its line."""


def html_kind(rest: str, is_in_paragraph: bool) -> int | None:
    """Which kind of HTML block begins with `rest`."""
    for kind, (beginning, _) in enumerate(HTML):
        if beginning.match(rest) and not (kind == LONE_TAG and is_in_paragraph):
            return kind
    return None


def formula_behind(line: str, closer: str) -> str:
    """What closes the formula that is open behind a line, given what would have closed the one open before it."""
    if closer:
        return "" if closer in line else closer
    begun = FORMULA.match(line)
    closer = begun[1].replace("[", "]") if begun else ""
    return "" if closer in line[2:] else closer


def is_undecided(rest: str, is_in_paragraph: bool, may_be_rule_of_table: bool) -> bool:
    """Whether a line whose beginning is `rest` may yet become something else when more of it comes.

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
        case "[":
            return re.match(r"\[(?:$|[ xX](?:$|\](?:$|[ \t]+$)))", rest) is not None
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
    kind = html_kind(rest + "\n", is_in_paragraph)
    if kind is not None and kind != LONE_TAG and html_kind(rest + "x", is_in_paragraph) == kind:
        return False
    if re.match(r"</?[A-Za-z][A-Za-z0-9-]*/?$|</?$|<!(?:-|\[[A-Z]{0,5})?$", rest):
        return True
    # A complete tag alone on its line, outside of a paragraph: only the end of the line tells.
    lone = re.match(rf"(?:<[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?>|</[A-Za-z][A-Za-z0-9-]*\s*>)", rest)
    return not is_in_paragraph and not (lone and rest[lone.end() :].strip())


def columns_of(rule: str) -> list[str] | None:
    """The alignments that the line below a table's header gives its columns; None if it is no such line."""
    if not DELIMITERS.match(rule):
        return None
    cells = [cell.strip() for cell in rule.split("|")]
    alignments: list[str] = []
    for index, cell in enumerate(cells):
        if not cell and index in (0, len(cells) - 1):
            continue
        if not re.fullmatch(r":?-+:?", cell):
            return None
        ends = (cell[0] == ":", cell[-1] == ":")
        alignments.append({(True, True): "center", (False, True): "right", (True, False): "left"}.get(ends, ""))
    return alignments or None


def skip_blanks(line: str, place: int, column: int) -> tuple[int, int]:
    """Where the next character that is no blank stands: its place and its column."""
    while place < len(line) and line[place] in " \t":
        column += 4 - column % 4 if line[place] == "\t" else 1
        place += 1
    return place, column


def skip_columns(line: str, place: int, column: int, count: int) -> tuple[int, int, int]:
    """Skip `count` columns of blanks; returns place, column, and the columns left of a tab that was cut in two."""
    while count > 0 and place < len(line) and line[place] in " \t":
        size = 4 - column % 4 if line[place] == "\t" else 1
        if size > count:
            return place, column + count, size - count
        place, column, count = place + 1, column + size, count - size
    return place, column, 0
