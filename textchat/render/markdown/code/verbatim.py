"""Draws code and HTML: every line exact, long ones folded, coloured by language."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from rich.segment import Segment
from rich.style import Style

from textchat.core.text.sanitize import plain_name
from textchat.render.cells import graphemes, slice_of, width_of
from textchat.render.markdown.block import Block
from textchat.render.markdown.code.code_text import CodeText
from textchat.render.markdown.code.highlight import Highlighter, lexer_for
from textchat.render.markdown.code.long_line import TokenStart
from textchat.render.styles import Styles

_KEPT_FOLDED = 8
"""Lines whose rows are kept: as many parts of a very long line may be on the screen."""


class Verbatim(Block):
    """A fenced block, an indented block, or a block of HTML or of a formula nothing closed, shown as source text."""

    def __init__(
        self,
        language: str = "",
        *,
        is_html: bool = False,
        fence_range: tuple[int, int] | None = None,
        text: CodeText | None = None,
    ) -> None:
        self.language = language
        self.is_html = is_html
        self.text = text or CodeText()
        self._label = plain_name(language, 40)
        self._fence_range = fence_range
        self._width = 0
        self._starts: list[int] = []
        """The first row of each line that is laid out; the last of them is laid out again when it grows."""
        self._rows = 0
        self._kept = 0
        """Rows of the last line that stay as they were, although it has grown."""
        self._folded: dict[int, tuple[tuple[int, int], str, list[tuple[int, int]]]] = {}
        """The lines that were drawn last and their rows, by length and width: a long line takes many."""
        self._highlighter: Highlighter | None = None
        self._is_plain = not language

    def extend(self, text: str) -> None:
        """Append text to the last line, which is then laid out again."""
        count, was_ascii = len(self.text.lines), self.text.lines[-1].isascii()
        if len(self._starts) == count:
            self._kept = self._rows - self._starts.pop() - 1
        self.text.extend(text)
        if len(self.text.lines) > count or self.text.lines[-1].isascii() != was_ascii:
            self._kept = 0

    # Laying out

    def lay(self, width: int) -> int:
        if width != self._width:
            self._width = width
            self._starts = []
            self._kept = 0
        self.changed = self._rows
        if len(self._starts) < len(self.text.lines) or not self._starts:
            row = self._first_row if not self._starts else self._starts[-1] + self._height(len(self._starts) - 1)
            self.changed = row + self._kept if self._starts or self._kept else 0
            self._kept = 0
            for index in range(len(self._starts), len(self.text.lines)):
                self._starts.append(row)
                row += self._height(index)
            self._rows = row
            self._notice_colors()
        return self._rows

    def _notice_colors(self) -> None:
        """Note the first row recoloured by a new line, as the end of a long comment recolours those above."""
        if self._highlighter is None:
            return
        first, before = self._highlighter.live()
        for index, tokens in enumerate(before, first):
            now = self._tokens(index) if index < len(self._starts) else []
            if now != tokens:
                self.changed = min(self.changed, self._row_of(index, _first_difference(tokens, now)))
                return

    def _row_of(self, index: int, place: int) -> int:
        """The row that shows a place of a line in its drawn form."""
        if index >= len(self._starts):
            return 0
        _, folds = self._fold(index)
        return self._starts[index] + next((row for row, (_, end) in enumerate(folds) if place < end), len(folds) - 1)

    @property
    def _first_row(self) -> int:
        return 1 if self._label else 0

    @property
    def _inner(self) -> int:
        """The width of a row of code in cells: one on each side stays free if there is room."""
        return self._width - 2 if self._width >= 12 and not self.is_html else max(self._width, 2)

    def _height(self, index: int) -> int:
        if len(self.text.lines[index]) <= self._inner and self.text.is_plain(index):
            return 1
        return len(self._fold(index)[1])

    def _fold(self, index: int) -> tuple[str, list[tuple[int, int]]]:
        """The drawn form of a line, and its rows."""
        key = (len(self.text.lines[index]), self._inner)
        known = self._folded.get(index)
        if known is None or known[0] != key:
            shown = self.text.drawn(index)
            before = known[2][:-1] if known and known[0][1] == self._inner and _has_grown(known[1], shown) else []
            if len(self._folded) > _KEPT_FOLDED:
                self._folded.clear()
            known = self._folded[index] = (key, shown, self._folds(shown, before))
        return known[1:]

    def _folds(self, shown: str, before: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The rows of a line as ranges of its drawn form: folded after a space near the edge, or at the edge.

        `before` are those at its beginning that are known.
        """
        inner, near = self._inner, self._inner * 2 // 3
        folds = [*before]
        start = before[-1][1] if before else 0
        if shown.isascii():
            while len(shown) - start > inner:
                cut = shown.rfind(" ", start + near, start + inner) + 1 or start + inner
                folds.append((start, cut))
                start = cut
            return [*folds, (start, len(shown))]
        x = space = index = 0
        spans = [(first + start, last + start, cells) for first, last, cells in graphemes(shown[start:])]
        while index < len(spans):
            first, last, cells = spans[index]
            if x + cells > inner and x:
                index = space or index
                folds.append((start, spans[index][0]))
                start, x, space = spans[index][0], 0, 0
                continue
            x += cells
            index += 1
            if shown[first:last] == " " and near < x <= inner and index < len(spans):
                space = index
        return [*folds, (start, len(shown))]

    @property
    def settled(self) -> int:
        if not self.is_open or not self._starts:
            return self._rows
        index = len(self._starts) - 1
        if self._highlighter:
            index = min(index, self._highlighter.settled_before(index))
        return self._starts[index]

    # Drawing

    def _at(self, row: int) -> tuple[int, str, int, int, bool]:
        """The line of a row in its drawn form, the row's range in it, and whether the row continues it."""
        index = bisect_right(self._starts, row) - 1
        fold = row - self._starts[index]
        shown, folds = self._fold(index)
        start, end = folds[fold]
        return index, shown, start, end, fold > 0 or self.text.goes_on(index)

    def fill(self, styles: Styles) -> Style:
        return styles.text if self.is_html else styles.code_block

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        padded = self._inner < self._width
        if row < self._first_row or not self.text.lines:
            margin = _margin(styles, False) if padded else []
            return [*margin, Segment(self._label[: self._inner], styles.code_label)]
        index, shown, start, end, goes_on = self._at(row)
        if self.is_html:
            return (
                [Segment(" "), Segment(shown[start:end], styles.html)]
                if padded
                else [Segment(shown[start:end], styles.html)]
            )
        margin = _margin(styles, goes_on) if padded else []
        return [*margin, *_colored(shown, start, end, self._tokens(index), styles)]

    def _tokens(self, index: int) -> list[TokenStart]:
        """The tokens of a line. Pygments is first needed at the first line of a known language."""
        if self._highlighter is None and not self._is_plain:
            lexer = lexer_for(self.language)
            self._is_plain = lexer is None
            self._highlighter = Highlighter(lexer, self.language, self.text.drawn) if lexer else None
        if self._highlighter is None:
            return []
        return self._highlighter.tokens(index, len(self.text.lines), len(self.text.lines) - self.is_open)

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        if row < self._first_row or not self.text.lines:
            return self._fence_range
        index, shown, row_start, row_end, _ = self._at(row)
        margin = 1 if self._inner < self._width else 0
        first, last = slice_of(shown[row_start:row_end], max(0, start - margin), max(0, end - margin))
        return self.text.source_of(index, row_start + first, row_start + last) if last > first else None

    def place_of(self, offset: int) -> tuple[int, int]:
        index = self.text.line_at(offset)
        if index < 0:
            return 0, 0
        at = self.text.drawn_index(index, offset)
        shown, folds = self._fold(index)
        for fold, (start, end) in enumerate(folds):
            if at < end or end == len(shown):
                margin = 1 if self._inner < self._width else 0
                return self._starts[index] + fold, margin + width_of(shown[start : min(at, end)])
        return self._starts[index], 0


