"""Marks the beginning of a long request, so that the next one of its conversation is read from the cache.

A mark stands behind the system prompt, behind the last prompt and behind the one before it. What is before that one was
written to the cache by the request before: without a mark the server looks for it no further back than 20 blocks.
Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textchat.core.figures.tokens import rough_tokens
from textchat.core.text import json_fields as fields
from textchat.providers.capabilities.claude import USUAL_LEAST_CACHED, claude_model

FIELD = "cache_control"
_MARK = {FIELD: {"type": "ephemeral"}}
_PROMPTS = 2
"""So many of the last prompts are marked; with the system prompt, one mark less than the server takes."""
_LONGEST_COUNTED = 100_000
"""Characters of a text that are counted: more are enough for any model."""
_ENCODED_PER_TOKEN = 100
"""Characters of base64 to a token, roughly, as pages and photographs have it."""
_MOST_OF_PICTURE = 1600


def with_marks(body: Mapping[str, Any], model: str) -> dict[str, Any]:
    """`body` with its marks; none where its beginning is too short to be kept."""
    known = claude_model(model)
    least = USUAL_LEAST_CACHED if known is None else known.least_cached
    marked = dict(body)
    system = body.get("system")
    tokens = rough_tokens(system[:_LONGEST_COUNTED]) if isinstance(system, str) else 0.0
    if isinstance(system, str) and tokens >= least:
        marked["system"] = [{"type": "text", "text": system, **_MARK}]
    turns = list(fields.rows(body, "messages"))
    prompts = [at for at, turn in enumerate(turns) if turn["role"] == "user"][-_PROMPTS:]
    for at, turn in enumerate(turns):
        if tokens < least:
            tokens += sum(map(_tokens, turn["content"]))
        if at in prompts and tokens >= least:
            *before, last = turn["content"]
            turns[at] = {**turn, "content": [*before, {**last, **_MARK}]}
    marked["messages"] = turns
    return marked


def are_in(body: Mapping[str, Any]) -> bool:
    """Whether a request has marks of ours."""
    return isinstance(body.get("system"), list) or any(
        FIELD in block for turn in fields.rows(body, "messages") for block in fields.rows(turn, "content")
    )


def without_marks(body: Mapping[str, Any]) -> dict[str, Any]:
    """`body` as it was before it was marked."""
    plain = dict(body)
    match body.get("system"):
        case [{"type": "text", "text": str(text), **rest}] if FIELD in rest:
            plain["system"] = text
    plain["messages"] = [
        {
            **turn,
            "content": [
                {name: value for name, value in block.items() if name != FIELD}
                for block in fields.rows(turn, "content")
            ],
        }
        for turn in fields.rows(body, "messages")
    ]
    return plain


def _tokens(block: Mapping[str, Any]) -> float:
    text = fields.text(block, "text") or fields.text(block, "content")
    encoded = len(fields.text(block.get("source"), "data")) / _ENCODED_PER_TOKEN
    if fields.text(block, "type") == "image":
        encoded = min(encoded, _MOST_OF_PICTURE)
    return rough_tokens(text[:_LONGEST_COUNTED]) + encoded
