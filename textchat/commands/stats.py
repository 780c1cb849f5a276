"""`textchat stats`: votes, rating, requests, tokens, cost and speed of each model, and what caches saved."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from textchat.commands.open_store import history_to_read
from textchat.commands.output.streams import Output, json_line, table
from textchat.commands.output.terminal import say
from textchat.commands.statistics.rating_tables import (
    kind_values,
    over_time_text,
    rating_values,
    worth_text,
    worth_values,
)
from textchat.core.configuration import Settings
from textchat.core.conversation import Usage
from textchat.core.errors import ConfigurationError
from textchat.core.figures.reply_figures import count, dollars, seconds, speed
from textchat.core.text.sanitize import plain_name
from textchat.core.votes.rating_report import RatingReport, rating_report
from textchat.core.votes.rating_words import groups_sentence, interval_cell, rating_number
from textchat.core.votes.ratings import RatedModel, Ratings, rated
from textchat.core.votes.scope import EVERYTHING, VoteScope
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import VoteKind
from textchat.signals import ending_for_certain
from textchat.store.journal import ModelStats

if TYPE_CHECKING:
    from textchat.core.figures.prices import PriceList

_HEADINGS = (
    "MODEL",
    "REQUESTS",
    "FAILED",
    "CANCELLED",
    "IN",
    "OUT",
    "COST",
    "FIRST TOKEN",
    "TOKENS/S",
    "WON",
    "RATING",
)
INTERVAL = "95%"
_CACHE_HEADINGS = ("MODEL", "FROM CACHE", "OF INPUT", "TO CACHE", "SAVED")
MOST_TAGS = 10


def run(arguments: Namespace) -> int:
    """Print the statistics; returns the exit code.

    Raises StoreError, OutputError, BrokenPipeError, and ConfigurationError for a tag that no conversation has.
    """
    kind = None if arguments.votes == "all" else VoteKind(arguments.votes)
    scope = VoteScope(arguments.tag, arguments.since or 0.0, arguments.until, kind)
    if arguments.is_about_judges or arguments.judges is not None:
        from textchat.commands.evaluating.measured_judges import measure  # few ask for it

        return asyncio.run(measure(arguments, scope))
    shown = asyncio.run(_gathered(scope, is_by_kind=arguments.json))
    if arguments.json:
        _print_values(shown, arguments)
    else:
        _print_tables(shown, arguments)
    return 0


@dataclass(frozen=True)
class _Shown:
    """All that is printed."""

    stats: Sequence[ModelStats]
    saved_usd: Mapping[str, float]
    """What caches saved, by model."""
    report: RatingReport
    by_kind: Mapping[VoteKind, Ratings]
    """Empty where nobody asks for it."""


async def _gathered(scope: VoteScope, *, is_by_kind: bool) -> _Shown:
    with ending_for_certain():
        async with history_to_read() as history:
            if scope.tag is not None:
                _check_tag(scope.tag, [name for name, _ in await history.tags()])
            stats = await history.requests.model_stats(scope)
            votes = await history.votes.within(scope)
            replies = await history.requests.usual_replies(scope)
    saved = await asyncio.to_thread(_savings, stats)
    by_kind = {kind: rated(vote for vote in votes if vote.kind is kind) for kind in VoteKind if is_by_kind}
    return _Shown(stats, saved, rating_report(scope, votes, replies), by_kind)


def _check_tag(tag: str, known: Sequence[str]) -> None:
    if tag not in known:
        listed = ", ".join(plain_name(name, 40) for name in known[:MOST_TAGS])
        hint = f"Tags: {listed}{', …' if len(known) > MOST_TAGS else ''}." if known else "No conversation has tags yet."
        raise ConfigurationError(f"No tag {plain_name(tag, 40)}. {hint}")


def _print_values(shown: _Shown, arguments: Namespace) -> None:
    lines = [json_line(_values(model, shown, is_over_time=arguments.over_time)) for model in shown.stats]
    if arguments.worth:
        lines.append(json_line(worth_values(shown.report)))
    Output().put("".join(lines))


def _print_tables(shown: _Shown, arguments: Namespace) -> None:
    stats, report, output = shown.stats, shown.report, Output()
    if not stats:
        say("No requests yet." if report.scope == EVERYTHING else "No requests or votes here. Use fewer limits.")
        return
    output.put(_models_table(stats, report.ratings))
    if groups := groups_sentence(report.ratings):
        output.put(f"\n{groups}\n")
    if cached := [model for model in stats if model.cache_uses]:
        rows = [_cache_row(model, shown.saved_usd.get(model.model)) for model in cached]
        output.put("\n" + table([_CACHE_HEADINGS, *rows], right=range(1, len(_CACHE_HEADINGS))))
    if arguments.over_time:
        output.put(f"\n{over_time_text(report)}")
    if arguments.worth:
        output.put(f"\n{worth_text(report)}")


def _models_table(stats: Sequence[ModelStats], ratings: Ratings) -> str:
    """A row for each model; intervals stand behind the ratings, where one has votes enough for it."""
    found = [ratings.by_name.get(model.model) for model in stats]
    rows = [[*_row(model, rating)] for model, rating in zip(stats, found, strict=True)]
    headings = [*_HEADINGS]
    if any(rating is not None and not rating.is_few for rating in found):
        headings.append(INTERVAL)
        rows = [[*row, interval_cell(rating)] for row, rating in zip(rows, found, strict=True)]
    return table([headings, *rows], right=range(1, len(headings)))


def _row(stats: ModelStats, rating: RatedModel | None) -> tuple[str, ...]:
    return (
        stats.model,
        str(stats.requests),
        str(stats.failed),
        str(stats.cancelled),
        count(stats.input_tokens, stats.is_input_estimated),
        count(stats.output_tokens, stats.is_output_estimated),
        _cost(stats),
        "–" if stats.first_token_s is None else seconds(stats.first_token_s),
        "–" if stats.tokens_per_s is None else speed(stats.tokens_per_s, stats.is_speed_estimated),
        f"{stats.score:g}/{stats.votes}" if stats.votes else "–",
        "–" if rating is None else rating_number(rating),
    )


def _cost(stats: ModelStats) -> str:
    """What is known of the cost: `~` where a part is estimated, `≥` where a part is unknown."""
    if stats.cost_usd is None:
        return "–"
    return ("≥" if stats.priced < stats.charged else "") + dollars(stats.cost_usd, stats.estimated_costs > 0)


def _values(stats: ModelStats, shown: _Shown, *, is_over_time: bool) -> dict[str, Any]:
    values, model, report = asdict(stats), stats.model, shown.report
    del values["cache_uses"]
    reply = report.replies.get(model, UsualReply())
    values |= {
        "cache_saved_usd": shown.saved_usd.get(model),
        **rating_values(report.ratings.by_name.get(model)),
        "by_kind": kind_values(model, shown.by_kind),
        "cost_per_reply_usd": reply.cost_usd,
        "total_s": reply.total_s,
    }
    if is_over_time:
        values["over_time"] = [
            {"period": period.name, "votes": period.votes[model], "rating": period.ratings[model]}
            for period in report.periods
            if model in period.ratings
        ]
    return values


def _cache_row(stats: ModelStats, saved_usd: float | None) -> tuple[str, ...]:
    share = stats.cached_tokens / stats.input_tokens if stats.input_tokens else 0.0
    return (
        stats.model,
        count(stats.cached_tokens),
        f"{'~' if stats.is_input_estimated else ''}{share:.0%}",
        count(stats.cache_write_tokens),
        _saving(saved_usd, is_estimate=stats.is_input_estimated),
    )


def _saving(saved_usd: float | None, *, is_estimate: bool) -> str:
    if saved_usd is None:
        return "–"
    amount = dollars(abs(saved_usd), is_estimate)
    return amount if saved_usd >= 0 else f"cost {amount} more"


def _savings(stats: Sequence[ModelStats]) -> dict[str, float]:
    """What caches saved by model, in US dollars by the prices of today; of the models whose prices are known."""
    cached = [model for model in stats if model.cache_uses]
    if not cached:
        return {}
    from textchat.core.figures.prices import PriceList  # 0.2 seconds with its list
    from textchat.live.settings.effective_settings import load

    settings, prices = load().settings, PriceList()
    prices.load()
    saved = {model.model: _saved_usd(model, settings, prices) for model in cached}
    return {model: usd for model, usd in saved.items() if usd is not None}


def _saved_usd(stats: ModelStats, settings: Settings, prices: PriceList) -> float | None:
    """By what one token costs less or more: that is the same for requests of one length."""
    provider_name, _, model = stats.model.partition("/")
    provider, price = settings.providers.get(provider_name), settings.model(stats.model).price
    if provider is None:
        return None
    saved = 0.0
    for use in stats.cache_uses:
        read = prices.saved_usd(provider, model, Usage(use.longest, 0, cached_tokens=use.longest), price)
        written = prices.saved_usd(provider, model, Usage(use.longest, 0, cache_write_tokens=use.longest), price)
        if read is None or written is None:
            return None
        saved += (read * use.cached_tokens + written * use.cache_write_tokens) / use.longest
    return saved
