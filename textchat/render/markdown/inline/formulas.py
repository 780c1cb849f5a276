r"""The rule for formulas within a paragraph: `\(…\)`, `\[…\]`, `$$…$$` and `$…$`, where they hold mathematics.

Brackets are escaped for other reasons as well (`arr\[0\]`, `\[INFO\]`, `\(optional\)`), and dollars are money and shell
variables. Brackets that are shown by mistake do little harm; brackets and dollars that vanish change what is said.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from textchat.render.markdown.maths import DOLLAR_REACH
from textchat.render.markdown.maths.symbols import FUNCTIONS

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_REACH = 4_000
"""Characters of the longest formula."""
_CLOSERS = {r"\(": r"\)", r"\[": r"\]", "$$": "$$", "$": "$"}
_DELIMITERS = re.compile(r"\\[\s\S]|\$")
_WORD_BEFORE = re.compile(r"[A-Za-z0-9\u00c0-\u024f\u0370-\u052f\]]")
"""What an opening bracket cannot stand behind; Chinese and Japanese put no blank before a formula."""
_FOREIGN = re.compile(r"`|\]\(|://|\*\*|~~|</?[A-Za-z]+[ />]|[A-Za-z]:\\")
"""Code, links, emphasis, tags and paths of Windows."""
_COMMAND = re.compile(r"\\(?:[A-Za-z]{2,}|[{},;!])|(?<![A-Za-z_)\]])\\\|(?=\S)")
r"""A single letter behind a backslash is rather a regular expression, and so is `a\|b`."""
_TEX = re.compile(r"\\[A-Za-z]|\^")
_POWER = re.compile(r"(?<=[\w)\]}|'′!])\s?\^(?:\w|\s?[\d({\\*+\-'′])|\^\{|\^\\circ")
_INDEX = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z]_[A-Za-z0-9\\(]|(?<![A-Za-z])[A-Z]{2}_\d|[)\]}|']_\w|_\{")
_SNAKE_CASE = re.compile(r"[^\W\d_]{2}_[^\W\d_]|_[^\W\d_]{2}")
"""The name of a variable in code."""
_ARGUMENTS = re.compile(r"\\[A-Za-z]+\*?(?:\{[^{}]*\})?|\{[^{}]*\}")
_OPEN_WORDS = re.compile(r"\\(?:text|textrm|textbf|mbox)\{[^{}]*$")
_DOLLARS_IN_WORDS = 4
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS_SIDE_BY_SIDE = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})\s+(?=([^\W\d_]{3,}))")
_WORD_AMONG_OTHERS = re.compile(r"(?<=\w)[,.]?\s+([^\W\d_]{2,})(?![^\W\d_])|(?<![^\W\d_])([^\W\d_]{2,})[,.]?\s+(?=\w)")
_SIGN = re.compile(r"[\^_={}+*/<>|]|[^\W\d_]'{0,3}\(|[±×÷·≤≥≠≈∈→∞√∑∫]")
_USUAL = re.compile(r"[\w\s+\-*/=<>|()\[\]{},.:;'!%^\u00ac\u00b0-\u00b1\u00b7\u00d7\u00f7\u2032-\u2040\u2070-\u2aff]*")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
_WORDS_IN_LINE = re.compile(r"([^\W\d_]{2,})[,.;:]?\s+(?=([^\W\d_]{2,}))")
_BRACKETS = re.compile(r"[()\[\]{}]")
_INTERVAL = re.compile(r"(?:.*[\s=∈])?[\[\](][^()\[\]{}]*[,;][^()\[\]{}]*[)\[\]]")
"""With brackets that may face away from it: `]0, 1[`, `[0, 1)`."""
_NO_MATHS = re.compile(r"(?<![\w)\]}'′|])'|\^\s+[^\W\d_]{2}")
_GOES_ON = re.compile(r"[\d+\-/=,.<>*|)\]]")
_WORD_BEHIND = re.compile(r"[^\W\d_]+")
_ENDINGS = frozenset(("th", "st", "nd", "rd", "s", "es", "D", "NN", "te", "ten", "ter", "tes", "tem", "er"))
"""What stands directly behind a formula: `$n$th`, `$k$NN`; other letters are rather those of a variable's name."""
_LONGEST_ENDING = max(map(len, _ENDINGS))
_VALUE = re.compile(r"\|[^|]+\|")
_OPERATOR_AT_END = re.compile(r"[+\-*/=<>|:;,.#&@\"_]$")
_NO_FORMULA_IN_BRACKETS = re.compile(
    r"""[<>=~!]           # a version: >= 0.14.2
    |-{1,2}[A-Za-z]       # an option
    |[A-Za-z]/[A-Za-z]$   # y/n
    |\d+-?[A-Z]$          # 2D
    |.*[A-Za-z][\d.]      # v2, x86, e.g.
    |.*(?:[+\-*/!=<>]=|[\-=]>|\|\||\+\+)  # code""",
    re.VERBOSE | re.DOTALL,
)
_ARITHMETIC = re.compile(r"[+*=<>×·]")
_OPEN_END = " \n+-*/=<>|,.;:(\\"
_OPEN_COMMAND = re.compile(r"\\[A-Za-z]{0,40}$")
_CAPITALS = re.compile("[A-Z_]{2,}")


