"""Converts values from formats of other programs: roles, model names, times and counts."""

from __future__ import annotations

import re
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


_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Numbers above the first are counted in that part of a second."""
_LONGEST_NUMBER = 20


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
    """Unix time in seconds from a number or an ISO 8601 text, in UTC if it has no zone; 0 for anything else.

    Numbers, or texts of digits, are seconds, milliseconds, microseconds or nanoseconds, by their size.
    """
    match value:
        case bool():
            return 0.0
        case int() | float() if 0 <= value < 1e20:
            return value / next((unit for limit, unit in _UNITS if value > limit), 1.0)
        case str() if value.strip().isdecimal() and len(value) < _LONGEST_NUMBER:
            return moment(int(value))
        case str():
            try:
                parsed = datetime.fromisoformat(value.strip())
            except ValueError:
                return 0.0
            # Before 1970: what .NET and others write for no date, such as the year 1.
            return max(0.0, (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())
        case _:
            return 0.0


def usage_of(input_tokens: object, output_tokens: object) -> Usage | None:
    if type(input_tokens) is int and type(output_tokens) is int and min(input_tokens, output_tokens) >= 0:
        return Usage(input_tokens, output_tokens, source=Source.REPORTED)
    return None


def joined(texts: Iterable[str]) -> str:
    """The non-empty texts, separated by empty lines."""
    return "\n\n".join(text for text in texts if text.strip())


def link(title: object, url: object) -> str:
    """A Markdown link that holds whatever its title and address contain; the title alone for no web address."""
    words = " ".join(title.split()) if isinstance(title, str) else ""
    if not isinstance(url, str) or not re.match(r"https?://\S+$", url):
        return words
    label = re.sub(r"([\\\[\]])", r"\\\1", words) or url.partition("://")[2].partition("/")[0]
    return f"[{label}]({url.replace('(', '%28').replace(')', '%29')})"
