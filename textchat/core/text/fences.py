"""Detects, closes and makes code fences of Markdown (https://spec.commonmark.org/0.31.2/#fenced-code-blocks).

Blocks of raw HTML, which are closed as well, are those of https://spec.commonmark.org/0.31.2/#html-blocks that a blank
line does not end.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

LONGEST_PARSED = 200_000
"""In characters: a longer text is only looked through line by line, as if it held no list and no tag of HTML."""

_SIGNS = re.compile("`+|~+")
BEFORE_FENCE = re.compile(r"[ \t>]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*")
"""What may stand before a fence on its line: blanks, and the marks of quotes and lists."""
_LONGEST_BEFORE, _LONGEST_INFO = 60, 200
_OPENING = re.compile(r"(?P<backticks>`{3,})(?P<info>[^`]*)$|(?P<tildes>~{3,})(?P<any_info>.*)$")


class Fence(NamedTuple):
    """The line that opens a code block: at least three identical characters."""

    sign: str
    """A backtick or a tilde."""
    length: int

    def is_closed_by(self, line: str) -> bool:
        """Whether `line`, without its indentation, closes the code block."""
        signs = line.rstrip(" \t")
        return len(signs) >= self.length and not signs.strip(self.sign)


def opening_fence(line: str) -> tuple[Fence, str] | None:
    """The fence that `line`, without its indentation, opens, and its info string; None if it opens none."""
    match = _OPENING.match(line)
    if match is None:
        return None
    signs = match["backticks"] or match["tildes"]
    return Fence(signs[0], len(signs)), (match["info"] or match["any_info"] or "").strip()


class _RawHtml(NamedTuple):
    """A block of HTML that lasts until its own end, were it that of the file."""

    beginning: re.Pattern[str]
    end: re.Pattern[str]
    closing: str


_RAW_HTML = (
    *(
        _RawHtml(
            re.compile(rf"<{tag}(?=[\s>]|$)", re.IGNORECASE),
            re.compile("</(?:script|pre|style|textarea)>", re.IGNORECASE),
            f"</{tag}>",
        )
        for tag in ("script", "pre", "style", "textarea")
    ),
    _RawHtml(re.compile("<!--"), re.compile("-->"), "-->"),
    _RawHtml(re.compile(r"<\?"), re.compile(r"\?>"), "?>"),
    _RawHtml(re.compile("<![A-Za-z]"), re.compile(">"), ">"),
    _RawHtml(re.compile(r"<!\[CDATA\["), re.compile(r"]]>"), "]]>"),
)

_IS_INVOLVED = re.compile(
    r"^(?:[ \t]+|[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+)(?:```|~~~|<[!?a-z])|^ {0,3}</?[a-z]", re.IGNORECASE | re.MULTILINE
)
"""What may begin or end a block within the item of a list, which ends it as well, or a block up to a blank line."""


def with_blocks_closed(text: str) -> str:
    """`text` with an open fence or block of HTML closed, so that what follows is not taken for a part of it."""
    is_parsed = len(text) <= LONGEST_PARSED and _IS_INVOLVED.search(text) is not None
    closing = _end_of_last_block(text) if is_parsed else _end_by_lines(text)
    return f"{text}\n{closing}" if closing else text


def _end_of_last_block(text: str) -> str:
    """The line that closes the last block outside of lists, if that would last on; else empty."""
    last = _markdown().parse(f"{text}\n\n# Next")[-1]
    if last.type == "fence":
        return last.markup
    beginning = last.content.lstrip(" ")
    return next((block.closing for block in _RAW_HTML if block.beginning.match(beginning)), "")


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").disable("inline")


def _end_by_lines(text: str) -> str:
    """The same for a text without lists and tags."""
    fence: Fence | None = None
    html: _RawHtml | None = None
    for whole in text.split("\n"):
        line = whole.lstrip(" ").rstrip("\r")
        if html is not None:
            html = None if html.end.search(whole) else html
        elif len(whole) - len(whole.lstrip(" ")) > 3:
            continue
        elif fence is not None:
            fence = None if fence.is_closed_by(line) else fence
        elif opening := opening_fence(line):
            fence = opening[0]
        elif line.startswith("<"):
            begun = next((block for block in _RAW_HTML if block.beginning.match(line)), None)
            html = None if begun is None or begun.end.search(line) else begun
    return html.closing if html else fence.sign * fence.length if fence else ""


def fence_around(text: str) -> str:
    """A fence that no line of `text` closes."""
    longest = max(map(len, re.findall("`+", text)), default=2) if "```" in text else 2
    return "`" * (longest + 1)


def fenced_ranges(text: str, most: int) -> tuple[list[tuple[int, int]], int]:
    """Where the fenced blocks of a text begin and end, whole lines each; and how far it was read.

    At most `most` runs of fence signs are looked at. No line is split off: a text of megabytes takes milliseconds.
    """
    ranges: list[tuple[int, int]] = []
    start, fence, at = 0, None, 0
    following = {sign: text.find(sign * 3) for sign in "`~"}
    for _ in range(most):
        following = {
            sign: next_ if next_ >= at else text.find(sign * 3, at) for sign, next_ in following.items() if next_ >= 0
        }
        run = min((next_ for next_ in following.values() if next_ >= 0), default=-1)
        if run < 0:
            break
        begin, line, at = _line_around(text, run)
        before = text[begin:run] if begin >= 0 else "-"
        if fence is None and (opened := opening_fence(line) if BEFORE_FENCE.fullmatch(before) else None):
            start, fence = begin, opened[0]
        elif fence is not None and not before.strip(" \t>") and fence.is_closed_by(line):
            ranges.append((start, min(at + 1, len(text))))
            fence = None
    else:
        return ranges, at
    return [*ranges, (start, len(text))] if fence else ranges, len(text)


def _line_around(text: str, run: int) -> tuple[int, str, int]:
    """The begin of the line around a run of fence signs, the line from the run on, and where to look on.

    The begin is -1, or the line empty, where it is too long to be that of a fence.
    """
    begin = text.rfind("\n", max(0, run - _LONGEST_BEFORE), run) + 1 or (0 if run <= _LONGEST_BEFORE else -1)
    signs = _SIGNS.match(text, run)
    behind = signs.end() if signs else run + 1
    end = text.find("\n", behind, behind + _LONGEST_INFO)
    if end < 0 and behind + _LONGEST_INFO < len(text):
        return begin, "", behind
    end = len(text) if end < 0 else end
    return begin, text[run:end].removesuffix("\r"), end


def code_span(line: str) -> str:
    """A line as code within text, where nothing is escaped (https://spec.commonmark.org/0.31.2/#code-spans)."""
    if "`" not in line:
        return f"`{line}`"
    ticks = "`" * (max(map(len, re.findall("`+", line))) + 1)
    return f"{ticks} {line} {ticks}"
