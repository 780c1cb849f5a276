"""Highlights code by groups of lines, so that a long or growing block costs no more than a short one.

Pygments colours whole texts. Here a text is cut into groups of some lines, each coloured by itself, with what is still
open (a comment, a long string, a script in a page) carried into the next. Where the cuts fall depends only on the lines
before them: a block that grows has the colours it would have had at once.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from textchat.render.markdown.code.languages import lexer_name, own_lexer
from textchat.render.markdown.code.long_line import LONG, LongLine, TokenStart
from textchat.render.markdown.code.open_constructs import constructs_of

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_SECTION = 256
"""Lines after which colouring starts afresh, so that the end of a long block can be shown without its beginning."""
_GOOD, _FAIR, _LATE, _LAST = 4, 6, 12, 40
"""Lines after which a group may end: at a clear seam, at any clean line (two tries), and in any case."""
_LONGEST = 8_000
"""Characters in a group beyond which it stays plain: some of Pygments' expressions take quadratic time."""


@functools.cache
def _aliases() -> frozenset[str]:
    from pygments.lexers import get_all_lexers

    # Without plug-ins: looking for those takes longer than everything else.
    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


def has_colours(language: str) -> bool:
    """Whether there is a lexer for the language named by a fence."""
    name = lexer_name(language)
    return bool(name) and (name in _aliases() or own_lexer(name) is not None)


@functools.lru_cache(64)
def lexer_for(language: str) -> Lexer | None:
    """The lexer for the language named by a fence, imported at the first block that has one."""
    name = lexer_name(language)
    if not name:
        return None
    if name not in _aliases():
        return own_lexer(name)
    from pygments.lexers import get_lexer_by_name

    return get_lexer_by_name(name)


class _LineGroup(NamedTuple):
    """The first line of a group, and the construct that is open there."""

    line: int
    opener: str


