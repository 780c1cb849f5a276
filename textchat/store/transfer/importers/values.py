"""Reads the values that other programs write their own way: roles, names of models, times and counts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

from textchat.core.conversation import Role, Source, Usage

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "gpt": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
_PROVIDERS = (
    (("gpt-", "chatgpt-", "o1", "o3", "o4", "text-davinci"), "openai"),
    (("claude",), "anthropic"),
    (("gemini",), "gemini"),
)


def role_of(word: object) -> Role:
    """The nearest of ours; what is none of them was said to the model."""
    return _ROLES.get(str(word).lower(), Role.USER)


def model_name(name: object) -> str | None:
    """`PROVIDER/MODEL` for a model that its source knows without a provider; None for no name at all."""
    if not isinstance(name, str) or not name.strip():
        return None
    if "/" in name.strip("/"):
        return name.strip("/")
    for beginnings, provider in _PROVIDERS:
        if name.lower().startswith(beginnings):
            return f"{provider}/{name}"
    return f"imported/{name}"


def moment(value: object) -> float:
    """Unix time in seconds of a number or an ISO 8601 text, taken as UTC without a zone; 0 for anything else."""
    match value:
        case bool():
            return 0.0
        case int() | float() if abs(value) < 1e15 and math.isfinite(value):
            return float(value) / (1000 if value > 1e11 else 1)
        case str():
            try:
                parsed = datetime.fromisoformat(value.strip())
            except ValueError:
                return 0.0
            return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
        case _:
            return 0.0


def usage_of(input_tokens: object, output_tokens: object) -> Usage | None:
    if type(input_tokens) is int and type(output_tokens) is int and min(input_tokens, output_tokens) >= 0:
        return Usage(input_tokens, output_tokens, source=Source.REPORTED)
    return None


def joined(texts: Iterable[str]) -> str:
    """The texts that hold something, an empty line between them."""
    return "\n\n".join(text for text in texts if text.strip())
