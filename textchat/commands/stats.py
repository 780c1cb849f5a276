"""`textchat stats`: votes, rating, requests, tokens, cost and speed of each model."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from dataclasses import asdict

from textchat.commands.open_store import history_to_read
from textchat.commands.output.streams import Output, json_line, table
from textchat.commands.output.terminal import say
from textchat.core.figures.reply_figures import count, dollars, seconds, speed
from textchat.signals import ending_for_certain
from textchat.store.journal import ModelStats

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
FEW_VOTES = 10
"""A rating from fewer votes is marked as a guess."""


def run(arguments: Namespace) -> int:
    """Print the statistics; returns the exit code. Raises StoreError, OutputError and BrokenPipeError."""
    return asyncio.run(_show(as_json=arguments.json))


async def _show(*, as_json: bool) -> int:
    with ending_for_certain():
        async with history_to_read() as history:
            stats = await history.requests.model_stats()
    if as_json:
        Output().put("".join(json_line(asdict(model)) for model in stats))
    elif stats:
        Output().put(table([_HEADINGS, *map(_row, stats)], right=range(1, len(_HEADINGS))))
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
