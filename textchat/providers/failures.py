"""Classifies refusals of servers: maps HTTP status, error body and `Retry-After` to a kind of ChatError."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from textchat.core.errors import (
    AuthenticationError,
    BadRequestError,
    ChatError,
    ContentFilterError,
    ContextLengthError,
    NetworkError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitError,
    ServerError,
    TimeLimitError,
)
from textchat.core.text.nesting import is_deep_json
from textchat.providers.error_documents import ErrorDetails, refusal_details
from textchat.providers.masking import CUT
from textchat.providers.refusals.kinds import (
    has_no_credit,
    is_challenge,
    is_region,
    kind_of,
    passes_by_itself,
)
from textchat.providers.refusals.parameters import is_parameter_unknown, refused_parameter
from textchat.providers.refusals.texts import page_words
from textchat.providers.refusals.waits import retry_after, should_retry, wait_in_words

LONGEST_QUOTE = 300
"""The most characters of a server's words that are repeated."""


def refusal(
    provider: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    key_advice: str,
    *,
    is_model_list: bool = False,
) -> ChatError:
    """The error for a response with HTTP `status` (not 2xx); `key_advice` is appended for a refused key.

    `is_model_list`: the list of models was asked for, so that no advice sends the user to it.
    """
    if 300 <= status < 400:
        place = headers.get("location", "")
        return ProtocolError(
            f"{provider} redirects{f' to {_quotable(place)}' if place else ''} (HTTP {status}). textchat does not "
            f"follow, because the key belongs to one host. Correct base_url of [providers.{provider}].",
            status=status,
        )
    encoding = _unreadable_encoding(headers, body)
    text = body.decode("utf-8", "replace") if encoding is None else ""
    details = refusal_details(text)._replace(status=status)
    if (asked := retry_after(headers)) is not None:
        details = details._replace(retry_after_s=asked)
    error = failure(provider, details, key_advice, is_model_list=is_model_list)
    error.words = text
    if (may_pass := should_retry(headers)) is not None:
        error.may_pass = may_pass
    if encoding is not None:
        error.message += f" {unreadable_words(encoding)}"
        error.args = (error.message,)
    return error


def failure(
    provider: str, details: ErrorDetails, key_advice: str = "Check its key.", *, is_model_list: bool = False
) -> ChatError:
    """The error of the right kind for `details`, with what happened and what to do next."""
    if details.retry_after_s is None:
        details = details._replace(retry_after_s=wait_in_words(details.message))
    kind = kind_of(details)
    no_credit = has_no_credit(details)
    code = f" (HTTP {details.status})" if details.status is not None else ""
    sentence = f"{_happened(provider, kind, details)}{code}{_quoted(details.message)}."
    if kind is ContextLengthError:
        details = details._replace(retry_after_s=None)
    wait = details.retry_after_s
    advice = _advice(provider, kind, details, key_advice, no_credit=no_credit, is_model_list=is_model_list)
    return kind(
        _with_wait(f"{sentence} {advice}", wait),
        status=details.status,
        retry_after_s=wait,
        may_pass=False if no_credit else True if kind is ServerError and passes_by_itself(details) else None,
        words=details.message,
    )


def _happened(provider: str, kind: type[ChatError], details: ErrorDetails) -> str:
    match details.status:
        case 407:
            return "The proxy requires a user name and a password"
        case 511:
            return "This network requires a login"
        case 520 | 521 | 522 | 523 | 525 | 526 | 527 | 530:
            return f"The proxy in front of {provider} got no response from it"
    return {
        AuthenticationError: f"{provider} refused the key",
        PermissionDeniedError: f"{provider} does not allow this",
        NotFoundError: f"{provider} does not know this model or address",
        RateLimitError: f"Rate limit of {provider} reached",
        ContextLengthError: "The conversation is too long for this model",
        ContentFilterError: f"{provider} blocked this content",
        BadRequestError: f"{provider} rejected the request",
        OverloadedError: f"{provider} is overloaded or not ready",
        TimeLimitError: f"{provider} timed out",
        ServerError: f"{provider} failed",
    }[kind]


