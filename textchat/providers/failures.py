"""Classifies refusals of servers: maps HTTP status, error body and `Retry-After` to a kind of ChatError."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping
from typing import Any

from textchat.core.errors import (
    AuthenticationError,
    BadRequestError,
    ChatError,
    ContentFilterError,
    ContextLengthError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    ServerError,
    TimeLimitError,
)
from textchat.providers.error_documents import ErrorDetails, error_details
from textchat.providers.masking import CUT

LONGEST_QUOTE = 300
"""The most characters of a server's words that are repeated."""

_CONTEXT = re.compile(
    r"context.?(length|window|size|limit)|maximum context|max_model_len|prompt is too long"
    r"|too many (input )?tokens"
    r"|input is too long|exceeds? the (maximum|available) (number of )?(input )?(tokens|context)|input token count"
    r"|reduce the length|tokens? limit exceeded|larger than the (maximum )?context|model_max_prompt_tokens"
)
_FILTER = re.compile(
    r"content.?filter|content.?policy|content management policy|responsibleai|moderation|flagged|prohibited_content"
    r"|safety system|prompt was blocked|usage polic|\bsafety\b"
)
_KEY = re.compile(
    r"invalid_api_key|incorrect api key|api.?key not valid|api_key_invalid|invalid.{0,12}api.?key|authentication_error"
    r"|unauthenticated|unauthorized|no auth credentials|missing.{0,20}api.?key|invalid x-api-key|token_not_found"
    # LiteLLM's proxy without a database: it looks a key that is not its master key up there.
    r"|no_db_connection"
)
_PERMISSION = re.compile(
    r"permission|insufficient (balance|credits?)|not allowed|unsupported_country|access denied|forbidden"
)
_MISSING = re.compile(
    r"model_not_found|not_found_error|\bnot_found\b|model.{0,80}(not found|does not exist|not exist|not loaded)"
    r"|not a valid model|no such model|unknown model|invalid model|try pulling it"
    # LM Studio, with status 200, where base_url lacks its /v1.
    r"|unexpected endpoint"
)
_RATE = re.compile(r"rate.?limit|too many requests|resource_exhausted|quota|throttl")
_BUSY = re.compile(
    r"overloaded|over capacity|at capacity|loading model|model is loading|try again later|unavailable|busy"
)
_NO_CREDIT = re.compile(r"insufficient_quota|insufficient (balance|credits?)|billing|credit balance")


def refusal(provider: str, status: int, headers: Mapping[str, str], body: bytes, key_advice: str) -> ChatError:
    """The error for a response with HTTP `status` (not 2xx); `key_advice` is appended for a refused key."""
    if 300 <= status < 400:
        place = headers.get("location", "")
        return ProtocolError(
            f"{provider} redirects{f' to {_quotable(place)}' if place else ''} (HTTP {status}); textchat does not "
            f"follow, for the key belongs to one host. Set base_url of [providers.{provider}] to the right one.",
            status=status,
        )
    document, text = _decoded(body)
    details = error_details(document) if document is not None else None
    if details is None:
        details = ErrorDetails(_page_title(text) if text.lstrip().startswith("<") else text)
    error = failure(provider, details._replace(status=status), key_advice)
    error.words = text
    if (asked := retry_after(headers)) is not None:
        error.retry_after_s = asked
    if error.retry_after_s is not None and error.status in (429, 503):
        error.message = _with_wait(error.message, error.retry_after_s)
        error.args = (error.message,)
    return error


def failure(provider: str, details: ErrorDetails, key_advice: str = "Check its key.") -> ChatError:
    """The error of the right kind for `details`, with what happened and what to do next."""
    kind = _kind(details)
    status = details.status
    quoted = _quoted(details.message)
    code = f" (HTTP {status})" if status is not None else ""
    no_credit = _NO_CREDIT.search(f"{details.code} {details.message.lower()}") is not None
    happened, advice = {
        AuthenticationError: (f"{provider} refused the key{code}", key_advice),
        PermissionDeniedError: (
            f"{provider} does not allow this{code}",
            "Add credit to the account." if no_credit or status == 402 else "Check what the key may use.",
        ),
        NotFoundError: (
            f"{provider} does not know this model or address{code}",
            f"See `textchat models {provider}`, and check its base_url.",
        ),
        RateLimitError: (
            f"{provider} allows no more requests now{code}",
            "Check the account's credit and limits." if no_credit else "Wait a little, then try again.",
        ),
        ContextLengthError: (
            f"The conversation is too long for this model{code}",
            "Shorten it, start a new one, or choose a model with a larger context window.",
        ),
        ContentFilterError: (f"{provider} filtered this content out{code}", "Word the prompt differently."),
        BadRequestError: (f"{provider} did not accept the request{code}", "Check the model's parameters."),
        OverloadedError: (f"{provider} is overloaded or not ready{code}", "Try again in a little while."),
        TimeLimitError: (f"{provider} gave up waiting{code}", "Try again."),
        ServerError: (f"{provider} failed{code}", "Try again."),
    }[kind]
    may_pass = False if no_credit else None
    return kind(f"{happened}{quoted}. {advice}", status=status, retry_after_s=details.retry_after_s, may_pass=may_pass)


