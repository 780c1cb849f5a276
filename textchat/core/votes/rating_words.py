"""The words on ratings: intervals as text and as bars, and the answer to “is it worth it?” in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from textchat.core.figures.reply_figures import dollars, seconds
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.over_time import Period
from textchat.core.votes.rating_report import RatingReport
from textchat.core.votes.ratings import FEW_VOTES, Interval, RatedModel, Ratings
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import VoteKind
from textchat.core.votes.worth import CheaperModel, Worth

KINDS = (VoteKind.BLIND, VoteKind.OPEN, VoteKind.NAMED)
NAME_CELLS = 50
MOST_NAMED = 3
BEYOND = 0.1
"""Of what bars are drawn for, the room for one without end."""
UNPRICED_STEP = 'Set price in [models."P/M"] of config.toml.'


def rating_number(rated: RatedModel) -> str:
    """`1042`; `~1042` of few votes."""
    return f"{'~' if rated.is_few else ''}{rated.rating:.0f}"


def rating_text(rated: RatedModel) -> str:
    """`1042 (1004–1080)`; `~1042` of few votes; `1042 (1004+)` where nothing says how much higher it may be."""
    number, interval = rating_number(rated), rated.interval
    return number if interval is None else f"{number} ({interval_text(interval)})"


def interval_text(interval: Interval) -> str:
    """`1004–1080`, `1004+` or `up to 1080`."""
    low = "" if interval.low is None else f"{interval.low:.0f}"
    high = "" if interval.high is None else f"{interval.high:.0f}"
    if low and high:
        return f"{low}–{high}"
    return f"{low}+" if low else f"up to {high}" if high else "unknown"


def interval_cell(rated: RatedModel | None) -> str:
    """The interval for a table: `few votes` where there is none, `–` without votes."""
    if rated is None:
        return "–"
    return "few votes" if rated.interval is None else interval_text(rated.interval)


def period_cell(period: Period, model: str) -> str:
    """The rating of a model in a week or month for a table: `~` of few votes, `–` without votes."""
    if model not in period.ratings:
        return "–"
    return f"{'~' if period.is_few(model) else ''}{period.ratings[model]:.0f}"


def bar(rated: RatedModel, least: float, most: float, width: int) -> str:
    """The interval as a bar of so many cells, from the rating `least` to `most`: `  ├──●───┤ `; `╌●╌` of few votes."""
    if width < 1:
        return ""

    def place(points: float) -> int:
        share = (points - least) / (most - least) if most > least else 0.5
        return min(width - 1, max(0, round(share * (width - 1))))

    middle, interval = place(rated.rating), rated.interval
    cells = [" "] * width
    if interval is not None:
        low = 0 if interval.low is None else place(interval.low)
        high = width - 1 if interval.high is None else place(interval.high)
        cells[low : high + 1] = "─" * (high + 1 - low)
        cells[low] = "◂" if interval.low is None else "├"
        cells[high] = "▸" if interval.high is None else "┤"
    cells[middle] = "○" if interval is None else "●"
    return "".join(cells)


def bar_range(ratings: Ratings) -> tuple[float, float]:
    """From which rating to which bars are drawn: all that is limited is in it, and room beyond what is not."""
    intervals = [each.interval for each in ratings.models if each.interval is not None]
    ends = [each.rating for each in ratings.models]
    ends += [end for each in intervals for end in (each.low, each.high) if end is not None]
    least, most = min(ends, default=0.0), max(ends, default=0.0)
    beyond = BEYOND * (most - least)
    return (
        least - beyond * any(each.low is None for each in intervals),
        most + beyond * any(each.high is None for each in intervals),
    )


def kinds_text(rated: RatedModel) -> str:
    """The votes apart by what was known: `12 blind + 4 open votes`."""
    said = " + ".join(f"{count:,} {kind}" for kind in KINDS if (count := rated.by_kind.get(kind, 0)))
    return f"{said} vote{'' if rated.votes == 1 else 's'}"


def cost_text(reply: UsualReply) -> str:
    """What a reply costs, `–` where it is unknown."""
    return "–" if reply.cost_usd is None else dollars(reply.cost_usd, reply.is_cost_estimated)


def seconds_text(value: float | None) -> str:
    return "–" if value is None else seconds(value)


def rated_sentence(rated: RatedModel, report: RatingReport) -> str:
    """One model for ears: `P/M: rating 1042, between 1004 and 1080, from 12 blind + 4 open votes.`"""
    reply = report.replies.get(rated.model, UsualReply())
    said = [f"rating {rated.rating:.0f}", _interval_in_words(rated.interval), f"from {kinds_text(rated)}"]
    said += [f"{cost_text(reply)} a reply"] if reply.cost_usd is not None else []
    said += [f"usually in {seconds(reply.total_s)}"] if reply.total_s is not None else []
    return f"{_name(rated)}: {', '.join(said)}."


def _interval_in_words(interval: Interval | None) -> str:
    if interval is None:
        return "a guess from few votes"
    low, high = interval.low, interval.high
    if low is not None and high is not None:
        return f"between {low:.0f} and {high:.0f}"
    return f"at least {low:.0f}" if low is not None else f"at most {high:.0f}" if high is not None else "unknown"


# -- sentences ---------------------------------------------------------------------------------------------------------


def worth_sentences(report: RatingReport) -> list[str]:
    """“Is it worth it?” in sentences: the answer, then what would settle it, then what is not known."""
    found = report.worth
    if found is None:
        return [f"Too few votes to say: a model needs {FEW_VOTES}."] if report.ratings.models else []
    return [*_answer(found), *_unknown(found)]


def _answer(found: Worth) -> Iterator[str]:
    favourite = _name(found.favourite)
    if found.reply.cost_usd is None:
        yield f"Your favourite is {favourite}. The cost of its replies is unknown. {UNPRICED_STEP}"
        return
    cost, alternative = cost_text(found.reply), found.alternative
    if alternative is not None:
        yield (
            f"Not by your votes: you do not clearly prefer {favourite} ({cost} a reply) to {_name(alternative.rated)}"
            f" ({cost_text(alternative.reply)})."
        )
        yield f"{lead_text(alternative)} {settling_text(alternative)}"
    elif found.cheaper:
        nearest = min(found.cheaper, key=lambda each: each.lead)
        yield (
            f"Yes: you clearly prefer {favourite} ({cost} a reply) to every cheaper model with {FEW_VOTES} votes"
            " or more."
        )
        yield f"The nearest is {_name(nearest.rated)} ({cost_text(nearest.reply)}). {lead_text(nearest)}"
    else:
        yield f"Yes: {favourite} ({cost} a reply) is your favourite, and no other rated model is known to cost less."


def _unknown(found: Worth) -> Iterator[str]:
    if found.guessed_higher:
        yield f"Rated higher, but from too few votes: {_names(found.guessed_higher)}."
    if found.few_votes:
        yield f"Cheaper, but with too few votes to say: {_names(found.few_votes)}."
    if found.unpriced and found.reply.cost_usd is not None:
        yield f"Cost unknown: {_names(found.unpriced)}. {UNPRICED_STEP}"


def lead_text(cheaper: CheaperModel) -> str:
    """By how much the favourite is preferred, with the interval of the difference."""
    low, high = cheaper.interval.low, cheaper.interval.high
    if low is not None and high is not None:
        span = f"{low:+.0f} to {high:+.0f}"
    else:
        span = f"{low:+.0f} or more" if low is not None else f"{high:+.0f} or less" if high is not None else "unknown"
    return f"You would pick your favourite {cheaper.preference:.0%} of the time; its lead is {span} points (95%)."


def settling_text(cheaper: CheaperModel) -> str:
    """How many more votes would tell the two apart."""
    more = cheaper.to_settle
    if more is None:
        return "They are about level: more votes would hardly settle it."
    low, about, high = (_round(each) for each in (more.low, more.about, more.high))
    span = f" ({low:,}–{high:,})" if low < high else ""
    return f"About {about:,} more vote{'' if about == 1 else 's'} between the two would settle it{span}."


def groups_sentence(ratings: Ratings) -> str:
    """That models were not compared with each other; empty where all were."""
    if ratings.groups < 2:
        return ""
    return f"{ratings.groups} groups were never compared with each other: each has its own scale."


def _round(value: int) -> int:
    """Two digits are more than such a forecast is worth."""
    step = 1 if value < 20 else 5 if value < 100 else 10 if value < 200 else 50
    return round(value / step) * step


def _name(rated: RatedModel) -> str:
    return plain_name(rated.model, NAME_CELLS)


def _names(models: tuple[RatedModel, ...]) -> str:
    named = ", ".join(_name(each) for each in models[:MOST_NAMED])
    return f"{named} and {len(models) - MOST_NAMED} more" if len(models) > MOST_NAMED else named
