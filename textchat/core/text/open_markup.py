"""Finds where something can stand in a Markdown text without parting code, a table or a link: there, or behind it.

What comes later in the text than the next sign decides nothing, so a text that grows is read as a whole one is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from textchat.core.text.fences import BEFORE_FENCE, Fence, opening_fence

Thing = TypeVar("Thing")

_TICKS = re.compile(r"\\[\\`]|`+")
_ESCAPED = re.compile(r"\\[!-/:-@\\^_`{-~]")
"""A sign that stands for itself; brackets, which begin formulas as well, are none."""
_IN_TARGET = re.compile(r"\]\([^()]*\Z")
_IN_TAG = re.compile(r"<(?:[A-Za-z/!][^<>]*)?\Z")
_BEGINNING = re.compile(rf"(?:{BEFORE_FENCE.pattern})(?:[-+*]|\d{{1,9}}[.)]?)?")
"""The beginning of a line as far as it may go on to a fence: quotes, indents, markers of lists."""
_GOES_ON = "`~>-+*.) \t0123456789"
_RUNS = "`~*_$"
_MOST_INDENT = 3
_MOST_LINES, _LONGEST_LINE = 200, 20_000
"""Of a paragraph, what is looked at: no paragraph of megabytes is read again for each of many things in it."""


class _Markup:
    """What is open at the end of a text that grows."""

    def __init__(self) -> None:
        self._line: list[str] = []
        """The last line so far, in pieces."""
        self._lines: list[str] = []
        """The lines of the paragraph before it, which may be those of a table or a list."""
        self._fence: Fence | None = None
        self._indent = 0
        """The characters before the fence: without any, it is no part of a list or a quote."""
        self._is_behind_fence = self._is_behind_blank = False

    def take(self, text: str) -> None:
        """Read on."""
        *lines, last = text.split("\n")
        for line in lines:
            self._end_line("".join([*self._line, line]))
            self._line = []
        if last:
            self._line.append(last)

    def _end_line(self, line: str) -> None:
        self._is_behind_fence = self._is_behind_blank = False
        if self._fence is not None:
            bare = line.lstrip(" \t>")
            if len(line) - len(bare) <= self._indent + _MOST_INDENT and self._fence.is_closed_by(bare.rstrip("\r")):
                self._fence, self._is_behind_fence = None, self._indent == 0
        elif fence := _fence_on(line):
            self._fence, self._indent, self._lines = fence, line.index(fence.sign * fence.length), []
        elif not line.strip():
            self._lines, self._is_behind_blank = [], True
        else:
            self._lines.append(line)
            del self._lines[:-_MOST_LINES]

    def is_block_over(self, following: str) -> bool:
        """Whether a block of the top level has ended here, if this sign follows."""
        return not self._line and (self._is_behind_fence or (self._is_behind_blank and not following.isspace()))

    def is_parted(self, following: str) -> bool:
        """Whether what stood here, before this sign, would part code, a table, a link, an address or a formula."""
        line = "".join(self._line)[-_LONGEST_LINE:]
        if self._fence is not None or _fence_on(line) is not None:
            return True
        if line and following in _GOES_ON and _BEGINNING.fullmatch(line):
            return True
        text = _without_code("\n".join([*self._lines, line]))
        if text is None or (text[-1:] == following and following in _RUNS):
            return True
        text = _ESCAPED.sub("", text)
        word = text[max(text.rfind(sign) for sign in " \n\t") + 1 :]
        return (
            "|" in text
            or text[-1:] == "\\"
            or (text[-1:] == "]" and following in "([:")
            or (text[-1:] == "!" and following == "[")
            or ("://" in word and not following.isspace())
            or text.count("[") > text.count("]")
            or any(text.count(sign) % 2 == 1 for sign in ("$$", "**"))
            or any(pattern.search(text) is not None for pattern in (_IN_TARGET, _IN_TAG))
        )


def _fence_on(line: str) -> Fence | None:
    """The fence that a line opens."""
    before = BEFORE_FENCE.match(line)
    opened = opening_fence(line[before.end() if before else 0 :].removesuffix("\r"))
    return opened[0] if opened else None


def _without_code(text: str) -> str | None:
    """A paragraph without the code in it, of which the last sign stays; None if it ends in code, or may."""
    pieces: list[str] = []
    at, opened = 0, ""
    for found in _TICKS.finditer(text):
        ticks = found.group()
        if not opened and ticks[0] != "\\":
            pieces.append(text[at : found.start()])
            opened = ticks
        elif opened and ticks.removeprefix("\\") == opened:
            opened, at = "", found.end() - 1
    return None if opened else "".join([*pieces, text[at:]])


class WovenText(Generic[Thing]):
    """A Markdown text that grows, with things in it; one that would part markup comes behind the block."""

    def __init__(self) -> None:
        self._markup = _Markup()
        self._held: list[Thing] = []
        """Those that come behind the block."""
        self._new: list[Thing] = []
        """Those that came behind the last text: what follows tells whether they part anything."""

    @property
    def at_end(self) -> list[Thing]:
        """Those that stand at the end of the text so far."""
        return [*self._held, *self._new]

    def add(self, thing: Thing) -> None:
        """Add a thing at the end."""
        self._new.append(thing)

    def take(self, text: str) -> Iterator[str | Thing]:
        """Add text at the end: yields what is sure to be in order, the text above all."""
        if not text:
            return
        if self._markup.is_block_over(text[0]):
            yield from self._let_go()
        if self._new and not self._held and not self._markup.is_parted(text[0]):
            yield from self._let_go()
        self._held, self._new = self.at_end, []
        told = at = 0
        while self._held and (end := text.find("\n", at) + 1):
            self._markup.take(text[at:end])
            at = end
            if at < len(text) and self._markup.is_block_over(text[at]):
                yield text[:at]
                yield from self._let_go()
                told = at
        self._markup.take(text[at:])
        if told < len(text):
            yield text[told:]

    def _let_go(self) -> Iterator[Thing]:
        things, self._held, self._new = self.at_end, [], []
        yield from things


def unparted(text: str, places: Iterable[int]) -> list[int]:
    """For places in a whole text, ascending: where what belongs there can stand without parting markup."""
    woven = WovenText[None]()
    found: list[int] = []
    at = told = 0

    def take(to: int) -> None:
        nonlocal at, told
        for piece in woven.take(text[at:to]):
            if piece is None:
                found.append(told)
            else:
                told += len(piece)
        at = max(at, to)

    for place in places:
        take(min(place, len(text)))
        woven.add(None)
    take(len(text))
    return found + [len(text)] * len(woven.at_end)
