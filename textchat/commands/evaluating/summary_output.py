"""Puts out the summary of an evaluation: as tables and sentences, or as one JSON object."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from textchat.commands.evaluating.summary_text import summary_text
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import STDERR, STDOUT
from textchat.core.evaluation.statistics import Interval
from textchat.core.evaluation.summary import Mean, PairSummary, Share, Summary, VariantSummary


async def put_out_summary(summary: Summary, *, as_json: bool, to_output: bool) -> None:
    """Write it on standard output, or beside the results that are there: JSON as their last line, else apart from them.

    Raises BrokenPipeError and OutputError.
    """
    if not summary.variants:
        return
    output = Output(STDOUT if to_output or as_json else STDERR)
    if as_json:
        await output.write(json_line(summary_object(summary)))
    else:
        await output.write(summary_text(summary, shutil.get_terminal_size().columns if output.is_terminal else None))
    await output.end()


def summary_object(summary: Summary) -> dict[str, Any]:
    """The summary as the last line of `--json`."""
    return {
        "type": "summary",
        "prompts": summary.prompts,
        "models": [_variant(variant) for variant in summary.variants],
        "pairs": [_pair(pair) for pair in summary.pairs],
    }


def _variant(variant: VariantSummary) -> dict[str, Any]:
    return {
        "name": variant.name,
        "model": variant.model,
        "prompts": variant.prompts,
        "answers": variant.answers,
        "failed": variant.failed,
        "passed": _share(variant.share),
        "checks": {"passed": variant.checks_passed, "of": variant.checks},
        "cost_usd": _mean(variant.cost_usd),
        "seconds": _mean(variant.seconds),
        "output_tokens": _mean(variant.output_tokens),
        "tags": {tag: _share(share) for tag, share in variant.by_tag.items()},
    }


def _pair(pair: PairSummary) -> dict[str, Any]:
    return {
        "names": [pair.one, pair.other],
        "prompts": pair.prompts,
        "wins": pair.wins,
        "losses": pair.losses,
        "difference": _rounded(pair.difference),
        **_interval(pair.interval),
        "p": _rounded(pair.p),
        "adjusted_p": _rounded(pair.adjusted_p),
    }


def _share(share: Share | None) -> Mapping[str, Any] | None:
    if share is None:
        return None
    told = {"share": _rounded(share.share), "prompts": share.prompts}
    return {**told, **_interval(share.interval)}


def _mean(mean: Mean | None) -> Mapping[str, Any] | None:
    if mean is None:
        return None
    told = {"mean": _rounded(mean.value), "prompts": mean.prompts, "estimated": mean.is_estimate}
    return {**told, **_interval(mean.interval)}


def _interval(interval: Interval | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {"low": _rounded(low), "high": _rounded(high)}


def _rounded(value: float | None) -> float | None:
    """Nine digits: cents of a cent are seen, and sums differ on no machine."""
    return None if value is None else float(f"{value:.9g}")