def _margin(styles: Styles, goes_on: bool) -> list[Segment]:
    """The cell before a row of code: the mark of a folded line, or a bar if there is no background."""
    return [Segment("↳" if goes_on else " " if styles.is_boxed else "▏", styles.code_label)]


def _colored(shown: str, start: int, end: int, tokens: list[TokenStart], styles: Styles) -> list[Segment]:
    """A row of a line with each token in its style; a grapheme has one style."""
    segments: list[Segment] = []
    starts = None if shown.isascii() else [start + first for first, _, _ in graphemes(shown[start:end])]
    last, style = start, styles.code_block
    for number in range(max(0, bisect_right(tokens, start, key=_token_start) - 1), len(tokens)):
        at, kind = tokens[number]
        if starts is not None and at > start and (whole := bisect_left(starts, at)) < len(starts):
            at = starts[whole]
        if at >= end:
            break
        stop = tokens[number + 1][0] if number + 1 < len(tokens) else len(shown)
        if not shown[at:stop].strip(" "):
            continue  # as what stands before it: fewer pieces are drawn faster
        following = styles.token(kind)
        if at > last and following != style:
            segments.append(Segment(shown[last:at], style))
            last = at
        style = following
    if end > last:
        segments.append(Segment(shown[last:end], style))
    return segments


def _has_grown(before: str, now: str) -> bool:
    """Whether the rows of a line but its last are those that it had: what is not ASCII is folded by other rules."""
    return now.startswith(before) and now.isascii() == before.isascii()


def _first_difference(before: list[TokenStart], now: list[TokenStart]) -> int:
    """The place in a line from which two lists of its tokens differ."""
    shared = next((number for number, pair in enumerate(zip(before, now, strict=False)) if pair[0] != pair[1]), None)
    if shared is None:
        shared = min(len(before), len(now))
    return min((tokens[shared][0] for tokens in (before, now) if shared < len(tokens)), default=0)


def _token_start(token: TokenStart) -> int:
    return token[0]
