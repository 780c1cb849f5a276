"""Drawn text in spans of one style, each with the source range that it shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from textchat.render.cells import graphemes, is_simple
from textchat.render.styles import SpanStyle, Styles

_LINKED = SpanStyle.LINK | SpanStyle.IMAGE


class Span(NamedTuple):
    """A run of drawn text in one style."""

    start: int
    """Index of its first character in the drawn text; it reaches to the next span's start."""
    style: SpanStyle
    href: str
    """The target of the link it belongs to; empty outside of links."""
    source: int
    source_end: int
    """The range of the source that it shows."""
    exact: bool
    """Whether it shows the source character by character."""

    def moved(self, by: int, source: int) -> Span:
        """A copy of the span moved by `by` characters in the drawn text, and by `source` in the source."""
        start, style, href, first, last, exact = self
        return Span(start + by, style, href, first + source, last + source, exact)

    def joined(self, following: Span) -> Span | None:
        """This span and the following one as one, if they are alike; else None."""
        is_exact = self.exact and following.exact and following.source == self.source_end
        return self._replace(source_end=following.source_end) if is_exact and following[1:3] == self[1:3] else None


class InlineText(NamedTuple):
    """Drawn text with its spans, in order and without gaps."""

    plain: str
    spans: list[Span]
    is_open: bool
    """Whether something was left open that text added later could close."""


class Link(NamedTuple):
    """A link or an image: the source range that it shows, and its target."""

    start: int
    end: int
    target: str


def spans_between(spans: list[Span], start: int, end: int) -> list[Span]:
    """The spans between two places of the drawn text; the first and the last may extend beyond them."""
    first = max(0, bisect_right(spans, start, key=_start) - 1)
    return spans[first : bisect_right(spans, end - 1, lo=first, key=_start)]


def source_range(spans: list[Span], start: int, end: int) -> tuple[int, int]:
    """The source range drawn between two places."""
    between = spans_between(spans, start, end)
    left, right = between[0], between[-1]
    begin = left.source + start - left.start if left.exact else left.source
    return begin, right.source + end - right.start if right.exact else right.source_end


def place_in(spans: Sequence[Span], source: int) -> int:
    """The place in the drawn text of a place in the source, or the nearest one if that is not drawn."""
    index = bisect_right(spans, source, key=_source) - 1
    if index < 0:
        return 0
    span = spans[index]
    return span.start + (min(source, span.source_end) - span.source if span.exact else 0)


def links_in(spans: Iterable[Span]) -> Iterator[Link]:
    """The links and images among the spans, merged and in order."""
    link: Link | None = None
    for span in spans:
        href = span.href if span.style & _LINKED else ""
        if link and href == link.target:
            link = link._replace(end=span.source_end)
            continue
        if link:
            yield link
        link = Link(span.source, span.source_end, href) if href else None
    if link:
        yield link


def span_segments(text: str, start: int, spans: list[Span], styles: Styles, base: Style) -> list[Segment]:
    """A row of drawn text that begins at `start` as segments; a grapheme has one style."""
    if len(spans) <= 1:
        style = styles.of(base, spans[0].style, spans[0].href) if spans else base
        return [Segment(text, style)] if text else []
    segments: list[Segment] = []
    starts = None if is_simple(text) else [first for first, _, _ in graphemes(text)]
    last = 0
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        stop = min(following.start - start, len(text)) if following else len(text)
        if starts and stop < len(text):
            after = bisect_left(starts, stop)
            stop = starts[after] if after < len(starts) else len(text)
        if stop > last:
            segments.append(Segment(text[last:stop], styles.of(base, span.style, span.href)))
            last = stop
    return segments


def _start(span: Span) -> int:
    return span.start


def _source(span: Span) -> int:
    return span.source