class _Neighbours(NamedTuple):
    """What stands directly before and behind a formula."""

    before: str = ""
    behind: str = ""
    is_growing: bool = False
    """Whether what is behind it may grow."""


def formula(state: StateInline, silent: bool) -> bool:
    """Rule for formulas; brackets that hold none are text."""
    opener = state.src[state.pos : state.pos + 2]
    if opener not in _CLOSERS:
        if opener[0] != "$":
            return False
        opener = "$"
    is_bracket = opener[0] == "\\"
    if is_bracket and state.pos and _WORD_BEFORE.match(state.src, state.pos - 1):
        return _add_bracket(state, silent)
    start, closer = state.pos + len(opener), _CLOSERS[opener]
    reach = start + (DOLLAR_REACH if opener == "$" else _REACH)
    end = _end_of(state.src, opener, start, min(state.posMax, reach))
    if end is None:
        return bool(state.env["live"]) and state.posMax < reach and _add_open(state, silent, opener, start)
    content = state.src[start:end]
    if (is_bracket and _next_place(state.src, opener, start, end) is not None) or not _is_formula(
        opener, content, _neighbours(state, end + len(closer))
    ):
        return is_bracket and _add_bracket(state, silent)
    if not silent:
        drawn = _drawn(content)
        _push(state, opener, opener + content + closer if drawn is None else drawn)
    state.pos = end + len(closer)
    return True


def _neighbours(state: StateInline, end: int) -> _Neighbours:
    """What is around a formula that begins here."""
    before, behind = state.src[state.pos - 1 : state.pos], state.src[end : end + _LONGEST_ENDING + 1]
    ends_here = state.env["live"] and end + len(behind) == len(state.src)
    return _Neighbours(before, behind, bool(ends_here))


def _add_bracket(state: StateInline, silent: bool) -> bool:
    """An escaped bracket that begins no formula, whatever comes."""
    if not silent:
        token = state.push("text_special", "", 0)
        token.content = token.markup = state.src[state.pos + 1]
        token.info = "escape"
    state.pos += 2
    return True


def _add_open(state: StateInline, silent: bool, opener: str, start: int) -> bool:
    """A formula still open at the end of a growing text, drawn as far as it has come."""
    content = state.src[start : state.posMax]
    begun = _OPEN_COMMAND.sub("", content[-41:])
    begun = (content[:-41] + begun).rstrip(_OPEN_END)
    if opener[0] == "\\" and _next_place(state.src, opener, start, state.posMax) is not None:
        return False
    if opener == "$" and (content[:1].isspace() or _TEX.search(content) is None):
        return False  # prices and shell variables are open as well
    if opener != "$$" and begun and not _is_formula(opener, begun, _Neighbours()):
        return False
    if not silent:
        state.env["open"] = True
        drawn = _drawn(content, is_growing=True)
        _push(state, opener, opener + content if drawn is None else drawn)
    state.pos = state.posMax
    return True


def _drawn(content: str, *, is_growing: bool = False) -> str | None:
    """What is drawn of a formula. Its commands take 20 ms to load, at the first one."""
    from textchat.render.markdown.maths.formula import drawn_formula

    return drawn_formula(content.strip(), is_growing=is_growing)


def _push(state: StateInline, opener: str, drawn: str) -> None:
    token = state.push("maths", "", 0)
    token.content = drawn
    token.markup = opener


@functools.lru_cache(maxsize=4)
def _places(source: str) -> dict[str, list[int]]:
    """Where in a text the delimiters of formulas are that no backslash escapes."""
    places: dict[str, list[int]] = {sign: [] for pair in _CLOSERS.items() for sign in pair}
    for found in _DELIMITERS.finditer(source):
        sign = found.group()
        if sign in places:
            places[sign].append(found.start())
        if sign == "$" and source.startswith("$", found.end()):
            places["$$"].append(found.start())
    return places


def _next_place(source: str, sign: str, start: int, end: int) -> int | None:
    """The first place of a delimiter between two others."""
    places = _places(source)[sign]
    index = bisect_left(places, start)
    return places[index] if index < len(places) and places[index] < end else None


