"""Finish reasons that are not the end, and ends without one."""

from __future__ import annotations

from typing import Any

from tests.servers.strange.case import Case, complete, counted, fails, stream
from tests.servers.strange.wire import (
    ANTHROPIC,
    CLAUDE_TAIL,
    DONE,
    GEMINI,
    GEMINI_END,
    HELLO,
    MESSAGE_STOP,
    OLLAMA,
    OPENAI,
    STOP,
    TAIL,
    USAGE,
    candidate,
    choices,
    claude_start,
    claude_stop,
    claude_text,
    data,
    gem,
    js,
    line,
    lines,
    llama,
    say,
)
from textchat.core.errors import ErrorKind

PAUSE_S = 2.6
"""Longer than any patience that a finish reason may shorten."""
THREE = "One two three."
SEEN = counted(7, 5)
FILTERED: list[dict[str, Any]] = [
    {"finish_reason": None, "index": 0, "content_filter_results": {}, "content_filter_offsets": {}}
]

TEXT_AFTER_A_REASON = [
    Case(
        "openai-stop-on-every-chunk",
        "gcli2api#403, one-api#1408",
        OPENAI,
        stream(say("One ", "stop"), say("two ", "stop"), PAUSE_S, say("three.", "stop"), USAGE, DONE),
        complete(THREE, usage=SEEN),
    ),
    Case(
        "openai-stop-on-every-chunk-at-once",
        "gcli2api#403",
        OPENAI,
        stream(say("One ", "stop"), say("two ", "stop"), say("three.", "stop"), USAGE, DONE),
        complete(THREE, usage=SEEN),
    ),
    Case(
        "openai-stop-on-the-reasoning",
        "open-webui#16377",
        OPENAI,
        stream(say(reason="stop", reasoning_content="hm"), PAUSE_S, say("Answer.", "stop"), DONE),
        complete("Answer.", reasoning="hm"),
    ),
    Case(
        "openai-stop-comes-first",
        "open-webui#23929",
        OPENAI,
        stream(say("", "stop", role="assistant"), PAUSE_S, say("Answer."), STOP, DONE),
        complete("Answer."),
    ),
    Case(
        "openai-stop-comes-first-without-content",
        "",
        OPENAI,
        stream(STOP, PAUSE_S, HELLO, STOP, DONE),
        complete("Hello"),
    ),
    Case(
        "openai-reason-null-as-text",
        "one-api#1477",
        OPENAI,
        stream(say("One ", "null"), PAUSE_S, say("two.", "null"), STOP, DONE),
        complete("One two."),
    ),
    Case(
        "openai-reason-none-as-text",
        "",
        OPENAI,
        stream(say("One ", "None"), PAUSE_S, say("two.", ""), STOP, DONE),
        complete("One two."),
    ),
    Case(
        "openai-text-after-an-empty-finish",
        "CLIProxyAPI#5651",
        OPENAI,
        stream(say("One "), STOP, 0.1, say("two."), STOP, DONE),
        complete("One two."),
    ),
    Case(
        "gemini-stop-on-every-piece",
        "gcli2api#403",
        GEMINI,
        stream(gem("One ", reason="STOP"), PAUSE_S, gem("two ", reason="STOP"), gem("three.", reason="STOP")),
        complete(THREE, usage=SEEN),
    ),
    Case(
        "gemini-stop-comes-first",
        "CLIProxyAPI#5651",
        GEMINI,
        stream(data(candidate(reason="STOP")), data(candidate(reason="STOP")), PAUSE_S, gem(THREE), GEMINI_END),
        complete(THREE, usage=SEEN),
    ),
    Case(
        "gemini-stop-after-a-built-in-tool",
        "rig#2328",
        GEMINI,
        stream(
            gem({"executableCode": {"language": "PYTHON", "code": "1"}}),
            data(candidate({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1"}}, reason="STOP")),
            PAUSE_S,
            gem("It is 1."),
            GEMINI_END,
        ),
        complete("It is 1.", usage=SEEN),
    ),
    Case(
        "gemini-an-empty-stop-between",
        "",
        GEMINI,
        stream(gem("One "), gem("", reason="STOP"), PAUSE_S, gem("two."), GEMINI_END),
        complete("One two.", usage=SEEN),
    ),
    Case(
        "anthropic-stop-reason-before-the-text",
        "",
        ANTHROPIC,
        stream(claude_start(), claude_stop(), PAUSE_S, claude_text("Hello"), CLAUDE_TAIL),
        complete("Hello", usage=SEEN),
    ),
    Case(
        "anthropic-stop-reason-between",
        "",
        ANTHROPIC,
        stream(claude_start(), claude_text("One "), claude_stop(), claude_text("two."), CLAUDE_TAIL),
        complete("One two.", usage=SEEN),
    ),
    Case(
        "ollama-done-on-every-line",
        "aichat#548",
        OLLAMA,
        lines(js(llama("Hello ") | {"done": True}) + b"\n", 0.1, line("you", done=True)),
        complete("Hello you", or_fails=True),
    ),
]

LATE_OR_STRANGE_REASONS = [
    Case(
        "openai-usage-long-after-the-finish",
        "kelivo#1003",
        OPENAI,
        stream(HELLO, STOP, PAUSE_S, USAGE, DONE),
        complete("Hello", usage=SEEN),
    ),
    Case(
        "openai-length-then-stop",
        "a gateway's own end behind the true one",
        OPENAI,
        stream(HELLO, say(reason="length"), STOP, DONE),
        complete("Hello", finish="length"),
    ),
    Case("openai-reason-end", "pi#2107", OPENAI, stream(HELLO, say(reason="end"), DONE), complete("Hello")),
    Case(
        "openai-annotations-around-the-stop",
        "openai-node#1982, langchain#18977",
        OPENAI,
        stream(data(choices(prompt_filter_results=[])), HELLO, STOP, data(choices(*FILTERED)), USAGE, DONE),
        complete("Hello", usage=SEEN),
    ),
    Case(
        "openai-finish-then-silence",
        "",
        OPENAI,
        stream(HELLO, STOP, 30.0),
        complete("Hello"),
    ),
    Case("openai-empty-and-complete", "", OPENAI, stream(say("", role="assistant"), STOP, DONE), complete("")),
    Case(
        "openai-usage-without-a-finish",
        "pi#7441",
        OPENAI,
        stream(HELLO, USAGE),
        fails(ErrorKind.PROTOCOL, text="Hello"),
    ),
    Case(
        "gemini-only-usage",
        "",
        GEMINI,
        stream(data({"usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 7}})),
        fails(ErrorKind.PROTOCOL),
    ),
]

ENDS_WITHOUT_A_REASON = [
    Case(
        "openai-done-without-a-reason",
        "llama-cpp-python breaks a reply off so when a second request comes",
        OPENAI,
        stream(HELLO, DONE),
        complete("Hello", finish=None, note="cut off"),
    ),
    Case(
        "openai-done-after-usage-without-a-reason",
        "",
        OPENAI,
        stream(HELLO, USAGE, DONE),
        complete("Hello", finish=None, note="cut off", usage=SEEN),
    ),
    Case(
        "openai-done-and-nothing-else",
        "llama-cpp-python, the first of two requests",
        OPENAI,
        stream(DONE),
        fails(ErrorKind.PROTOCOL),
    ),
    Case(
        "openai-done-after-an-empty-piece",
        "",
        OPENAI,
        stream(say("", role="assistant"), DONE),
        fails(ErrorKind.PROTOCOL),
    ),
    Case(
        "openai-done-after-a-reason-that-is-null-as-text",
        "",
        OPENAI,
        stream(say("Hello", "null"), DONE),
        complete("Hello", finish=None, note="cut off"),
    ),
    Case(
        "anthropic-message-stop-without-a-reason",
        "",
        ANTHROPIC,
        stream(claude_start(), claude_text("Hello"), MESSAGE_STOP),
        complete("Hello", finish=None, note="cut off"),
    ),
    Case(
        "anthropic-message-stop-and-nothing-else",
        "",
        ANTHROPIC,
        stream(claude_start(), MESSAGE_STOP),
        fails(ErrorKind.PROTOCOL),
    ),
    Case(
        "openai-a-finish-and-no-end-marker",
        "",
        OPENAI,
        stream(HELLO, TAIL[: -len(DONE)]),
        complete("Hello", usage=SEEN),
    ),
]

CASES = [*TEXT_AFTER_A_REASON, *LATE_OR_STRANGE_REASONS, *ENDS_WITHOUT_A_REASON]
