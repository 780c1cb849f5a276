"""What `textchat stats` prints of ratings: the answer to “is it worth it?”, ratings over time, and both as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.commands.output.streams import table
from textchat.core.votes.rating_report import RatingReport
from textchat.core.votes.rating_words import (
    cost_text,
    interval_cell,
    period_cell,
    rating_number,
    seconds_text,
    worth_sentences,
)
from textchat.core.votes.ratings import RatedModel, Ratings
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import VoteKind
from textchat.core.votes.worth import CheaperModel, Worth

_WORTH_HEADINGS = ("MODEL", "RATING", "95%", "COST/REPLY", "FIRST TOKEN", "WHOLE REPLY")


def worth_text(report: RatingReport) -> str:
    """The sentences, and the figures that they rest on: the favourite and all that cost less."""
    sentences = "".join(f"{sentence}\n" for sentence in worth_sentences(report)) or "No votes yet.\n"
    if (found := report.worth) is None:
        return sentences
    models = [found.favourite, *(each.rated for each in found.cheaper), *found.few_votes, *found.unpriced]
    rows = [_worth_row(rated, report.replies.get(rated.model, UsualReply())) for rated in models]
    return f"{sentences}\n{table([_WORTH_HEADINGS, *rows], right=range(1, len(_WORTH_HEADINGS)))}"


def _worth_row(rated: RatedModel, reply: UsualReply) -> tuple[str, ...]:
    times = seconds_text(reply.first_token_s), seconds_text(reply.total_s)
    return (rated.model, rating_number(rated), interval_cell(rated), cost_text(reply), *times)


def over_time_text(report: RatingReport) -> str:
    """A row for each model, a column for each week or month: its rating by the votes of that time alone."""
    if not report.periods:
        return "No votes yet.\n"
    headings = ("RATING", *(period.name for period in report.periods))
    rows = [
        (rated.model, *(period_cell(period, rated.model) for period in report.periods))
        for rated in report.ratings.models
    ]
    return table([headings, *rows], right=range(1, len(headings)))


# -- as values ---------------------------------------------------------------------------------------------------------


def rating_values(rated: RatedModel | None) -> dict[str, Any]:
    """The fields of a rating's interval; null without votes. The limits are also null where the rating is a guess from
    few votes, and on a side where nothing limits it."""
    interval = rated.interval if rated else None
    return {
        "rating_low": interval and interval.low,
        "rating_high": interval and interval.high,
        "rating_is_guess": rated.is_few if rated else None,
        "rating_group": rated.group if rated else None,
    }


def kind_values(model: str, by_kind: Mapping[VoteKind, Ratings]) -> dict[str, Any]:
    """The ratings of a model by what the user knew when voting; null where there are no such votes."""
    found = {kind: ratings.by_name.get(model) for kind, ratings in by_kind.items()}
    return {
        kind.value: rated
        and {"votes": rated.votes, "score": rated.score, "rating": rated.rating, **rating_values(rated)}
        for kind, rated in found.items()
    }


def worth_values(report: RatingReport) -> dict[str, Any]:
    """The answer to “is it worth it?” as values."""
    found = report.worth
    return {
        "type": "worth",
        "says": worth_sentences(report),
        "favourite": found and found.favourite.model,
        "alternative": found and found.alternative and found.alternative.rated.model,
        "cheaper": [_cheaper_values(each) for each in found.cheaper] if found else [],
        **_unknown_values(found),
    }


def _unknown_values(found: Worth | None) -> dict[str, Any]:
    few, unpriced = (found.few_votes, found.unpriced) if found else ((), ())
    return {"few_votes": [each.model for each in few], "cost_unknown": [each.model for each in unpriced]}


def _cheaper_values(cheaper: CheaperModel) -> dict[str, Any]:
    more = cheaper.to_settle
    return {
        "model": cheaper.rated.model,
        "cost_per_reply_usd": cheaper.reply.cost_usd,
        "lead": round(cheaper.lead, 1),
        "lead_low": cheaper.interval.low and round(cheaper.interval.low, 1),
        "lead_high": cheaper.interval.high and round(cheaper.interval.high, 1),
        "preference": round(cheaper.preference, 3),
        "is_clearly_below": cheaper.is_clearly_below,
        "votes_to_settle": more and {"low": more.low, "about": more.about, "high": more.high},
    }
