"""Refusals: which of them may pass, which say that a prompt is too long, and whose words are hidden how deep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.servers.strange.case import Case, complete, document, fails, first, page, stream
from tests.servers.strange.wire import (
    ANTHROPIC,
    CLAUDE_GOOD,
    GEMINI,
    GEMINI_GOOD,
    GOOD,
    OLLAMA,
    OPENAI,
    SOME,
    claude_start,
    claude_text,
    data,
    gem,
)
from textchat.core.errors import ErrorKind

CONTEXT, SERVER = ErrorKind.CONTEXT_LENGTH, ErrorKind.SERVER


def said(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


# -- what passes by itself -------------------------------------------------------------------------------------------

GROQ = said(
    "Rate limit reached for model `llama-3.1-8b-instant` in organization `org_x` service tier `on_demand` on tokens "
    "per minute (TPM): Limit 6000, Used 5034, Requested 1443. Please try again in 1s. Need more tokens? Upgrade to "
    "Dev Tier today at https://console.groq.com/settings/billing",
    type="tokens",
    code="rate_limit_exceeded",
)
OPENAI_MINUTE = said(
    "Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested "
    "2000. Please try again in 1s. Visit https://platform.openai.com/account/rate-limits to learn more. You can "
    "increase your rate limit by adding a payment method to your account at https://platform.openai.com/account/billing.",
    type="tokens",
    param=None,
    code="rate_limit_exceeded",
)
DAY = said(
    "Rate limit reached for model `x` on tokens per day (TPD): Limit 100000, Used 97050, Requested 3619. Please try "
    "again in 9m38.016s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing",
    type="tokens",
    code="rate_limit_exceeded",
)
QUOTA = "You exceeded your current quota, please check your plan and billing details."
NO_CREDIT = said(QUOTA, type="insufficient_quota", param=None, code="insufficient_quota")


def google(delay: str, words: str = "") -> dict[str, Any]:
    """Gemini's refusal of each minute; the delay stands in RetryInfo."""
    details = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}],
        },
        *([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}] if delay else []),
    ]
    return said(f"{QUOTA} {words}", code=429, status="RESOURCE_EXHAUSTED", details=details)


AGAIN = complete("Hello", requests=2)
RETRY_AFTER = {"Retry-After": "1"}
WAITING = [
    Case("openai-429-groq", "eliza#4040, continue#10920", OPENAI, first(document(GROQ, 429, RETRY_AFTER), GOOD), AGAIN),
    Case(
        "openai-429-of-a-minute",
        "continue#10920",
        OPENAI,
        first(document(OPENAI_MINUTE, 429, {"retry-after-ms": "900"}), GOOD),
        AGAIN,
    ),
    Case("gemini-429-of-a-minute", "python-genai#2044", GEMINI, first(document(google("1s"), 429), GEMINI_GOOD), AGAIN),
    Case(
        "gemini-429-with-the-time-in-words",
        "gemini-for-kubernetes#1215",
        GEMINI,
        first(document(google("", "Please retry in 1.2s."), 429), GEMINI_GOOD),
        AGAIN,
    ),
    Case(
        "anthropic-429-with-billing-in-a-link",
        "",
        ANTHROPIC,
        first(
            document(
                {"type": "error", **said("Too many. See https://x.example/billing", type="rate_limit_error")},
                429,
                RETRY_AFTER,
            ),
            CLAUDE_GOOD,
        ),
        AGAIN,
    ),
    Case(
        "openai-429-with-the-time-in-the-body",
        "eliza#4040",
        OPENAI,
        first(document(said("Rate limit reached. Please try again in 1.5s.", type="tokens"), 429), GOOD),
        AGAIN,
    ),
    Case(
        "openai-429-with-milliseconds-in-the-body",
        "",
        OPENAI,
        first(document(said("Quota of billing plan reached, try again in 700ms"), 429), GOOD),
        AGAIN,
    ),
    *(
        Case(
            f"openai-{status}-is-not-repeated-{name}",
            "",
            OPENAI,
            document(said(words), status, RETRY_AFTER),
            fails(kind),
        )
        for name, status, words, kind in (
            ("of-the-key", 401, "Wrong key", ErrorKind.AUTHENTICATION),
            ("of-the-key", 500, "Incorrect API key provided", ErrorKind.AUTHENTICATION),
            ("of-credit", 402, "Insufficient credits", ErrorKind.PERMISSION),
        )
    ),
    Case(
        "openai-424-too-busy",
        "TGI behind Hugging Face",
        OPENAI,
        first(document({"error": "Model too busy, unable to get response in less than 60 seconds"}, 424), GOOD),
        AGAIN,
    ),
    Case(
        "openai-429-without-credit",
        "openai-python#3507",
        OPENAI,
        first(document(NO_CREDIT, 429), GOOD, 9),
        fails(ErrorKind.RATE_LIMIT, "credit"),
    ),
    Case(
        "openai-429-of-a-day",
        "continue#10920",
        OPENAI,
        document(DAY, 429, {"Retry-After": "578"}),
        fails(ErrorKind.RATE_LIMIT, "10 minutes", never=["check the account's credit"]),
    ),
    Case(
        "openai-429-of-a-day-said-in-words",
        "",
        OPENAI,
        document(DAY, 429),
        fails(ErrorKind.RATE_LIMIT, "10 minutes", never=["check the account's credit"]),
    ),
    Case(
        "openai-500-that-should-not-be-tried-again",
        "",
        OPENAI,
        first(document(said("internal", type="api_error"), 500, {"x-should-retry": "false"}), GOOD),
        fails(SERVER, "internal"),
    ),
    Case(
        "openai-400-that-should-be-tried-again",
        "",
        OPENAI,
        first(document(said("internal", type="api_error"), 400, {"x-should-retry": "true"}), GOOD),
        AGAIN,
    ),
]
PASSING = (408, 409, 425, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 525, 529, 530, 599)
STATUSES = [
    *(
        Case(
            f"openai-{status}",
            "pi#9627, senpi#404, LiveAgent#608",
            OPENAI,
            first(page(f"error code: {status}", status), GOOD),
            AGAIN,
        )
        for status in PASSING
    ),
    Case("anthropic-522", "pi#6239", ANTHROPIC, first(page("error code: 522", 522), CLAUDE_GOOD), AGAIN),
    Case("gemini-425", "curl#19011", GEMINI, first(page("Too Early", 425), GEMINI_GOOD), AGAIN),
    *(
        Case(f"openai-{status}", "", OPENAI, first(page(f"error code: {status}", status), GOOD), fails(SERVER))
        for status in (501, 505)
    ),
]

