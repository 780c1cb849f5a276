"""Finds the parameter that a server refused, so that advice can name it."""

from __future__ import annotations

import re

from textchat.providers.error_documents import ErrorDetails
from textchat.providers.refusals.words import LONGEST_WORDS, words_of

PARAMETER_UNKNOWN = re.compile(
    r"(?:unsupported|unknown|unrecognized|unexpected|extra)(?: request| keyword)?[ _]"
    r"(?:parameter|argument|field|key|name|property)s?\b|extra (?:inputs|fields) (?:are )?not permitted|extra_forbidden"
)
PARAMETER_REFUSED = re.compile(
    rf"{PARAMETER_UNKNOWN.pattern}|unsupported[ _]value"
    r"|(?:parameter|argument|field|property)\b.{0,60}not (?:supported|allowed|permitted)"
)
_NAME = r"[a-zA-Z][\w.]{0,60}"
_NAMED = (
    re.compile(
        rf"(?:parameter|argument|field|property|value|name|option|key)s?(?: supplied| named| specified)?\s?[:=]?\s?"
        rf"['\"`“]({_NAME})['\"`”]",
        re.IGNORECASE,
    ),
    re.compile(rf"argument supplied: ({_NAME})", re.IGNORECASE),
    re.compile(rf"['\"`“]({_NAME})['\"`”] (?:is|does|must|should|cannot|can't|was|has|are) ", re.IGNORECASE),
    re.compile(
        r"\b(temperature|top_?[pk]|min_p|seed|max_?(?:completion_?|output_?|new_?)?tokens|num_predict|presence_penalty"
        r"|frequency_penalty|repetition_penalty|reasoning_effort|effort|thinking|logit_bias|(?:top_)?logprobs|response_format"
        r"|stop_sequences|parallel_tool_calls)\b",
        re.IGNORECASE,
    ),
)
_OF_THE_REQUEST = frozenset(
    {
        "messages",
        "model",
        "input",
        "inputs",
        "contents",
        "content",
        "prompt",
        "system",
        "instructions",
        "role",
        "body",
        "message",
    }
)
"""Fields that no parameter of the user's fills."""


def refused_parameter(details: ErrorDetails) -> str | None:
    """The name of the parameter that was refused, as far as the user can have set it."""
    names = [
        details.param,
        *(found[1] for pattern in _NAMED for found in pattern.finditer(details.message[:LONGEST_WORDS])),
    ]
    for name in names:
        parts = [part for part in re.split(r"[.\[\]]+", name.removeprefix("body.")) if part and not part.isdigit()]
        if parts and parts[0] not in _OF_THE_REQUEST and len(name) <= 60:
            return parts[-1] if parts[0] in ("generation_config", "generationConfig", "options") else parts[0]
    return None


def is_parameter_unknown(details: ErrorDetails) -> bool:
    """Whether the parameter itself is not taken, and not only its value."""
    words = words_of(details)
    return (
        PARAMETER_REFUSED.search(words) is not None
        or re.search(r"not support|unsupported|deprecated", words) is not None
    )
