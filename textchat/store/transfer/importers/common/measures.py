"""Reads tokens, durations, costs and parameters, whichever names a source has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.core.conversation import Source, Timing, Usage
from textchat.core.parameters import Parameters
from textchat.core.text.json_fields import as_table, count, table

_INPUT = ("input_tokens", "prompt_tokens", "inputTokens", "promptTokens", "totalInputTokens", "prompt_eval_count")
_OUTPUT = ("output_tokens", "completion_tokens", "outputTokens", "completionTokens", "totalOutputTokens", "eval_count")
_REASONING = ("reasoning_tokens", "reasoningTokens", "outputReasoningTokens", "thoughtsTokens")
_CACHED = ("cached_tokens", "cachedInputTokens", "cachedTokens", "inputCachedTokens")
_DETAILS = ("completion_tokens_details", "output_tokens_details", "prompt_tokens_details", "input_tokens_details")
_MOST_SECONDS = 1e7
_HIGHEST_COST = 1e6


def tokens_in(figures: Mapping[str, Any]) -> Usage | None:
    """The tokens of a request and its reply; None unless both are there."""
    tokens_in, tokens_out = _first(figures, _INPUT), _first(figures, _OUTPUT)
    if tokens_in is None or tokens_out is None:
        return None
    every = {**figures}
    for name in _DETAILS:
        every |= table(figures, name)
    return Usage(
        tokens_in, tokens_out, _first(every, _REASONING), Source.REPORTED, cached_tokens=_first(every, _CACHED)
    )


def _first(figures: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((value for name in names if (value := count(figures, name)) is not None), None)


def seconds_of(value: object, unit: float = 1.0) -> float | None:
    """A duration in seconds from one in units of `unit` seconds; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _MOST_SECONDS / unit:
        return None
    return value * unit


def timing_in(total: float | None, first_token: float | None = None) -> Timing | None:
    """Timing from seconds, None without the whole duration."""
    return None if total is None else Timing(first_token, total, None)


def cost_of(value: object) -> float | None:
    """A cost in USD; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _HIGHEST_COST:
        return None
    return float(value)


def parameters_of(options: object) -> Parameters | None:
    """The parameters of a request by their usual names; None without any. Others are kept as they are."""
    named = {name: value for name, value in as_table(options).items() if value is not None and name not in _NEVER}
    for name, kinds in _KINDS.items():
        if name in named and (isinstance(named[name], bool) or not isinstance(named[name], kinds)):
            del named[name]
    return Parameters().merged(named) if named else None


_NEVER = ("system", "stream")
_KINDS = {"temperature": int | float, "top_p": int | float, "max_tokens": int, "seed": int}
