"""Converts values from formats of other programs: roles, model names, times and counts."""

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
    """The nearest role of ours; unknown ones become `user`."""
    return _ROLES.get(str(word).lower(), Role.USER)


def model_name(name: object) -> str | None:
    """`PROVIDER/MODEL` for a model named without a provider; None for an empty name."""
    if not isinstance(name, str) or not name.strip():
        return None
    if "/" in name.strip("/"):
        return name.strip("/")
    for beginnings, provider in _PROVIDERS:
        if name.lower().startswith(beginnings):
            return f"{provider}/{name}"
    return f"imported/{name}"


def moment(value: object) -> float:
    """Unix time in seconds from a number or an ISO 8601 text, in UTC if it has no zone; 0 for anything else."""
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
    """The non-empty texts, separated by empty lines."""
    return "\n\n".join(text for text in texts if text.strip())
