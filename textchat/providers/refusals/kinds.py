"""Decides the kind of a refusal, by its HTTP status and by its words."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
    RateLimitError,
    ServerError,
    TimeLimitError,
)
from textchat.providers.error_documents import ErrorDetails
from textchat.providers.refusals.lengths import is_too_long
from textchat.providers.refusals.parameters import PARAMETER_REFUSED
from textchat.providers.refusals.words import words_of

_FILTER = re.compile(
    r"content.?filter|content.?policy|content management policy|responsibleai|moderation|flagged|prohibited_content"
    r"|safety system|prompt was blocked|usage polic|\bsafety\b|data_?inspection_?failed|inappropriate content"
    r"|sensitive.?(?:content|words?)|new_sensitive|敏感|content exists risk"
)
_KEY = re.compile(
    r"invalid_api_key|incorrect api key|api.?key not valid|api_key_invalid|invalid.{0,12}api.?key|authentication_error"
    r"|unauthenticated|unauthorized|no auth credentials|missing.{0,20}api.?key|invalid x-api-key|token_not_found"
    # LiteLLM's proxy without a database: it looks a key that is not its master key up there.
    r"|no_db_connection"
)
_PERMISSION = re.compile(r"permission|not allowed|access denied|forbidden")
_REGION = re.compile(
    r"unsupported_country|country, region"
    r"|\b(?:location|region|country|territory)\b.{0,40}\bnot (?:\w+ )?(?:supported|available|allowed|served)"
    r"|not (?:supported|available|allowed|served) (?:\w+ ){0,3}(?:in|from) (?:your|this) (?:country|region|location)"
    r"|(?:地区|地區|区域).{0,20}(?:不支持|不可用|限制)"
)
_CHALLENGE = re.compile(
    r"just a moment|attention required|checking your browser|verif\w+ (?:that )?you are (?:a )?human"
    r"|cloudflare to restrict access|error (?:code: ?)?10[12]0"
    r"|enable javascript and cookies|you have been blocked|captcha"
)
_MISSING = re.compile(
    r"model_not_found|not_found_error|\bnot_found\b|model.{0,80}(not found|does not exist|not exist|not loaded)"
    r"|not a valid model|no such model|unknown model|invalid model|unsupported model|try pulling it"
    r"|deploymentnotfound|model.{0,60}(?:has been|was|is) (?:deprecated|decommissioned|retired|removed|shut ?down)"
    # LiteLLM's proxy, `transformers serve`, OpenRouter.
    r"|no healthy deployments|server is pinned to|no endpoints found|模型不存在|不支持的模型"
    # LM Studio, with status 200, where base_url lacks its /v1.
    r"|unexpected endpoint"
)
_RATE_CODE = re.compile(r"rate.?limit|too.?many.?requests|resource_exhausted|throttl|请求过于频繁|限流")
_RATE = re.compile(rf"{_RATE_CODE.pattern}|quota|slow down|频率|每分钟")
_BUSY = re.compile(
    r"overloaded|over capacity|at capacity|capacity exceeded|loading model|model is loading|try again later|unavailable"
    r"|\bbusy\b|server_busy|engine.{0,10}overload|no healthy upstream|too many concurrent|繁忙|过载"
)
_SERVER_CODE = re.compile(r"\b(?:api_error|server_error|internal_server_error|internal_error|internal|timeout_error)\b")
_NO_CREDIT_CODE = re.compile(
    r"insufficient_(?:quota|balance|credits?|funds|user_quota)|billing_(?:not_active|hard_limit_reached)|payment_required"
    r"|exceeded_current_quota_error|arrearage|account_overdue|accountoverdue|credit balance"
)
_EMPTY_ACCOUNT = re.compile(
    r"insufficient.{0,8}(?:balance|credits?|funds)|balance is not enough"
    r"|(?:out of|no|not enough) credits?\b|余额不足|欠费"
)
_NO_CREDIT = re.compile(rf"{_EMPTY_ACCOUNT.pattern}|billing|more credits\b|额度不足")
_ADDRESS = re.compile(r"https?://\S+")


def kind_of(details: ErrorDetails) -> type[ChatError]:
    """The kind of error that `details` tell of; without a status (within a stream) their words alone decide."""
    status, words = details.status, words_of(details)
    if status == 401 or (status in (None, 400, 403, 500) and _KEY.search(words)):
        return AuthenticationError
    if status == 402 or (status in (None, 400) and "credit balance" in words):
        return PermissionDeniedError  # Anthropic tells of an empty account as of a bad request
    if status == 400 and (_EMPTY_ACCOUNT.search(words) or _NO_CREDIT_CODE.search(words)):
        return PermissionDeniedError
    if status == 413 or is_too_long(details):
        return ContextLengthError
    if status in (None, 400, 403, 451) and _REGION.search(words):
        return PermissionDeniedError
    if status in (403, 503) and _CHALLENGE.search(words):
        return PermissionDeniedError
    if status in (None, 400, 403, 422, 451) and _FILTER.search(words):
        return ContentFilterError
    if status in (None, 400, 404, 422, 500) and _MISSING.search(words):
        return NotFoundError
    if status is None:
        return _kind_by_words(words)
    if status in (400, 403, 498, 500, 502) and _RATE_CODE.search(words):
        return RateLimitError  # AWS throttles with 400, and gateways wrap a 429 in a 500
    if status in (424, 498) and _BUSY.search(words):
        return OverloadedError  # "Model too busy" of TGI, "flex tier capacity exceeded" of Groq
    if status == 500 and PARAMETER_REFUSED.search(words):
        return BadRequestError
    return _KINDS.get(status) or (ServerError if status >= 500 else BadRequestError)


_KINDS: Mapping[int, type[ChatError]] = {
    403: PermissionDeniedError,
    404: NotFoundError,
    405: NotFoundError,
    407: NetworkError,
    408: TimeLimitError,
    409: OverloadedError,
    410: NotFoundError,
    420: RateLimitError,
    425: OverloadedError,
    429: RateLimitError,
    451: PermissionDeniedError,
    498: AuthenticationError,
    499: ServerError,
    503: OverloadedError,
    511: NetworkError,
    529: OverloadedError,
}


def _kind_by_words(words: str) -> type[ChatError]:
    if _EMPTY_ACCOUNT.search(words):
        return PermissionDeniedError
    if _RATE.search(words):
        return RateLimitError
    if _BUSY.search(words):
        return OverloadedError
    if _PERMISSION.search(words):
        return PermissionDeniedError
    if re.search(r"invalid.?request|bad.?request|invalid_argument", words) or PARAMETER_REFUSED.search(words):
        return BadRequestError
    return ServerError


def has_no_credit(details: ErrorDetails) -> bool:
    """Whether an account is empty: by a code that says so, or in words where no time is named after which to ask again.

    Limits of a minute come with links to pages about billing, and Gemini's with "check your plan and billing details".
    """
    words = words_of(details)
    if _NO_CREDIT_CODE.search(words):
        return True
    if details.retry_after_s is not None or _RATE_CODE.search(details.code.replace("resource_exhausted", "")):
        return False
    return _NO_CREDIT.search(_ADDRESS.sub("", words)) is not None


def passes_by_itself(details: ErrorDetails) -> bool:
    """Whether an error within a stream, which has no status, is what a 500 or a 504 is elsewhere."""
    return details.status is None and _SERVER_CODE.search(details.code) is not None


def is_region(details: ErrorDetails) -> bool:
    """Whether the place that the request comes from is refused."""
    return _REGION.search(words_of(details)) is not None


def is_challenge(details: ErrorDetails) -> bool:
    """Whether a network in front of the server wants to see a browser."""
    return _CHALLENGE.search(words_of(details)) is not None
