"""Reads how a reply ended and what it used, as the interfaces of OpenAI, Anthropic and Google say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.core.conversation import Source, Usage
from textchat.core.text.json_fields import count, table, total

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "refusal": "content_filter",
    "safety": "content_filter",
}


def finish_of(word: object) -> str | None:
    """`stop`, `length`, `content_filter` or `tool_calls`; any other in lower case, None for no word."""
    if not isinstance(word, str) or not word:
        return None
    return _FINISH.get(word.lower(), word.lower())


def usage_in(usage: Mapping[str, Any]) -> Usage | None:
    """The usage in any of the three spellings; None if it lacks a count."""
    if "promptTokenCount" in usage:
        return _usage(
            count(usage, "promptTokenCount"),
            total(count(usage, "candidatesTokenCount"), count(usage, "thoughtsTokenCount")),
            count(usage, "thoughtsTokenCount"),
            count(usage, "cachedContentTokenCount"),
        )
    if "prompt_tokens" in usage:
        return _usage(
            count(usage, "prompt_tokens"),
            count(usage, "completion_tokens"),
            count(table(usage, "completion_tokens_details"), "reasoning_tokens"),
            count(table(usage, "prompt_tokens_details"), "cached_tokens"),
        )
    # Anthropic counts what came from the cache or went there beside its input tokens, OpenAI among them.
    read, written = count(usage, "cache_read_input_tokens"), count(usage, "cache_creation_input_tokens")
    return _usage(
        None if count(usage, "input_tokens") is None else total(count(usage, "input_tokens"), read, written),
        count(usage, "output_tokens"),
        count(table(usage, "output_tokens_details"), "reasoning_tokens"),
        count(table(usage, "input_tokens_details"), "cached_tokens") if read is None else read,
        written,
    )


def _usage(
    sent: int | None, replied: int | None, thought: int | None, cached: int | None, written: int | None = None
) -> Usage | None:
    if sent is None or replied is None:
        return None
    return Usage(sent, replied, thought, Source.REPORTED, cached, cache_write_tokens=written)
