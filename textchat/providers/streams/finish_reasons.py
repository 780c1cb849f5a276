"""Maps the finish reasons of all protocols to textchat's four."""

from __future__ import annotations

_NAMES = {
    "stop": (
        "stop",
        "eos",
        "eos_token",
        "end",
        "end_turn",
        "stop_sequence",
        "stop_token",
        "complete",
        "completed",
        "done",
    ),
    "length": (
        "length",
        "max_tokens",
        "max_output_tokens",
        "max_completion_tokens",
        "max_length",
        "model_length",
        "model_context_window_exceeded",
        "limit",
    ),
    "content_filter": (
        "content_filter",
        "content_filtered",
        "safety",
        "recitation",
        "blocklist",
        "prohibited_content",
        "spii",
        "image_safety",
        "image_prohibited_content",
        "image_recitation",
        "refusal",
        "moderation",
    ),
    "tool_calls": ("tool_calls", "tool_call", "tool_use", "function_call"),
}
_NORMAL = {name: normal for normal, names in _NAMES.items() for name in names}
_PLACEHOLDERS = frozenset({"", "null", "none", "finish_reason_unspecified"})
"""Values that mean "no finish reason": texts that some gateways make of JSON's null, and Gemini's name for it."""


def is_reason(reason: object) -> bool:
    """Whether the value of a finish reason field, of any type, is a finish reason."""
    return bool(reason) and not (isinstance(reason, str) and reason.strip().lower() in _PLACEHOLDERS)


def normal_reason(reason: object) -> str | None:
    """`stop`, `length`, `content_filter` or `tool_calls`; any other word in lower case; None for no reason."""
    if not isinstance(reason, str) or not reason.strip():
        return None
    name = reason.strip().lower()[:100]
    return _NORMAL.get(name, name)