def _kind(details: ErrorDetails) -> type[ChatError]:
    status = details.status
    words = f"{details.code} {details.message.lower()}"
    if status == 401 or (status in (None, 400, 403) and _KEY.search(words)):
        return AuthenticationError
    if status == 402 or (status in (None, 400) and "credit balance" in words):
        return PermissionDeniedError  # Anthropic tells of an empty account as of a bad request
    if status in (None, 400, 413, 422, 500) and _CONTEXT.search(words):
        return ContextLengthError
    if status in (None, 400, 403, 422, 451) and _FILTER.search(words):
        return ContentFilterError
    if status in (None, 400, 404, 422, 500) and _MISSING.search(words):
        return NotFoundError
    if status is None:
        return _kind_by_words(words)
    return _KINDS.get(status) or (ServerError if status >= 500 else BadRequestError)


_KINDS: Mapping[int, type[ChatError]] = {
    403: PermissionDeniedError,
    404: NotFoundError,
    405: NotFoundError,
    408: TimeLimitError,
    410: NotFoundError,
    429: RateLimitError,
    451: PermissionDeniedError,
    503: OverloadedError,
    529: OverloadedError,
}


def _kind_by_words(words: str) -> type[ChatError]:
    """The kind of an error within a stream, by its words, because it has no status of its own."""
    if _RATE.search(words):
        return RateLimitError
    if _BUSY.search(words):
        return OverloadedError
    if _PERMISSION.search(words):
        return PermissionDeniedError
    if re.search(r"invalid.?request|bad.?request|invalid_argument", words):
        return BadRequestError
    return ServerError


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds the server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as an HTTP date.

    RFC 9110, section 10.2.3. `now` is Unix time.
    """
    with_unit = ((headers.get("retry-after-ms"), 0.001), (headers.get("retry-after"), 1.0))
    for value, unit in with_unit:
        if value is None:
            continue
        value = value.strip()
        if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", value):
            return float(value) * unit
        try:
            at = email.utils.parsedate_to_datetime(value).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return max(0.0, at - (time.time() if now is None else now))
    return None


def _with_wait(sentence: str, seconds: float) -> str:
    if seconds < 1:
        return sentence
    whole, unit = (round(seconds), "second") if seconds < 120 else (round(seconds / 60), "minute")
    span = f"{whole} {unit}{'s' if whole != 1 else ''}"
    return f"{sentence} It asks to be left alone for {span}."


# -- documents ---------------------------------------------------------------------------------------------------------


def parse_json(text: str | bytes, provider: str) -> Any:
    """Parse a JSON document; raises ProtocolError for anything else, and says so if it is a web page."""
    try:
        return json.loads(text, strict=False)  # some servers send control characters as they are
    except (ValueError, RecursionError):
        # RecursionError: ten thousand brackets are enough to make the parser give up.
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        raise not_json(shown, provider) from None


def not_json(text: str, provider: str) -> ProtocolError:
    """The error for a text that is not JSON: a web page, an empty body, or anything else."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return ProtocolError(
            f"{provider} answered with a web page{_quoted(_page_title(text))} instead of JSON. "
            f"Check base_url of [providers.{provider}]; many servers want it to end in /v1."
        )
    if not start:
        return ProtocolError(
            f"{provider} answered with nothing at all. Check that the model is loaded, then try again."
        )
    return ProtocolError(
        f"{provider} sent something that is not JSON{_quoted(text, 80)}. Check its base_url, or try again."
    )


def _decoded(body: bytes) -> tuple[Any, str]:
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text), text
    except (ValueError, RecursionError):
        return None, text


def _page_title(text: str) -> str:
    title = re.search(r"<title[^>]{0,200}>([^<]{1,1000})", text[:20_000], re.IGNORECASE)
    return title.group(1) if title else ""


def _quotable(text: str, longest: int = LONGEST_QUOTE) -> str:
    """The text on one line, without control characters, marked where it is cut to `longest` characters."""
    start = text[: LONGEST_QUOTE * 4]
    words = " ".join("".join(c if c.isprintable() else " " for c in start).split())
    return words if len(words) <= longest and start == text else f"{words[:longest].rstrip()}{CUT}"


def _quoted(text: str, longest: int = LONGEST_QUOTE) -> str:
    words = _quotable(text, longest).rstrip(".")
    return f": “{words}”" if words else ""
