"""What the panel of ratings shows, as lines for any width: readable without colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textchat.core.text.names import short_names
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.rating_report import RatingReport
from textchat.core.votes.rating_words import (
    bar,
    bar_range,
    cost_text,
    groups_sentence,
    interval_cell,
    period_cell,
    rating_number,
    seconds_text,
    worth_sentences,
)
from textchat.core.votes.ratings import RatedModel
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import VoteKind
from textchat.render.cells import fitted, width_of, wrap

LEAST_NAME, MOST_NAME = 14, 50
LEAST_BAR, MOST_BAR = 10, 60
GAP = 2
SENTENCE_WIDTH = 100
"""Cells of a line that is read and not looked up."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, whole or a part of a wrapped sentence."""

    text: str
    style: str = ""
    """Empty, `bold`, or `muted`."""


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    cells: Sequence[str]

    @property
    def width(self) -> int:
        return max(map(len, (self.heading, *self.cells)))


def report_lines(report: RatingReport, width: int) -> list[Line]:
    """The table with a bar for each interval, whether the favourite is worth it, and the ratings over time."""
    lines = list(_table(report, width))
    if groups := groups_sentence(report.ratings):
        lines += [Line(""), *_wrapped(groups, width)]
    if sentences := worth_sentences(report):
        lines += [Line(""), Line("Is it worth it?", "bold")]
        lines += [line for sentence in sentences for line in _wrapped(sentence, width)]
    if len(report.periods) > 1:
        lines += [Line(""), *_over_time(report, width)]
    return lines


def _wrapped(sentence: str, width: int) -> list[Line]:
    return [Line(sentence[start:end]) for start, end in wrap(sentence, min(SENTENCE_WIDTH, width))]


# -- the table ---------------------------------------------------------------------------------------------------------


def _table(report: RatingReport, width: int) -> Iterator[Line]:
    models = report.ratings.models
    longest = max((width_of(plain_name(each.model)) for each in models), default=0)
    columns = _fitting(_columns(report), width - LEAST_NAME - GAP - LEAST_BAR)
    free = width - sum(GAP + column.width for column in columns)
    name = max(1, min(MOST_NAME, max(LEAST_NAME, longest), free - GAP - LEAST_BAR))
    bars = min(MOST_BAR, free - name - GAP) if free - name - GAP >= LEAST_BAR else 0
    least, most = bar_range(report.ratings)
    scale = f"{least:.0f}{f'{most:.0f}':>{max(0, bars - len(f'{least:.0f}'))}}" if bars else ""
    yield Line(_row("MODEL", [(column.heading, column.width) for column in columns], scale, name), "muted")
    names = short_names([each.model for each in models], name)
    for place, (rated, shown) in enumerate(zip(models, names, strict=True)):
        if place and models[place - 1].group != rated.group:
            yield Line("")
        cells = [(column.cells[place], column.width) for column in columns]
        yield Line(_row(shown, cells, bar(rated, least, most, bars), name))


def _row(name: str, cells: Sequence[tuple[str, int]], drawn: str, width: int) -> str:
    """The first cell, the rating, is followed by its bar."""
    (rating, rating_width), *others = cells
    parts = [fitted(name, width), f"{rating:>{rating_width}}", *([drawn] if drawn else [])]
    return (" " * GAP).join([*parts, *(f"{text:>{room}}" for text, room in others)]).rstrip()


def _columns(report: RatingReport) -> list[tuple[int, _Column]]:
    """All columns in the order in which they stand, each with its importance, 0 for the most important."""
    models = report.ratings.models
    replies = [report.replies.get(each.model, UsualReply()) for each in models]
    return [
        (0, _Column("RATING", [rating_number(each) for each in models])),
        (5, _Column("95%", [interval_cell(each) for each in models])),
        *_kind_columns(models),
        (3, _Column("COST", [cost_text(each) for each in replies])),
        (6, _Column("FIRST", [seconds_text(each.first_token_s) for each in replies])),
        (4, _Column("WHOLE", [seconds_text(each.total_s) for each in replies])),
    ]


def _kind_columns(models: Sequence[RatedModel]) -> Iterator[tuple[int, _Column]]:
    for kind in (VoteKind.BLIND, VoteKind.OPEN, VoteKind.NAMED):
        counts = [each.by_kind.get(kind, 0) for each in models]
        if kind is not VoteKind.NAMED or any(counts):
            yield 2, _Column(kind.value.upper(), [f"{count:,}" for count in counts])


def _fitting(columns: Sequence[tuple[int, _Column]], width: int) -> list[_Column]:
    """As many as there is room for, the most important first, in their order; the rating in any case."""
    kept = {0}
    for index in sorted(range(len(columns)), key=lambda each: columns[each][0]):
        if sum(GAP + columns[each][1].width for each in {*kept, index}) <= width:
            kept.add(index)
    return [column for index, (_, column) in enumerate(columns) if index in kept]


# -- over time ---------------------------------------------------------------------------------------------------------


def _over_time(report: RatingReport, width: int) -> Iterator[Line]:
    """A column for each week or month, as many of the last ones as there is room for."""
    models = report.ratings.models
    longest = max(width_of(plain_name(each.model)) for each in models)
    cell = max(len(period.name) for period in report.periods)
    name = max(LEAST_NAME, min(longest, width // 3))
    periods = report.periods[-max(1, (width - name) // (cell + GAP)) :]
    gap = " " * GAP
    yield Line("Rating over time", "bold")
    yield Line(gap.join([fitted("MODEL", name), *(f"{period.name:>{cell}}" for period in periods)]), "muted")
    for rated, shown in zip(models, short_names([each.model for each in models], name), strict=True):
        cells = (f"{period_cell(period, rated.model):>{cell}}" for period in periods)
        yield Line(gap.join([fitted(shown, name), *cells]))
