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
"""In characters: a longer text is only looked through line by line, as if no list held a block."""

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

_MAYBE_IN_LIST = re.compile(
    r"^(?:[ \t]+|[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]+)(?:```|~~~|<[!?a-z])", re.IGNORECASE | re.MULTILINE
)
"""What may begin or end a block within the item of a list, which ends it as well."""


def with_blocks_closed(text: str) -> str:
    """`text` with an open fence or block of HTML closed, so that what follows is not taken for a part of it."""
    is_parsed = len(text) <= LONGEST_PARSED and _MAYBE_IN_LIST.search(text) is not None
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
    """The same for a text without lists."""
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


def code_span(line: str) -> str:
    """A line as code within text, where nothing is escaped (https://spec.commonmark.org/0.31.2/#code-spans)."""
    if "`" not in line:
        return f"`{line}`"
    ticks = "`" * (max(map(len, re.findall("`+", line))) + 1)
    return f"{ticks} {line} {ticks}"
