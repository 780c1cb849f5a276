"""Servers that refuse a field, a role or streaming, and answer once it is left out."""

from __future__ import annotations

from typing import Any

from tests.servers.strange.case import Answer, Answering, Asked, Case, complete, document, fails, unless
from tests.servers.strange.refusals import said
from tests.servers.strange.wire import (
    ANTHROPIC,
    CLAUDE_GOOD,
    GEMINI,
    GEMINI_GOOD,
    GOOD,
    OPENAI,
    completion,
)
from textchat.core.errors import ErrorKind


def without(field: str, refusal: Answer, then: Answer = GOOD) -> Answering:
    """Refuses every request that has the field."""
    return unless(lambda asked: field in asked.document, then, refusal)


MENDED = complete("Hello", requests=2)
KEYWORD = "AsyncCompletions.create() got an unexpected keyword argument 'stream_options'"
AZURE = (
    "The request body could not be processed by the upstream deployment 'gpt-4-0314-eu-west' of resource group "
    "'rg-llm-production-west-europe-001' in subscription '00000000-0000-0000-0000-000000000000' because the schema "
    "validation of the chat completion request failed for one or more of its properties; the property that failed is "
    "listed here: stream_options is not supported"
)
MAX_TOKENS = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)


def forbidden(*path: str) -> dict[str, Any]:
    message = "Extra inputs are not permitted"
    return {"type": "extra_forbidden", "loc": ["body", *path], "msg": message, "input": True}


def details(*several: dict[str, Any]) -> dict[str, Any]:
    return {"object": "error", "message": {"detail": list(several)}, "type": "invalid_request_error"}


SECOND = details(forbidden("user") | {"msg": "ok?"}, forbidden("stream_options", "include_usage"))
STREAM_OPTIONS = {
    "of-a-keyword": (document(said(KEYWORD, type="InternalServerError"), 500), "Guardrails#1633"),
    "in-the-second-detail": (document(SECOND, 422), ""),
    "in-a-detail": (document(details(forbidden("stream_options", "include_usage")), 422), "agents-python#442"),
    "of-groq": (
        document(said("property 'stream_options' is unsupported, did you mean 'stream'?"), 400),
        "vercel/ai#1578",
    ),
    "behind-many-words": (document(said(AZURE), 400), ""),
    "in-json-inside": (document(said('{"error": {"message": "Unknown field: stream_options"}}'), 500), ""),
    "as-a-parameter": (document(said("Unknown parameter.", param="stream_options", code="unknown_parameter"), 400), ""),
}
FIELDS = [
    *(
        Case(f"openai-no-stream-options-{name}", source, OPENAI, without("stream_options", refusal), MENDED)
        for name, (refusal, source) in STREAM_OPTIONS.items()
    ),
    *(
        Case(
            f"openai-max-tokens-by-another-name-{status}",
            "",
            OPENAI,
            without("max_tokens", document(said(words, param="max_tokens", code="unsupported_parameter"), status)),
            complete("Hello", requests=requests),
            ["--max-tokens", "100"],
        )
        for status, words, requests in [(400, MAX_TOKENS, 2), (500, f"openai_error: {MAX_TOKENS}", 2)]
    ),
]

TEMPERATURE = (
    "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported."
)
VERIFY = (
    "Your organization must be verified to stream this model. Please go to: "
    "https://platform.openai.com/settings/organization/general and click on Verify Organization."
)
NO_SYSTEM = {
    "object": "error",
    "message": "System role not supported",
    "type": "BadRequestError",
    "param": None,
    "code": 400,
}


def has_system(asked: Asked) -> bool:
    return any(message["role"] in ("system", "developer") for message in asked.document["messages"])


def streamed(asked: Asked) -> bool:
    return bool(asked.document.get("stream"))


def value(field: str, message: str) -> Answer:
    return document(said(message, param=field, code="unsupported_value", type="invalid_request_error"), 400)


SYSTEM = ["--system", "Be brief."]
WARM = ["--temperature", "0.7"]
WHOLE = document(completion("Hello"))
ROLES = [
    Case(
        "openai-no-system-role",
        "sglang#892, llama-cpp-python#1580",
        OPENAI,
        unless(has_system, GOOD, document(NO_SYSTEM, 400)),
        complete("Hello", requests=2, note="system"),
        SYSTEM,
    ),
    Case(
        "openai-no-system-role-in-a-template",
        "dspy#1627",
        OPENAI,
        unless(
            has_system,
            GOOD,
            document(said("Conversation roles must alternate: System role not supported (TemplateError)"), 500),
        ),
        complete("Hello", requests=2, note="system"),
        SYSTEM,
    ),
    Case(
        "gemini-no-system-instruction",
        "",
        GEMINI,
        without(
            "systemInstruction",
            document(
                said(
                    "Developer instruction is not enabled for models/gemma-3-27b-it",
                    code=400,
                    status="INVALID_ARGUMENT",
                ),
                400,
            ),
            GEMINI_GOOD,
        ),
        complete("Hello", requests=2, note="system"),
        SYSTEM,
    ),
    Case(
        "openai-not-verified-to-stream",
        "crush#1216, Roo-Code#6868",
        OPENAI,
        unless(streamed, WHOLE, value("stream", VERIFY)),
        complete("Hello", requests=2, note="stream"),
    ),
    Case(
        "openai-streaming-is-not-supported",
        "lobehub#9385",
        OPENAI,
        unless(streamed, WHOLE, document(said("Streaming is not supported for this model"), 400)),
        complete("Hello", requests=2, note="stream"),
    ),
    Case(
        "openai-stream-must-equal-false",
        "",
        OPENAI,
        unless(streamed, WHOLE, document(said("This model requires stream=false"), 400)),
        complete("Hello", requests=2, note="stream"),
    ),
    Case(
        "openai-no-temperature",
        "agno#9951",
        OPENAI,
        without("temperature", value("temperature", TEMPERATURE)),
        complete("Hello", requests=2, note="temperature"),
        WARM,
    ),
    Case(
        "openai-no-seed",
        "",
        OPENAI,
        without("seed", document(details(forbidden("seed")), 422)),
        complete("Hello", requests=2, note="seed"),
        ["--seed", "7"],
    ),
    Case(
        "anthropic-no-temperature",
        "",
        ANTHROPIC,
        without(
            "temperature",
            document(
                {
                    "type": "error",
                    **said("`temperature` is not supported with this model.", type="invalid_request_error"),
                },
                400,
            ),
            CLAUDE_GOOD,
        ),
        complete("Hello", requests=2, note="temperature"),
        WARM,
    ),
    Case(
        "openai-one-field-after-another",
        "",
        OPENAI,
        lambda asked: next(
            (
                document(said(f"Unknown field: {field}"), 400)
                for field in ("seed", "temperature", "stream_options")
                if field in asked.document
            ),
            GOOD,
        ),
        complete("Hello", requests=4, note="temperature"),
        [*WARM, "--seed", "7"],
    ),
    Case(
        "openai-a-value-out-of-range",
        "a value that is wrong is not dropped in silence",
        OPENAI,
        without("temperature", document(said("temperature must be at most 2", param="temperature"), 400)),
        fails(ErrorKind.BAD_REQUEST, "temperature must be at most 2"),
        ["--temperature", "7"],
    ),
]

CASES = [*FIELDS, *ROLES]
