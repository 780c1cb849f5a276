r"""Tells which lines begin, continue and end a display formula: `$$`, `\[`, or an environment without either.

Pandoc, KaTeX and GitHub differ here, and models write all of it. A line is a formula's only where it reads like one:
`$$ is the id of the shell` and `\[1\] Smith, 2020` are text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HEAD = 200
"""Characters of a line that must tell whether it begins a formula."""
_ENVIRONMENTS = (
    "equation|align|aligned|alignat|alignedat|flalign|gather|gathered|multline|multlined|eqnarray|split|displaymath|"
    "math|array|cases|dcases|rcases|subequations|CD|[pbBvV]?matrix|smallmatrix"
)
_ENVIRONMENT = re.compile(rf"\\begin[ ]?\{{((?:{_ENVIRONMENTS})\*?)\}}")
_HALF_OPENER = re.compile(r"\$$|\\(?:b(?:e(?:g(?:i(?:n(?:[ ]?(?:\{[A-Za-z]{0,20}\*?)?)?)?)?)?)?)?$")
_COMMAND = re.compile(r"\\[A-Za-z]|[\w)}\]|]\^|(?<![A-Za-z])[A-Za-z]_[A-Za-z0-9{\\]|[})]_|_\{")
"""What nothing but TeX has."""
_RELATION = re.compile(r"(?:\s|(?<![^\W\d_])[^\W_]\)?)[=<>+≤≥≈∝→](?=\s|[^\W_](?![^\W\d_])|[-(|\\])")
_PROSE = re.compile(r"[^\W\d_]{2,}[ \t]+[^\W\d_]{3,}|[^\W\d_]{3,}[ \t]+[^\W\d_]{2,}|[\u3040-\u30ff\u3400-\u9fff]{2,}")
_TEXT = re.compile(r"\\(?:text\w*|mathrm|operatorname\*?|mbox|label|tag\*?|intertext)\s*\{[^{}]*\}|\\[A-Za-z]+")
"""Words that a formula may hold."""
_AT_THE_END = re.compile(r"(?:(?<=[:：,，])|(?<=[ \t]))(\$\$|\\\[)[ \t]*$")
_BLOCK = re.compile(r"(?:#{1,6}|[-*+]|\d{1,9}[.)]|>|\|)[ \t]|`{3}|~{3}|(?:-{3,}|_{3,}|\*{3,})[ \t]*$")
_TAIL = re.compile(r"[.,;:!?。，；：]{0,3}(?=\s|$)")
"""What stands right behind a formula and belongs to its sentence."""


class FormulaOpener(NamedTuple):
    """How a line begins a formula."""

    closer: str
    content: int
    """Where the formula begins in the line: behind `$$`, but with the `\\begin` of an environment."""


def is_half_opener(rest: str) -> bool:
    """Whether an incomplete line that begins with `rest` may still turn out to begin a formula."""
    if rest[0] not in "$\\":
        return False
    if _HALF_OPENER.match(rest):
        return True
    opener = _opener(rest)
    if opener is None or opener.closer.startswith(r"\end"):
        return opener is not None
    head = rest[opener.content : opener.content + _HEAD]
    return len(rest) - opener.content <= _HEAD or _may_open(opener.closer, head)


def formula_opener(rest: str) -> FormulaOpener | None:
    """The formula that a complete line begins."""
    opener = _opener(rest) if rest[0] in "$\\" else None
    if opener is None or opener.closer.startswith(r"\end"):
        return opener
    closed = end_of_formula(rest, opener.closer, opener.content)
    behind = rest[closed:] if closed else ""
    content = rest[opener.content : closed - 2] if closed else rest[opener.content :]
    if not content.strip():
        return None if closed else opener
    if closed and opener.closer == r"\]" and (behind[:1] in ("(", "[", ":") or not _COMMAND.search(content)):
        is_formula = not behind[len(tail_of(behind)) :].strip() and _reads_as_formula(content)
        return opener if is_formula else None
    head = content[:_HEAD]
    if len(content) > _HEAD and not _may_open(opener.closer, rest[opener.content : opener.content + _HEAD]):
        return None
    if opener.closer == "$$" and closed:
        return None if _PROSE.search(_TEXT.sub("", head)) else opener
    return opener if _reads_as_formula(head) else None


def end_of_formula(line: str, closer: str, start: int = 0) -> int:
    """The index behind the closer of a formula in a line, from `start` on; 0 where it does not end."""
    if closer.startswith(r"\end"):
        place = line.find(closer, start)
        return place + len(closer) if place >= 0 else 0
    for sign in re.finditer(r"\\.|\$\$", line[start:]):
        if sign.group() == closer:
            return start + sign.end()
    return 0


def formula_behind(line: str, closer: str) -> str:
    """The closer of a formula that is open behind a line of a paragraph, or empty; `closer` is that of one before."""
    if closer:
        return "" if end_of_formula(line, closer) else closer
    if "$$" not in line and r"\[" not in line:
        return ""  # of nearly every line, and many times as quickly
    begun = _AT_THE_END.search(line)
    return {"$$": "$$", r"\[": r"\]"}[begun[1]] if begun else ""


def tail_of(behind: str) -> str:
    """The punctuation that stands right behind a formula, and belongs to its sentence."""
    tail = _TAIL.match(behind)
    return tail.group() if tail else ""


def goes_on(line: str) -> bool:
    """Whether a line below a blank one reads as more of the formula above."""
    return not _BLOCK.match(line) and (_reads_as_formula(line) or not _PROSE.search(_TEXT.sub("", line)))


def _opener(rest: str) -> FormulaOpener | None:
    if rest.startswith("$$") and rest[2:3] != "$":
        return FormulaOpener("$$", 2)
    if rest.startswith(r"\["):
        return FormulaOpener(r"\]", 2)
    environment = _ENVIRONMENT.match(rest)
    return FormulaOpener(rf"\end{{{environment[1]}}}", 0) if environment else None


def _may_open(closer: str, head: str) -> bool:
    """Whether the first characters of a long line behind an opener are enough for a formula."""
    return bool(_COMMAND.search(head) or end_of_formula(head, closer))


def _reads_as_formula(text: str) -> bool:
    if not text.strip():
        return True
    return bool(_COMMAND.search(text) or _RELATION.search(text)) and not _PROSE.search(_TEXT.sub("", text))
