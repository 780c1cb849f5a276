"""Reasoning that is marked by half, or by other marks; and servers that think for long and show only that they live."""

from __future__ import annotations

from itertools import chain, repeat

from tests.servers.strange.case import Case, Step, complete, counted, document, fails, stream
from tests.servers.strange.wire import (
    ANTHROPIC,
    CLAUDE_PING,
    CLAUDE_TAIL,
    GEMINI,
    GEMINI_END,
    HELLO,
    LAST_LINE,
    OLLAMA,
    OPENAI,
    TAIL,
    claude,
    claude_start,
    claude_text,
    completion,
    data,
    gem,
    line,
    lines,
    say,
)
from textchat.core.errors import ErrorKind

SEEN = counted(7, 5)
THOUGHT = "Okay, the user says hi."
RIGHT = complete("Hello!", reasoning=THOUGHT, usage=SEEN)
PIECES = ["Okay, the user ", "says hi.</thi", "nk>\n\nHello!"]

NO_OPENING_TAG = [
    Case(
        "openai-thinking-no-opening-tag",
        "open-webui#9808, vllm#13125, DeepSeek-R1#352",
        OPENAI,
        stream(*map(say, PIECES), TAIL),
        RIGHT,
    ),
    Case("openai-no-opening-tag-in-one-piece", "DeepSeek-R1#506", OPENAI, stream(say("".join(PIECES)), TAIL), RIGHT),
    Case("openai-thinking-no-opening-tag-by-characters", "", OPENAI, stream(*map(say, "".join(PIECES)), TAIL), RIGHT),
    Case("gemini-thinking-no-opening-tag", "", GEMINI, stream(*map(gem, PIECES), GEMINI_END), RIGHT),
    Case("ollama-thinking-no-opening-tag", "", OLLAMA, lines(*map(line, PIECES), LAST_LINE), RIGHT),
    Case(
        "anthropic-thinking-no-opening-tag",
        "",
        ANTHROPIC,
        stream(claude_start(), *map(claude_text, PIECES), CLAUDE_TAIL),
        RIGHT,
    ),
    Case(
        "openai-no-opening-tag-in-a-document", "", OPENAI, document(completion("".join(PIECES))), RIGHT, ["--no-stream"]
    ),
    Case(
        "openai-nothing-but-a-closing-tag",
        "",
        OPENAI,
        stream(say("</think>\n\nHello!"), TAIL),
        complete("Hello!", usage=SEEN),
    ),
    Case(
        "openai-both-tags",
        "",
        OPENAI,
        stream(*map(say, ["<think>Okay, ", "the user says hi.</think>", "Hello!"]), TAIL),
        RIGHT,
    ),
    Case(
        "openai-reasoning-in-its-field-then-a-closing-tag-in-the-text",
        "",
        OPENAI,
        stream(say(reasoning_content=THOUGHT), say("The tag is `</think>`."), TAIL),
        complete("The tag is `</think>`.", reasoning=THOUGHT, usage=SEEN),
    ),
]

OTHER_MARKS = [
    Case(f"openai-{name}", "recorded", OPENAI, stream(say(text), TAIL), complete(text, usage=SEEN))
    for name, text in {
        "thinking-tag": "<thinking>hm</thinking>\n\nHello",
        "mistral-brackets": "[THINK]hm[/THINK]Hello",
        "harmony": "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello",
    }.items()
] + [
    Case(
        "anthropic-both-tags",
        "recorded",
        ANTHROPIC,
        stream(claude_start(), claude_text("<think>hm</think>Hello"), CLAUDE_TAIL),
        complete("Hello", reasoning="hm", usage=SEEN),
    ),
]

# -- signs of life -----------------------------------------------------------------------------------------------------

SIGN_S = 0.25
SIGNS = 7
SHORT = "timeout = { first_token = 1.5, between_tokens = 1.5 }\nretries = 0"


def alive(sign: bytes, number: int = SIGNS) -> list[Step]:
    """Signs for longer than the limits allow a silence."""
    return list(chain.from_iterable(repeat((sign, SIGN_S), number)))


def lively(name: str, sign: bytes, source: str = "") -> Case:
    """OpenAI's stream with signs before and between the words."""
    steps = (*alive(sign), say("One "), *alive(sign), say("two."), TAIL)
    return Case(
        f"openai-alive-by-{name}", source, OPENAI, stream(*steps), complete("One two.", usage=SEEN), settings=SHORT
    )


SIGNATURE = claude("content_block_delta", index=0, delta={"type": "signature_delta", "signature": "c2ln"})
SIGNS_OF_LIFE = [
    Case(
        "anthropic-alive-by-pings",
        "anthropic-sdk-typescript#867, Franklin#74",
        ANTHROPIC,
        stream(claude_start(), *alive(CLAUDE_PING), claude_text("Hello"), CLAUDE_TAIL),
        complete("Hello", usage=SEEN),
        settings=SHORT,
    ),
    Case(
        "anthropic-alive-by-pings-between-words",
        "fantasy#362",
        ANTHROPIC,
        stream(claude_start(), claude_text("One "), *alive(CLAUDE_PING), claude_text("two."), CLAUDE_TAIL),
        complete("One two.", usage=SEEN),
        settings=SHORT,
    ),
    Case(
        "anthropic-alive-by-signatures",
        "",
        ANTHROPIC,
        stream(claude_start(), *alive(SIGNATURE), claude_text("Hello"), CLAUDE_TAIL),
        complete("Hello", usage=SEEN),
        settings=SHORT,
    ),
    lively("comments", b": OPENROUTER PROCESSING\n\n"),
    lively("bare-comments", b":\n"),
    lively("words-as-data", data("ping")),
    lively("empty-deltas", say()),
    Case(
        "gemini-alive-by-comments",
        "",
        GEMINI,
        stream(*alive(b": keep-alive\n\n"), gem("Hello"), GEMINI_END),
        complete("Hello", usage=SEEN),
        settings=SHORT,
    ),
    Case(
        "ollama-alive-by-empty-lines",
        "",
        OLLAMA,
        lines(*alive(b"\n"), line("Hello"), LAST_LINE),
        complete("Hello", usage=SEEN),
        settings=SHORT,
    ),
    Case(
        "openai-alive-for-ever",
        "",
        OPENAI,
        stream(HELLO, *alive(b": ping\n\n", 400)),
        fails(ErrorKind.TIMEOUT, text="Hello"),
        settings="timeout = { first_token = 1, between_tokens = 1, alive = 2 }\nretries = 0",
    ),
]

CASES = [*NO_OPENING_TAG, *OTHER_MARKS, *SIGNS_OF_LIFE]