# -- "your prompt is longer than I take" -------------------------------------------------------------------------------

OVER = "The input (49146 tokens) is longer than the model's context length (40960 tokens)."
CHUTES = f"Upstream error from Chutes: {OVER}"
RAW = {"raw": {"object": "error", "message": OVER, "code": 400}, "provider_name": "Chutes"}
DASHSCOPE = "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 204800]"
LITELLM = f"ContextWindowExceededError: Hosted_vllmException - {json.dumps({'object': 'error', 'message': OVER})}"
GROQ_413 = said(
    "Request too large for model `llama-3.3-70b-versatile` in organization `org_x` service tier `on_demand` on tokens "
    "per minute (TPM): Limit 6000, Requested 14368, please reduce your message size and try again. Visit "
    "https://console.groq.com/docs/rate-limits for more information.",
    type="tokens",
    code="rate_limit_exceeded",
)
WORDINGS: Mapping[str, tuple[int, Any, str]] = {
    "xai": (
        400,
        {
            "code": "Client specified an invalid argument",
            "error": "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
        },
        "cline#3120",
    ),
    "kimi": (
        400,
        said("Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)"),
        "openclaw#9562",
    ),
    "parenthesis": (
        400,
        said("Input length (265330) exceeds model's maximum context length (262144).", type="BadRequestError"),
        "pi#5677",
    ),
    "sglang": (
        400,
        {
            "object": "error",
            "message": "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens).",
            "code": 400,
        },
        "sglang#4048",
    ),
    "dashscope": (
        400,
        said(DASHSCOPE, code="invalid_parameter_error", type="invalid_request_error"),
        "qwen-code#98, opencode#45834",
    ),
    "litellm": (400, {"detail": LITELLM}, "kimchi#794"),
    "openrouter-under-200": (200, said(CHUTES, code=502, metadata=RAW), ""),
    "openrouter-502": (502, said(CHUTES, code=502), ""),
    "groq-413": (413, GROQ_413, "continue#10218"),
    "tgi": (
        422,
        {
            "error": (
                "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5021 "
                "`inputs` tokens and 100 `max_new_tokens`"
            ),
            "error_type": "validation",
        },
        "",
    ),
    "anthropic-413": (
        413,
        {"type": "error", **said("Request exceeds the maximum size", type="request_too_large")},
        "cherry-studio#5538",
    ),
    "wrapped-in-500": (
        500,
        said(f"litellm.APIError: 400 - {json.dumps(said('prompt is too long: 250000 tokens > 200000 maximum'))}"),
        "",
    ),
    "vllm-in-503": (
        503,
        said("This model's maximum context length is 8192 tokens. However, you requested 9000 tokens."),
        "",
    ),
    "lm-studio": (
        400,
        {
            "error": (
                "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded "
                "with context length of only 4096 tokens, which is not enough."
            )
        },
        "LM Studio",
    ),
    "more-than": (400, said("Your prompt contains 9000 tokens which is more than the 8192 allowed."), ""),
    "max-input": (400, said("Max input is 8192 tokens, got 9000"), ""),
    "bedrock": (400, {"message": "Input is too long for requested model."}, "Amazon Bedrock"),
    "mistral": (
        400,
        {
            "object": "error",
            "message": (
                "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length"
            ),
        },
        "Mistral",
    ),
}
TOO_LONG = [
    *(
        Case(f"openai-too-long-{name}", source, OPENAI, document(body, status), fails(CONTEXT, "shorten"))
        for name, (status, body, source) in WORDINGS.items()
    ),
    Case(
        "gemini-too-long",
        "",
        GEMINI,
        document(
            said(
                "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                code=400,
                status="INVALID_ARGUMENT",
            ),
            400,
        ),
        fails(CONTEXT, "shorten"),
    ),
    Case(
        "anthropic-too-long-in-500",
        "",
        ANTHROPIC,
        document(
            {"type": "error", **said("prompt is too long: 210000 tokens > 200000 maximum", type="api_error")}, 500
        ),
        fails(CONTEXT, "shorten"),
    ),
    Case(
        "ollama-too-long",
        "",
        OLLAMA,
        document({"error": "the input length exceeds the context length"}, 400),
        fails(CONTEXT, "shorten"),
    ),
    Case(
        "openai-too-long-in-the-stream",
        "",
        OPENAI,
        stream(SOME, data(said(CHUTES, code=502))),
        fails(CONTEXT, text="Some "),
    ),
    Case(
        "anthropic-too-long-in-the-stream",
        "",
        ANTHROPIC,
        stream(claude_start(), claude_text("Some "), data({"type": "error", **said(OVER, type="api_error")}, "error")),
        fails(CONTEXT, text="Some "),
    ),
    Case(
        "gemini-too-long-in-the-stream",
        "",
        GEMINI,
        stream(gem("Some "), data(said(OVER, code=400))),
        fails(CONTEXT, text="Some "),
    ),
    Case(
        "openai-max-tokens-too-large",
        "the answer is too long, not the prompt",
        OPENAI,
        document(
            said(
                "max_tokens is too large: 50000. This model supports at most 16384 completion tokens.",
                param="max_tokens",
            ),
            400,
        ),
        fails(ErrorKind.BAD_REQUEST, "max_tokens", never=["shorten"]),
        ["--max-tokens", "50000"],
    ),
]

