"""Blocks of code: every line exact, long ones folded, coloured by their language."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from textchat.core.sanitize import plain_line, visible
from textchat.render.cells import graphemes, slice_of, width_of
from textchat.render.markdown.block import Part
from textchat.render.markdown.code.highlight import Highlighter, Run, lexer_for
from textchat.render.styles import Styles

_LONGEST, _REACH = 4_096, 64
"""Characters of a line that are kept together, and how far to look for a place to cut it."""
TAB = 4
"""Cells between tab stops within code."""


class Code(Part):
    """A fenced block, an indented block, or a block of HTML, which is shown as the text that it is."""

    def __init__(self, language: str = "", *, is_html: bool = False, fence_span: tuple[int, int] | None = None) -> None:
        self.language = language
        self.is_html = is_html
        self.lines: list[str] = []
        """The code, exact."""
        self._sources: list[int] = []
        self._pads: dict[int, int] = {}
        """Lines whose first columns are the rest of a tab, and how many columns."""
        self._continued: set[int] = set()
        """The lines that go on with the one before them."""
        self._open = True
        self._label = plain_line(language, 40)
        self._fence_span = fence_span
        self._width = 0
        self._starts: list[int] = []
        """The first row of each line that is laid out; the last of them is laid out again when it grows."""
        self._rows = 0
        self._folded: tuple[tuple[int, int, int], str, list[tuple[int, int]]] = ((-1, 0, 0), "", [])
        """The line that was drawn last, and its rows: a long line takes many."""
        self._highlighter: Highlighter | None = None
        self._is_plain = not language

    def add_line(self, text: str, offset: int, pad: int = 0) -> None:
        """Add a line that stands at `offset` of the source, behind `pad` columns of a tab that was cut in two."""
        if pad:
            self._pads[len(self.lines)] = pad
        self.lines.append(text)
        self._sources.append(offset)
        self._cut_last()

    def extend(self, text: str) -> None:
        """Add text to the last line."""
        self.lines[-1] += text
        if len(self._starts) == len(self.lines):
            self._starts.pop()
        self._cut_last()

    def _cut_last(self) -> None:
        """Keep a very long line as several: what it costs to add to it is then bounded."""
        while len(self.lines[-1]) >= _LONGEST + _REACH:
            line = self.lines[-1]
            cut = next((at for at in range(_LONGEST, _LONGEST + _REACH) if _may_cut(line, at)), _LONGEST)
            self.lines[-1] = line[:cut]
            self._continued.add(len(self.lines))
            self.lines.append(line[cut:])
            self._sources.append(self._sources[-1] + cut)

    def last_line(self) -> str:
        """The last line, whole."""
        first = len(self.lines) - 1
        while first in self._continued:
            first -= 1
        return "".join(self.lines[first:])

    def close(self) -> None:
        self._open = False

    @property
    def code(self) -> str:
        """The code, exact."""
        return self._joined(0, [" " * self._pads.get(index, 0) + line for index, line in enumerate(self.lines)])

    def _joined(self, first: int, lines: list[str]) -> str:
        """Lines from the `first` on as one text."""
        return "".join(
            ("" if index == first or index in self._continued else "\n") + line
            for index, line in enumerate(lines, first)
        )

    def _shown(self, index: int) -> str:
        """A line as it is drawn."""
        line = self.lines[index]
        if index in self._pads:
            line = " " * self._pads[index] + line
        return visible(line.expandtabs(TAB) if "\t" in line else line)

    # Laying out

    def lay(self, width: int) -> int:
        if width != self._width:
            self._width = width
            self._starts = []
        self.changed = self._rows
        if len(self._starts) < len(self.lines) or not self._starts:
            self.changed = self._starts[-1] + self._height(len(self._starts) - 1) if self._starts else 0
            row = self._first_row if not self._starts else self._starts[-1] + self._height(len(self._starts) - 1)
            for index in range(len(self._starts), len(self.lines)):
                self._starts.append(row)
                row += self._height(index)
            self._rows = row
            self._notice_colors()
        return self._rows

    def _notice_colors(self) -> None:
        """A line may change the colours of those above it, as the end of a long comment does."""
        if self._highlighter is None:
            return
        first, before = self._highlighter.live()
        for index, runs in enumerate(before, first):
            if index >= len(self.lines) or self._runs(index) != runs:
                self.changed = min(self.changed, self._starts[index] if index < len(self._starts) else 0)
                return

    @property
    def _first_row(self) -> int:
        return 1 if self._label else 0

    @property
    def _inner(self) -> int:
        """The cells that a row of code has: one on each side stays free where there is room."""
        return self._width - 2 if self._width >= 12 and not self.is_html else max(self._width, 2)

    def _height(self, index: int) -> int:
        line = self.lines[index]
        if len(line) <= self._inner and line.isascii() and "\t" not in line and index not in self._pads:
            return 1
        return len(self._folds(self._shown(index)))

    def _folds(self, shown: str) -> list[tuple[int, int]]:
        """The rows of a line, as ranges of it as it is drawn: folded behind a space near the edge, or at the edge."""
        inner, near = self._inner, self._inner * 2 // 3
        folds: list[tuple[int, int]] = []
        start = 0
        if shown.isascii():
            while len(shown) - start > inner:
                cut = shown.rfind(" ", start + near, start + inner) + 1 or start + inner
                folds.append((start, cut))
                start = cut
            return [*folds, (start, len(shown))]
        x = space = 0
        spans = graphemes(shown)
        index = 0
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
        if not self._open or not self._starts:
            return self._rows
        index = len(self._starts) - 1
        if self._highlighter:
            index = min(index, self._highlighter.settled_before(index))
        return self._starts[index]

    # Drawing

    def _at(self, row: int) -> tuple[int, str, int, int, bool]:
        """The line behind a row, as it is drawn, the range of it in the row, and whether the row goes on with it."""
        index = bisect_right(self._starts, row) - 1
        fold = row - self._starts[index]
        known = (index, len(self.lines[index]), self._inner)
        if known != self._folded[0]:
            shown = self._shown(index)
            self._folded = (known, shown, self._folds(shown))
        _, shown, folds = self._folded
        start, end = folds[fold]
        return index, shown, start, end, fold > 0 or index in self._continued

    def fill(self, styles: Styles) -> Style:
        return styles.text if self.is_html else styles.code_block

    def draw(self, row: int, styles: Styles) -> list[Segment]:
        padded = self._inner < self._width
        if row < self._first_row or not self.lines:
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
        return [*margin, *_colored(shown, start, end, self._runs(index), styles)]

    def _runs(self, index: int) -> list[Run]:
        """The tokens of a line. Pygments is not needed before the first line of a known language is drawn."""
        if self._highlighter is None and not self._is_plain:
            lexer = lexer_for(self.language)
            self._is_plain = lexer is None
            self._highlighter = Highlighter(lexer, self.language, self._shown) if lexer else None
        if self._highlighter is None:
            return []
        return self._highlighter.runs(index, len(self.lines), len(self.lines) - self._open)

    def source_of(self, row: int, start: int, end: int) -> tuple[int, int] | None:
        if row < self._first_row or not self.lines:
            return self._fence_span
        index, shown, row_start, row_end, _ = self._at(row)
        margin = 1 if self._inner < self._width else 0
        first, last = slice_of(shown[row_start:row_end], max(0, start - margin), max(0, end - margin))
        places = self._places(index)
        source = self._sources[index]
        return (source + places[row_start + first], source + places[row_start + last]) if last > first else None

    def _places(self, index: int) -> list[int]:
        """For each character of the drawn line, and for its end, the index in the line."""
        pad = self._pads.get(index, 0)
        places, column = [0] * pad, pad
        for place, character in enumerate(self.lines[index]):
            cells = TAB - column % TAB if character == "\t" else 1
            places += [place] * cells
            column += cells
        return [*places, len(self.lines[index])]

    def excerpt(self, start: int, end: int) -> str | None:
        """The code between two places of the source; nothing if they are not both within it."""
        first, last = (bisect_right(self._sources, place) - 1 for place in (start, max(start, end - 1)))
        if first < 0 or end > self._sources[last] + len(self.lines[last]) + 1:
            return None
        lines = [" " * self._pads.get(index, 0) + self.lines[index] for index in range(first, last + 1)]
        ending = "\n" if end > self._sources[last] + len(self.lines[last]) else ""
        lines[-1] = lines[-1][: self._pads.get(last, 0) + end - self._sources[last]]
        if start > self._sources[first]:
            lines[0] = lines[0][self._pads.get(first, 0) + start - self._sources[first] :]
        return self._joined(first, lines) + ending

    def place_of(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._sources, offset) - 1
        if index < 0:
            return 0, 0
        shown = self._shown(index)
        at = bisect_right(self._places(index), offset - self._sources[index] - 1)
        for fold, (start, end) in enumerate(self._folds(shown)):
            if at < end or end == len(shown):
                margin = 1 if self._inner < self._width else 0
                return self._starts[index] + fold, margin + width_of(shown[start : min(at, end)])
        return self._starts[index], 0


def _may_cut(line: str, at: int) -> bool:
    """Whether two parts of a line, before and after `at`, are drawn apart from each other."""
    joins = "\u200d\ufe0f"
    return line[at] not in joins and line[at - 1] not in joins and cell_len(line[at]) > 0


def _margin(styles: Styles, goes_on: bool) -> list[Segment]:
    """What stands before a row of code: the mark of a folded line, or a bar where there is no background."""
    return [Segment("↳" if goes_on else " " if styles.is_boxed else "▏", styles.code_label)]


def _colored(shown: str, start: int, end: int, runs: list[Run], styles: Styles) -> list[Segment]:
    """A row of a line, each token in its style; what is drawn as one character has one style."""
    segments: list[Segment] = []
    starts = None if shown.isascii() else [first for first, _, _ in graphemes(shown)]
    last, style = start, styles.code_block
    for number, (at, kind) in enumerate(runs):
        if starts is not None and (whole := bisect_left(starts, at)) < len(starts):
            at = starts[whole]
        if at >= end:
            break
        stop = runs[number + 1][0] if number + 1 < len(runs) else len(shown)
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