def _advice(
    provider: str,
    kind: type[ChatError],
    details: ErrorDetails,
    key_advice: str,
    *,
    no_credit: bool,
    is_model_list: bool,
) -> str:
    if kind is AuthenticationError:
        return key_advice
    if kind is PermissionDeniedError:
        return "Add credit to the account." if no_credit or details.status == 402 else _permission_advice(details)
    if kind is NotFoundError:
        base_url = f"check base_url of [providers.{provider}]"
        return (
            f"{base_url.capitalize()}."
            if is_model_list
            else f"See `textchat models {provider}`, and check its base_url."
        )
    if details.status == 407:
        return "Add them to the proxy's address."
    if kind is RateLimitError and no_credit:
        return "Check the account's credit and limits."
    if kind is BadRequestError:
        return f"Check base_url of [providers.{provider}]." if is_model_list else _parameter_advice(details)
    return {
        RateLimitError: "Wait a moment, then try again.",
        ContextLengthError: "Shorten it, start a new one, or choose a model with a larger context window.",
        ContentFilterError: "Rephrase the prompt.",
        OverloadedError: "Try again later.",
        NetworkError: "Log in there, then try again.",
    }.get(kind, "Try again.")


def _permission_advice(details: ErrorDetails) -> str:
    if is_region(details):
        return "It does not serve this region. Use another network or provider."
    if is_challenge(details):
        return "Its bot protection asks for a browser. Try another network, and check its base_url."
    return "Check the key's permissions."


def _parameter_advice(details: ErrorDetails) -> str:
    name = refused_parameter(details)
    if name is None:
        return "Check the model's parameters."
    if name == "stream":
        return "Turn off streaming (`stream = false`)."
    if is_parameter_unknown(details):
        return f"Remove {name} from the model's parameters."
    return f"Correct {name} in the model's parameters, or remove it."


def unreadable_words(encoding: str) -> str:
    """The sentence about words that came compressed in a way that cannot be undone."""
    return f"Its message is compressed with {_quotable(encoding, 40)}, which textchat cannot read."


def _unreadable_encoding(headers: Mapping[str, str], body: bytes) -> str | None:
    """The `Content-Encoding` of a body that is still compressed; None for text, whatever its header says."""
    encoding = headers.get("content-encoding", "").strip()
    if not encoding or not body:
        return None
    text = body.decode("utf-8", "replace")
    strange = sum(1 for c in text[:2000] if c == "\ufffd" or (c < " " and c not in "\t\r\n\x1b"))
    return encoding if strange * 10 > min(len(text), 2000) else None


def _with_wait(sentence: str, seconds: float | None) -> str:
    if seconds is None or seconds < 1:
        return sentence
    whole, unit = (round(seconds), "second") if seconds < 120 else (round(seconds / 60), "minute")
    span = f"{whole} {unit}{'s' if whole != 1 else ''}"
    return f"{sentence} It asks you to wait {span}."


# -- documents ---------------------------------------------------------------------------------------------------------


def parse_json(text: str | bytes, provider: str) -> Any:
    """Parse a JSON document; raises ProtocolError for anything else, and says so if it is a web page."""
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if is_deep_json(shown):
        raise not_json(shown, provider)
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        raise not_json(shown, provider) from None


def not_json(text: str, provider: str) -> ProtocolError:
    """The error for a text that is not JSON: a web page, an empty body, or anything else."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return ProtocolError(
            f"{provider} answered with a web page{_quoted(page_words(text))} instead of JSON. "
            f"Check base_url of [providers.{provider}]; many servers want it to end in /v1."
        )
    if not start:
        return ProtocolError(f"{provider} sent an empty response. Check that the model is loaded, then try again.")
    return ProtocolError(
        f"{provider} sent something that is not JSON{_quoted(text, 80)}. Check its base_url, or try again."
    )


def _quotable(text: str, longest: int = LONGEST_QUOTE) -> str:
    """The text on one line, without control characters, marked where it is cut to `longest` characters."""
    start = text[: LONGEST_QUOTE * 4]
    words = " ".join("".join(c if c.isprintable() else " " for c in start).split())
    return words if len(words) <= longest and start == text else f"{words[:longest].rstrip()}{CUT}"


def _quoted(text: str, longest: int = LONGEST_QUOTE) -> str:
    words = _quotable(text, longest).rstrip(".")
    return f": “{words}”" if words else ""


def quoted_words(text: str) -> str:
    """What the body of a refusal says, for the middle of a sentence; empty if it says nothing."""
    return _quoted(refusal_details(text).message)
