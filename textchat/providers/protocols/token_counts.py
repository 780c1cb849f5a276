"""Reads the cached tokens that a usage object names, and explains a total that its parts do not reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.events import UsageReport
from textchat.core.text import json_fields as fields

_OF_INPUT = re.compile(r"prompt|input")
_WRITTEN = re.compile(r"creat|writ")
_NOT_CACHED = re.compile(r"miss|uncach|noncach|completion|output")


def first_count(usage: Mapping[str, Any], *names: str) -> int | None:
    """The count under the first of `names` that has one above 0; else 0 where one is 0, else None."""
    counts = [count for name in names if (count := fields.count(usage, name)) is not None]
    return next(filter(None, counts), counts[0] if counts else None)


def cached_and_written(usage: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Input tokens that were read from a cache, and those that were written to one.

    There are more spellings than servers: `prompt_tokens_details.cached_tokens` (OpenAI), `cache_read_input_tokens` and
    `cache_creation: {ephemeral_5m_input_tokens, …}` (Anthropic), `prompt_cache_hit_tokens` (DeepSeek), `cached_tokens`
    (Moonshot), `cacheReadInputTokens` (AWS), `prompt_tokens_details.cache_write_tokens` (OpenRouter),
    `.cached_creation_tokens` (new-api). So every field counts whose name has a cache and tokens in it; where several
    do, they repeat each other.
    """
    read, written = list[int](), list[int]()
    inner = [
        value for name, value in usage.items() if isinstance(value, dict) and _OF_INPUT.search(name.lower()) is not None
    ]
    for place in (usage, *inner):
        for name, count in _counts(place):
            (written if _WRITTEN.search(name) else read).append(count)
    return max(read, default=None), max(written, default=None)


def within_total(report: UsageReport, total: int | None) -> UsageReport:
    """`report` with what `total` holds beyond input and output.

    First the cached tokens explain it: some gateways leave them out of the input (Portkey gateway#1754), and so does
    any server whose cached tokens are more than its input. Only the rest is output that was not shown: xAI and Gemini
    have thoughts in the total that they leave out of the completion; the same number said of the reasoning proves it.
    """
    if report.input_tokens is None:
        return report
    unseen = max(0, (total or 0) - report.input_tokens - (report.output_tokens or 0))
    read, written = report.cached_tokens or 0, report.cache_write_tokens or 0
    if max(read, written) > report.input_tokens:
        apart = read + written
    elif unseen == report.reasoning_tokens:
        apart = 0
    else:
        apart = min(unseen, read + written)
    if apart:
        report = replace(report, input_tokens=report.input_tokens + apart)
    if unseen <= apart:
        return report
    rest = unseen - apart
    if report.output_tokens is None:
        return replace(report, output_tokens=rest)
    return replace(report, output_tokens=report.output_tokens + rest, reasoning_tokens=report.reasoning_tokens or rest)


def _counts(place: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The names, in lower case without `_`, and the counts of what a usage object says of caches."""
    for name, value in place.items():
        name = name.lower()
        if "cach" not in name:
            continue  # nearly all; some servers report with each token
        name = name.replace("_", "")
        if _NOT_CACHED.search(name):
            continue
        if isinstance(value, dict):
            count = fields.total(*(fields.count(value, part) for part in value))
        else:
            count = fields.count({name: value}, name) if "token" in name else None
        if count is not None:
            yield name, count