# -- hidden words and wrong advice -------------------------------------------------------------------------------------

NESTED = {"error": {"message": "max_tokens is too large: 50000. This model supports at most 16384 completion tokens."}}
REGION = "Country, region, or territory not supported"
NO_DEPLOYMENT = "litellm.BadRequestError: There are no healthy deployments for this model. Received Model Group=nobody"
PINNED = "Server is pinned to 'tiny/model', but the request asked for 'another'."
HTML_IN_JSON = "litellm.APIError: <html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
HIDDEN = [
    Case(
        "openai-content-exists-risk",
        "DeepSeek",
        OPENAI,
        document(said("Content Exists Risk", type="invalid_request_error"), 400),
        fails(ErrorKind.CONTENT_FILTER),
    ),
    Case(
        "openai-403-challenge",
        "",
        OPENAI,
        page("<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>", 403),
        fails("any", "Just a moment", never=["the key's permissions"]),
    ),
    Case(
        "openai-403-region",
        "",
        OPENAI,
        document(said(REGION, code="unsupported_country_region_territory", type="request_forbidden"), 403),
        fails("any", REGION, never=["the key's permissions"]),
    ),
    Case(
        "gemini-400-region",
        "",
        GEMINI,
        document(said("User location is not supported for the API use.", code=400, status="FAILED_PRECONDITION"), 400),
        fails("any", "location is not supported", never=["model's parameters"]),
    ),
    Case(
        "openai-message-that-is-json",
        "",
        OPENAI,
        document(said(json.dumps(NESTED), type="upstream_error", code="400"), 400),
        fails(ErrorKind.BAD_REQUEST, "max_tokens is too large", never=['{"error"']),
    ),
    Case(
        "openai-message-that-is-json-twice",
        "",
        OPENAI,
        document(said(json.dumps(said(json.dumps(NESTED)))), 400),
        fails(ErrorKind.BAD_REQUEST, "max_tokens is too large", never=["{"]),
    ),
    Case(
        "openai-message-that-is-a-python-dict",
        "",
        OPENAI,
        document(said(str({"error": {"message": "the grammar is broken", "param": None}})), 400),
        fails(ErrorKind.BAD_REQUEST, "the grammar is broken", never=["{"]),
    ),
    Case(
        "openai-404-of-a-framework",
        "",
        OPENAI,
        document({"detail": "Not Found"}, 404),
        fails(ErrorKind.NOT_FOUND, "base_url"),
    ),
    Case(
        "openai-no-deployment",
        "LiteLLM's proxy",
        OPENAI,
        document(said(NO_DEPLOYMENT), 400),
        fails(ErrorKind.NOT_FOUND, "textchat models"),
    ),
    Case(
        "openai-pinned-to-another-model",
        "transformers serve",
        OPENAI,
        document({"detail": PINNED}, 400),
        fails(ErrorKind.NOT_FOUND, "textchat models"),
    ),
    Case(
        "openai-page-inside-a-message",
        "LiteLLM's proxy",
        OPENAI,
        document(said(HTML_IN_JSON), 500),
        fails(SERVER, "502 Bad Gateway", never=["<html", "<h1"]),
        settings="retries = 0",
    ),
]

CASES = [*WAITING, *STATUSES, *TOO_LONG, *HIDDEN]