class Highlighter:
    """Computes the colours of one code block; `line_of` gives a complete line in its drawn form."""

    __slots__ = (
        "_checked",
        "_constructs",
        "_lexer",
        "_line_of",
        "_live",
        "_live_key",
        "_long",
        "_long_key",
        "_next",
        "_openers",
        "_settled",
    )

    def __init__(self, lexer: Lexer, language: str, line_of: Callable[[int], str]) -> None:
        self._lexer = lexer
        self._constructs = constructs_of(language) or constructs_of(lexer_name(language))
        self._line_of = line_of
        self._openers = [""]
        """The construct that is open where each section begins; empty where none is."""
        self._settled: dict[int, list[TokenStart]] = {}
        self._next: dict[int, _LineGroup] = {}
        """For each section, the group that is not yet settled."""
        self._checked: dict[int, int] = {}
        """For each section, the line up to which places for the end of that group were tried."""
        self._live: list[list[TokenStart]] = []
        self._live_key: tuple[int, int, str] = (-1, 0, "")
        self._long: LongLine | None = None
        """The long line that was coloured last, which may grow."""
        self._long_key = (-1, "")

    def tokens(self, line: int, count: int, complete: int) -> list[TokenStart]:
        """The tokens of a line of a block that has `count` lines, the first `complete` of which are final."""
        if line in self._settled:
            return self._settled[line]
        section = line // _SECTION
        group = self._next.get(section) or _LineGroup(section * _SECTION, self._opener(section))
        end = min(count, (section + 1) * _SECTION)
        while group.line <= line:
            following = self._settle(group, min(complete, (section + 1) * _SECTION))
            if following is None:
                break
            group = self._next[section] = following
        if line in self._settled:
            return self._settled[line]
        key = (group.line, end, self._line_of(end - 1))
        if key != self._live_key:
            self._live_key = key
            self._live = self._colored_live(group, end)
        return self._live[line - group.line]

    def _opener(self, section: int) -> str:
        """The construct open at the start of a section, found by scanning the lines above without colouring them."""
        if self._constructs is None:
            return ""
        while len(self._openers) <= section:
            end = len(self._openers) * _SECTION
            lines = [self._line_of(line) for line in range(end - _SECTION, end)]
            self._openers.append(self._constructs.behind("\n".join(lines) + "\n", self._openers[-1]))
        return self._openers[section]

    def settled_before(self, line: int) -> int:
        """The line before which the colours are final, looking back from `line`."""
        section = line // _SECTION
        return self._next[section].line if section in self._next else section * _SECTION

    def live(self) -> tuple[int, list[list[TokenStart]]]:
        """The last lines, whose colours may still change: the index of the first, and their latest tokens."""
        return self._live_key[0], self._live

    def _settle(self, group: _LineGroup, complete: int) -> _LineGroup | None:
        """Settle one group, if the complete lines are enough to find its end."""
        section = group.line // _SECTION
        section_end = (section + 1) * _SECTION
        for end in range(max(self._checked.get(section, 0), group.line) + 1, complete + 1):
            size = end - group.line
            if end < section_end:
                if end == complete and len(self._line_of(group.line)) < LONG:
                    return None  # the next line decides
                self._checked[section] = end
                if not self._may_end(group.line, end):
                    continue
            tokens, opener = self._colored(group, end)
            if end == section_end or size == _LAST or opener == "" or self._is_border(group.line, end):
                for index, line in enumerate(tokens):
                    self._settled[group.line + index] = line
                return _LineGroup(end, opener or "")
        return None

    def _may_end(self, first: int, end: int) -> bool:
        """Whether it is worth trying to end a group before line `end`."""
        size = end - first
        if self._is_border(first, end):
            return True
        if size >= _LAST or (self._constructs and self._constructs.is_braced):
            return size >= _LAST or (size >= _LATE and self._is_closed(first, end))
        return size in (_FAIR, _LATE) or (size >= _GOOD and self._is_seam(end))

    def _is_border(self, first: int, end: int) -> bool:
        """Whether a group that begins at `first` ends before `end` in any case: a long line is one by itself."""
        return len(self._line_of(first)) >= LONG or len(self._line_of(end)) >= LONG

    def _is_closed(self, first: int, end: int) -> bool:
        """Whether braces and tags are closed at the end of some lines."""
        text = "\n".join(map(self._line_of, range(first, end)))
        return text.count("{") == text.count("}") and text.rfind("<") <= text.rfind(">")

    def _is_seam(self, line: int) -> bool:
        """Whether code can be cut before `line`: it is not indented, and the line above is empty."""
        return self._line_of(line)[:1] not in ("", " ", ")", "]", "}") and not self._line_of(line - 1).strip()

    def _colored_live(self, group: _LineGroup, end: int) -> list[list[TokenStart]]:
        """The tokens of the lines from the beginning of a group on, whatever groups they will make."""
        found: list[list[TokenStart]] = []
        for border in range(group.line + 1, end + 1):
            if border == end or self._is_border(group.line, border):
                tokens, opener = self._colored(group, border)
                found += tokens
                group = _LineGroup(border, opener or "")
        return found

    def _colored(self, group: _LineGroup, end: int) -> tuple[list[list[TokenStart]], str | None]:
        """The tokens of each line of a group, and what is open behind it: an opener, nothing, or None if unknown."""
        opener = group.opener
        lines = [self._line_of(index) for index in range(group.line, end)]
        text = "\n".join(lines) + "\n"
        if len(text) > _LONGEST:
            return [[] for _ in lines], opener
        inner = self._constructs.behind(text, opener) if self._constructs else ""
        if len(lines) == 1 and len(lines[0]) >= LONG:
            if self._long is None or self._long_key != (group.line, opener):
                self._long, self._long_key = LongLine(self._lexer, self._constructs, opener), (group.line, opener)
            return [self._long.tokens(lines[0])], inner
        closer = self._constructs.closers[inner] if self._constructs and inner else ""
        tokens, last = self._lexed(lines, opener, text + closer, len(text))
        return tokens, inner or (None if _is_enclosed(last) else "")

    def _lexed(
        self, lines: list[str], opener: str, text: str, length: int
    ) -> tuple[list[list[TokenStart]], tuple[str, ...]]:
        """The tokens by line, and the token type of the last newline."""
        tokens: list[list[TokenStart]] = [[] for _ in lines]
        starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
        line = 0
        last: tuple[str, ...] = ("Text",)
        for at, kind, value in self._lexer.get_tokens_unprocessed(opener + text):
            place, end = at - len(opener), at - len(opener) + len(value)
            if end >= length:
                last = kind
            while line < len(lines) and max(place, starts[line]) < end:
                tokens[line].append((max(place - starts[line], 0), kind))
                if end < starts[line + 1]:
                    break
                line += 1
            if end >= length:
                break
        return tokens, tuple(last)


def _is_enclosed(kind: tuple[str, ...]) -> bool:
    """Whether a newline of this token type lies within a string or a comment."""
    return kind[:2] in (("Literal", "String"), ("Comment", "Multiline"))
