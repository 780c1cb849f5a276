"""`textchat stats`: votes, rating, requests, tokens, cost and speed of each model, and what caches saved."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from textchat.commands.open_store import history_to_read
from textchat.commands.output.streams import Output, json_line, table
from textchat.commands.output.terminal import say
from textchat.core.configuration import Settings
from textchat.core.conversation import Usage
from textchat.core.figures.reply_figures import count, dollars, seconds, speed
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
_CACHE_HEADINGS = ("MODEL", "FROM CACHE", "OF INPUT", "TO CACHE", "SAVED")
FEW_VOTES = 10
"""A rating from fewer votes is marked as a guess."""


def run(arguments: Namespace) -> int:
    """Print the statistics; returns the exit code. Raises StoreError, OutputError and BrokenPipeError."""
    return asyncio.run(_show(as_json=arguments.json))


async def _show(*, as_json: bool) -> int:
    with ending_for_certain():
        async with history_to_read() as history:
            stats = await history.requests.model_stats()
    saved = await asyncio.to_thread(_savings, stats)
    if as_json:
        Output().put("".join(json_line(_values(model, saved.get(model.model))) for model in stats))
    elif stats:
        Output().put(table([_HEADINGS, *map(_row, stats)], right=range(1, len(_HEADINGS))))
        if cached := [model for model in stats if model.cache_uses]:
            rows = [_cache_row(model, saved.get(model.model)) for model in cached]
            Output().put("\n" + table([_CACHE_HEADINGS, *rows], right=range(1, len(_CACHE_HEADINGS))))
    else:
        say("No requests yet.")
    return 0


def _row(stats: ModelStats) -> tuple[str, ...]:
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
        "–" if stats.rating is None else ("~" if stats.votes < FEW_VOTES else "") + f"{stats.rating:.0f}",
    )


def _cost(stats: ModelStats) -> str:
    """What is known of the cost: `~` where a part is estimated, `≥` where a part is unknown."""
    if stats.cost_usd is None:
        return "–"
    return ("≥" if stats.priced < stats.charged else "") + dollars(stats.cost_usd, stats.estimated_costs > 0)


def _values(stats: ModelStats, saved_usd: float | None) -> dict[str, Any]:
    values = asdict(stats)
    del values["cache_uses"]
    return {**values, "cache_saved_usd": saved_usd}


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