def _end_of(source: str, opener: str, start: int, reach: int) -> int | None:
    r"""Where a formula ends: of dollars, that in the words of a `\text{if $x$}` is not its own."""
    closer = _CLOSERS[opener]
    reach -= len(closer) - 1
    end = first = _next_place(source, closer, start, reach)
    for _ in range(_DOLLARS_IN_WORDS):
        if opener != "$" or end is None or not _OPEN_WORDS.search(source, start, end):
            return end
        end = _next_place(source, closer, end + 1, reach)
    return first if end is None else end


def _is_formula(opener: str, content: str, neighbours: _Neighbours) -> bool:
    text = content.strip().replace(r"\%", "%")
    if not text or opener == "$$":
        return text != "" and not _is_prose(text)
    if opener == "$" and (content != content.strip() or "\n" in content):
        return False
    bare = _ARGUMENTS.sub(" ", content)
    has_command = _COMMAND.search(content) is not None
    if opener == "$" and neighbours.behind[:1].isdecimal() and not has_command:
        return False
    if _FOREIGN.search(content) or "$" in bare.replace(r"\$", ""):
        return False
    if has_command:
        return not any(_are_words(pair[1], pair[2]) for pair in _WORDS_SIDE_BY_SIDE.finditer(bare))
    if opener == "$" and (not _are_paired(bare) or _NO_MATHS.search(bare)):
        return False  # variables and expressions: `$a[$i]`, `'$a' '$b'`, `$a^ or b$`
    if _SNAKE_CASE.search(bare) or any(_are_words(found[1] or found[2]) for found in _WORD_AMONG_OTHERS.finditer(bare)):
        return False
    if _POWER.search(content) or "_{" in content or (opener != r"\[" and _INDEX.search(content)):
        return True
    return _reads_as_maths(text) and (
        _suits_dollars(text, neighbours) if opener == "$" else _suits_brackets(opener, content)
    )


def _are_words(*words: str) -> bool:
    return not any(word in FUNCTIONS for word in words)


def _is_prose(text: str) -> bool:
    """Whether a text between double dollars is words, as behind the number of a process: `kill $$ or echo $$`."""
    goes_on = text[0] in ";,.:&>)"
    has_words = any(_are_words(pair[1], pair[2]) for pair in _WORDS_IN_LINE.finditer(text))
    return (goes_on or has_words) and _COMMAND.search(text) is None


def _are_paired(text: str) -> bool:
    """Whether every bracket is closed and every closed one was opened, whichever of them it is."""
    open_ones = 0
    for bracket in _BRACKETS.findall(text):
        open_ones += 1 if bracket in "([{" else -1
        if open_ones < 0:
            break
    return open_ones == 0 or _INTERVAL.fullmatch(text) is not None


def _reads_as_maths(text: str) -> bool:
    """Whether a text without commands and scripts may be mathematics."""
    return _USUAL.fullmatch(text) is not None and (
        text in "+-<>=" or _VALUE.fullmatch(text) is not None or _OPERATOR_AT_END.search(text) is None
    )


def _suits_dollars(text: str, neighbours: _Neighbours) -> bool:
    r"""Whether a text between dollars is mathematics: `$x$`, `$AB$`, `$y = mx + b$`, `$10$`."""
    if text.startswith(("{", ",", ";")) or not _may_go_on(text, neighbours):
        return False  # variables of the shell
    if neighbours.before.isalnum() and _GOES_ON.match(text):
        return False  # amounts and ends of regular expressions: `5$/6$`, `foo$|bar$`
    if _NUMBER.fullmatch(text):
        return True
    return _SIGN.search(text) is not None or (";" not in text and all(len(run) <= 3 for run in _LETTERS.findall(text)))


def _may_go_on(text: str, neighbours: _Neighbours) -> bool:
    """Whether a formula between dollars may have what is behind it: `$n$th`, but not `$a$b`."""
    found = _WORD_BEHIND.match(neighbours.behind)
    if found is None:
        return True
    word = found.group()
    may_grow = neighbours.is_growing and len(word) == len(neighbours.behind)
    is_ending = word in _ENDINGS or (may_grow and any(known.startswith(word) for known in _ENDINGS))
    return (is_ending or not word.isascii()) and _CAPITALS.fullmatch(text) is None


def _suits_brackets(opener: str, content: str) -> bool:
    r"""Whether a text between escaped brackets is mathematics: `\(x\)`, `\(y = mx + b\)`, `\[ a = b \]`."""
    text = content.strip()
    is_set_apart = content[0].isspace() and content[-1].isspace() and _ARITHMETIC.search(text)
    if opener == r"\[" and not is_set_apart:
        return False
    if _NO_FORMULA_IN_BRACKETS.match(text):
        return False
    runs = _LETTERS.findall(text)
    if not runs:
        return any(sign.isdecimal() for sign in text) and _ARITHMETIC.search(text[1:]) is not None
    longest = 3 if re.search(r"\s[=<>]|[=<>]\s", text) else 1
    return all(len(run) <= longest or run in FUNCTIONS for run in runs)
