"""Token counts whose parts and totals do not agree, and zeros in place of counts."""

from __future__ import annotations

from typing import Any

from tests.servers.strange.case import Case, complete, counted, document, stream
from tests.servers.strange.wire import (
    ANTHROPIC,
    DONE,
    GEMINI,
    HELLO,
    MESSAGE_STOP,
    OLLAMA,
    OPENAI,
    STOP,
    candidate,
    choices,
    chunk,
    claude_start,
    claude_stop,
    claude_text,
    completion,
    data,
    js,
    line,
    lines,
    llama,
    say,
    usage,
)

PRICE = "price = { input = 1.0, output = 10.0 }"
ESTIMATED = {"source": "estimated"}
ZERO = usage(0, 0)
WORDS = "A whole sentence, which is more than no token at all."


def openai(**figures: Any) -> bytes:
    return data(choices(usage=figures))


def cached(name: str, **more: Any) -> Case:
    """A total that counts 2000 tokens of the cache, which the 10 of the prompt do not."""
    figures = usage(10, 5, 2015, **more)
    return Case(
        f"openai-total-with-cached-tokens-{name}",
        "Portkey gateway#1754, 9router#2658",
        OPENAI,
        stream(HELLO, STOP, openai(**figures), DONE),
        complete("Hello", usage=counted(2010, 5, cached_tokens=2000), at_most_usd=0.00206),
        model_settings=PRICE,
    )


TOTALS = [
    cached("of-a-read", cache_read_input_tokens=2000, cache_creation_input_tokens=0),
    cached("in-the-details", prompt_tokens_details={"cached_tokens": 2000}),
    cached("of-a-hit", prompt_cache_hit_tokens=2000, prompt_cache_miss_tokens=10),
    Case(
        "openai-total-with-cached-and-hidden-tokens",
        "",
        OPENAI,
        stream(HELLO, STOP, openai(**usage(10, 5, 2095, prompt_tokens_details={"cached_tokens": 2000})), DONE),
        complete("Hello", usage=counted(2010, 85)),
    ),
    Case(
        "openai-total-with-cached-tokens-of-a-document",
        "",
        OPENAI,
        document(completion("Hello") | {"usage": usage(10, 5, 2015, cache_read_input_tokens=2000)}),
        complete("Hello", usage=counted(2010, 5)),
        ["--no-stream"],
    ),
    Case(
        "openai-total-with-hidden-reasoning",
        "xAI",
        OPENAI,
        stream(HELLO, STOP, openai(**usage(10, 5, 100, completion_tokens_details={"reasoning_tokens": 85})), DONE),
        complete("Hello", usage=counted(10, 90, reasoning_tokens=85)),
    ),
    Case(
        "openai-cached-tokens-within-the-prompt",
        "OpenAI's own form",
        OPENAI,
        stream(HELLO, STOP, openai(**usage(2010, 5, prompt_tokens_details={"cached_tokens": 2000})), DONE),
        complete("Hello", usage=counted(2010, 5, cached_tokens=2000)),
    ),
]


def anthropic(name: str, start: dict[str, Any], end: dict[str, Any], right: dict[str, Any], source: str = "") -> Case:
    steps = claude_start(**start) + claude_text("Hello") + claude_stop(**end) + MESSAGE_STOP
    return Case(f"anthropic-{name}", source, ANTHROPIC, stream(steps), complete("Hello", usage=right))


def openai_zeros(name: str, early: dict[str, Any], late: dict[str, Any], right: dict[str, Any]) -> Case:
    body = stream(data(chunk("Hello") | {"usage": early}), data(chunk(reason="stop") | {"usage": late}), DONE)
    return Case(f"openai-{name}", "MiniMax-M2.5#2", OPENAI, body, complete("Hello", usage=right))


GEMINI_ZERO = {"usageMetadata": {"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0}}
GEMINI_EARLY = {"usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 5, "totalTokenCount": 12}}
LATER_ZEROS = [
    anthropic(
        "zero-in-the-delta",
        {"input_tokens": 15, "output_tokens": 1},
        {"input_tokens": 0, "output_tokens": 5},
        counted(15, 5),
        "envoy ai-gateway#1631",
    ),
    anthropic(
        "zero-at-the-start",
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": 14, "output_tokens": 5},
        counted(14, 5),
        "GLM-5#139, sglang#20678",
    ),
    anthropic(
        "null-in-the-delta",
        {"input_tokens": 9, "output_tokens": 1},
        {"input_tokens": None, "output_tokens": 12},
        counted(9, 12),
        "pi#1045",
    ),
    anthropic(
        "only-the-cache-in-the-delta",
        {"input_tokens": 3602, "output_tokens": 0},
        {"cache_read_input_tokens": 3604, "output_tokens": 8},
        {"output_tokens": 8, "source": "reported"},
        "rust-genai#258",
    ),
    anthropic(
        "zero-output-in-the-delta",
        {"input_tokens": 15, "output_tokens": 5},
        {"input_tokens": 0, "output_tokens": 0},
        {"input_tokens": 15},  # the count at the start is only a beginning
    ),
    anthropic(
        "tokens-written-to-the-cache",
        {"input_tokens": 15, "output_tokens": 1, "cache_creation_input_tokens": 1000},
        {"output_tokens": 5},
        counted(1015, 5, cache_write_tokens=1000),
    ),
    openai_zeros("zeros-at-the-end", usage(), ZERO, counted(7, 5)),
    openai_zeros("zero-prompt-at-the-end", usage(7, 1), usage(0, 5), counted(7, 5)),
    openai_zeros("zero-answer-at-the-end", usage(7, 5), usage(7, 0), counted(7, 5)),
    Case(
        "gemini-zeros-at-the-end",
        "",
        GEMINI,
        stream(data(candidate("Hello") | GEMINI_EARLY), data(candidate("", reason="STOP") | GEMINI_ZERO)),
        complete("Hello", usage=counted(7, 5)),
    ),
]

NOT_REPORTED = [
    Case(
        "openai-nothing-but-zeros",
        "LiteLLM's Gemini route",
        OPENAI,
        stream(say(WORDS), STOP, openai(**ZERO), DONE),
        complete(WORDS, usage=ESTIMATED),
    ),
    Case(
        "anthropic-nothing-but-zeros",
        "aimock",
        ANTHROPIC,
        stream(
            claude_start(input_tokens=0, output_tokens=0),
            claude_text(WORDS),
            claude_stop(output_tokens=0),
            MESSAGE_STOP,
        ),
        complete(WORDS, usage=ESTIMATED),
    ),
    Case(
        "gemini-nothing-but-zeros",
        "aimock",
        GEMINI,
        stream(data(candidate(WORDS, reason="STOP") | GEMINI_ZERO)),
        complete(WORDS, usage=ESTIMATED),
    ),
    Case(
        "ollama-nothing-but-zeros",
        "aimock",
        OLLAMA,
        lines(line(WORDS), js(llama("", done=True) | {"prompt_eval_count": 0, "eval_count": 0}) + b"\n"),
        complete(WORDS, usage=ESTIMATED),
    ),
    Case(
        "openai-usage-on-the-first-chunk-only",
        "",
        OPENAI,
        stream(
            data(chunk(role="assistant") | {"usage": usage(7, 0)}), *(say(f"word{n} ") for n in range(30)), STOP, DONE
        ),
        complete("".join(f"word{n} " for n in range(30)), usage={"input_tokens": 7, **ESTIMATED}),
    ),
]

CASES = [*TOTALS, *LATER_ZEROS, *NOT_REPORTED]
