"""Errors where no specification puts them: behind status 200, between events, in words without any form."""

from __future__ import annotations

from tests.servers.strange.case import Case, complete, counted, document, fails, stream
from tests.servers.strange.wire import (
    ANTHROPIC,
    CLAUDE_TAIL,
    DONE,
    GEMINI,
    GEMINI_END,
    GEMINI_USAGE,
    LAST_LINE,
    MESSAGE_STOP,
    OLLAMA,
    OPENAI,
    SOME,
    TAIL,
    candidate,
    choices,
    chunk,
    claude_start,
    claude_text,
    completion,
    data,
    gem,
    js,
    line,
    lines,
    say,
)
from textchat.core.errors import ErrorKind

CONTEXT, FILTERED, SERVER = ErrorKind.CONTEXT_LENGTH, ErrorKind.CONTENT_FILTER, ErrorKind.SERVER
CRASH = {"code": 500, "message": "slot 3 crashed", "type": "server_error"}
FIELD = b"error: " + js(CRASH) + b"\n\n"
BARE = js({"error": CRASH}) + b"\n"
PAGE = b"<html><head><title>502 Bad Gateway</title></head></html>\n"
TOO_LONG_TEXT = "request (19185 tokens) exceeds the available context size (16384 tokens), try increasing it"
TOO_LONG = {"code": 400, "message": TOO_LONG_TEXT, "type": "exceed_context_size_error"}
LLAMA_CPP = {
    "code": 400,
    "message": (
        "the request exceeds the available context size. try increasing the context size or enable context shift"
    ),
    "type": "invalid_request_error",
}
CRASHED = fails(SERVER, "slot 3 crashed", text="Some ")
SHORTEN = fails(CONTEXT, "available context size")
CLAUDE_SOME = claude_start() + claude_text("Some ")

BETWEEN_EVENTS = [
    Case("openai-error-field", "llama.cpp#16109", OPENAI, stream(b"error: " + js(LLAMA_CPP) + b"\n\n", DONE), SHORTEN),
    Case("openai-error-field-after-text", "llama.cpp#16109", OPENAI, stream(SOME, FIELD), CRASHED),
    Case("openai-error-field-then-done", "coddy-agent#106", OPENAI, stream(SOME, FIELD, DONE), CRASHED),
    Case("openai-error-field-of-words", "", OPENAI, stream(SOME, b"error: slot 3 crashed\n\n", DONE), CRASHED),
    Case(
        "openai-error-field-without-a-space", "", OPENAI, stream(SOME, b"error:" + js(CRASH) + b"\n\n", DONE), CRASHED
    ),
    Case("openai-error-field-at-the-end-of-the-body", "", OPENAI, stream(SOME, FIELD.rstrip()), CRASHED),
    Case("openai-error-field-with-crlf", "", OPENAI, stream(SOME, FIELD.replace(b"\n", b"\r\n"), DONE), CRASHED),
    Case(
        "anthropic-error-field-then-stop",
        "llama.cpp#16109",
        ANTHROPIC,
        stream(CLAUDE_SOME, b"error: " + js({"type": "error", "error": CRASH}) + b"\n\n", MESSAGE_STOP),
        CRASHED,
    ),
    Case("gemini-error-field", "", GEMINI, stream(gem("Some "), FIELD, GEMINI_END), CRASHED),
    Case("openai-bare-error", "lemonade#2826", OPENAI, stream(js({"error": TOO_LONG})), SHORTEN),
    Case(
        "openai-bare-error-after-a-ping",
        "lemonade#2826",
        OPENAI,
        stream(b": ping\n\n", js({"error": TOO_LONG}) + b"\n"),
        SHORTEN,
    ),
    Case("openai-bare-error-after-text", "lemonade#2826", OPENAI, stream(SOME, BARE), CRASHED),
    Case("openai-bare-error-after-text-then-done", "gaia#3501", OPENAI, stream(SOME, BARE, b"\n", DONE), CRASHED),
    Case("openai-bare-error-then-done", "gaia#3501", OPENAI, stream(js({"error": TOO_LONG}) + b"\n\n", DONE), SHORTEN),
    Case(
        "openai-bare-error-that-is-a-text",
        "",
        OPENAI,
        stream(SOME, js({"error": "slot 3 crashed"}) + b"\n", DONE),
        CRASHED,
    ),
    Case(
        "openai-bare-error-over-lines",
        "",
        OPENAI,
        stream(SOME, BARE.replace(b'"error"', b'\n  "error"'), b"\n", DONE),
        CRASHED,
    ),
    Case(
        "anthropic-bare-error",
        "",
        ANTHROPIC,
        stream(CLAUDE_SOME, js({"type": "error", "error": CRASH}) + b"\n", CLAUDE_TAIL),
        CRASHED,
    ),
    Case("gemini-bare-error", "", GEMINI, stream(gem("Some "), BARE, GEMINI_END), CRASHED),
    Case("openai-a-page-after-text", "", OPENAI, stream(SOME, PAGE), fails(SERVER, "502 Bad Gateway", text="Some ")),
    Case(
        "openai-a-page-then-done", "", OPENAI, stream(SOME, PAGE, DONE), fails(SERVER, "502 Bad Gateway", text="Some ")
    ),
    Case(
        "openai-a-page-with-blank-lines",
        "",
        OPENAI,
        stream(SOME, b"<!DOCTYPE html>\n<html>\n\n<title>502 Bad Gateway</title>\n\n</html>\n"),
        fails(SERVER, "502 Bad Gateway", text="Some "),
    ),
    Case(
        "anthropic-a-page-after-text",
        "",
        ANTHROPIC,
        stream(CLAUDE_SOME, PAGE),
        fails(SERVER, "502 Bad Gateway", text="Some "),
    ),
    Case(
        "ollama-a-page-after-text",
        "",
        OLLAMA,
        lines(line("Some "), PAGE),
        fails(SERVER, "502 Bad Gateway", text="Some "),
    ),
]

IN_EVENTS = [
    *(
        Case(f"openai-event-called-{name}", "", OPENAI, stream(SOME, data(said, name), DONE), CRASHED)
        for name, said in (("exception", {"message": "slot 3 crashed"}), ("upstream_error", "slot 3 crashed"))
    ),
    Case(
        "openai-error-event-without-data",
        "",
        OPENAI,
        stream(SOME, data("", "error"), DONE),
        fails(SERVER, text="Some "),
    ),
    Case(
        "openai-error-in-the-choice-without-a-reason",
        "",
        OPENAI,
        stream(SOME, data(choices({"index": 0, "delta": {}, "error": CRASH})), DONE),
        CRASHED,
    ),
    Case(
        "openai-error-in-the-delta",
        "",
        OPENAI,
        stream(SOME, data(choices({"index": 0, "delta": {"error": CRASH}})), DONE),
        CRASHED,
    ),
    Case(
        "openai-error-with-a-code-that-begins-like-success",
        "SiliconFlow counts its errors from 20011",
        OPENAI,
        stream(SOME, data({"error": {"code": "20015", "message": "slot 3 crashed"}}), DONE),
        CRASHED,
    ),
    Case("openai-error-event-then-done", "crane#121", OPENAI, stream(SOME, data(CRASH, "error"), DONE), CRASHED),
    Case(
        "openai-error-event-of-a-string",
        "crane#121",
        OPENAI,
        stream(SOME, data('"slot 3 crashed"', "error"), DONE),
        CRASHED,
    ),
    Case("openai-error-event-of-words", "", OPENAI, stream(SOME, data("slot 3 crashed", "error"), DONE), CRASHED),
    Case("gemini-error-event-of-words", "", GEMINI, stream(gem("Some "), data("slot 3 crashed", "error")), CRASHED),
    Case(
        "anthropic-error-event-of-words",
        "",
        ANTHROPIC,
        stream(CLAUDE_SOME, data("slot 3 crashed", "error"), MESSAGE_STOP),
        CRASHED,
    ),
    Case(
        "openai-data-is-error-and-words",
        "crane#121",
        OPENAI,
        stream(data("error: CUDA out of memory, request 7 dropped")),
        fails(SERVER, "CUDA out of memory"),
        settings="retries = 0",
    ),
    Case(
        "openai-data-is-error-and-words-after-text",
        "crane#121",
        OPENAI,
        stream(SOME, data("error: CUDA out of memory, request 7 dropped")),
        fails(SERVER, "CUDA out of memory", text="Some "),
    ),
    Case(
        "openai-data-is-error-in-capitals",
        "",
        OPENAI,
        stream(SOME, data("ERROR: CUDA out of memory"), DONE),
        fails(SERVER, "CUDA out of memory", text="Some "),
    ),
    Case(
        "gemini-data-is-error-and-words",
        "",
        GEMINI,
        stream(gem("Some "), data("Error: CUDA out of memory"), GEMINI_END),
        fails(SERVER, "CUDA out of memory", text="Some "),
    ),
    Case(
        "anthropic-data-is-error-and-words",
        "",
        ANTHROPIC,
        stream(CLAUDE_SOME, data("error: CUDA out of memory"), MESSAGE_STOP),
        fails(SERVER, "CUDA out of memory", text="Some "),
    ),
    Case(
        "ollama-line-is-error-and-words",
        "",
        OLLAMA,
        lines(line("Some "), b"error: CUDA out of memory\n", LAST_LINE),
        fails(SERVER, "CUDA out of memory", text="Some "),
    ),
    Case(
        "openai-data-is-a-python-dict",
        "smg#1682",
        OPENAI,
        stream(data('{\'error\': {"message":"decode worker failed","status":500}}')),
        fails(SERVER, "decode worker failed"),
        settings="retries = 0",
    ),
    Case(
        "openai-data-is-a-python-dict-with-none",
        "",
        OPENAI,
        stream(SOME, data("{'error': {'message': \"can't decode\", 'param': None, 'retry': True}}"), DONE),
        fails(SERVER, "can't decode", text="Some "),
    ),
    Case(
        "openai-text-that-speaks-of-errors",
        "an answer may begin with these words",
        OPENAI,
        stream(say("error: CUDA out of memory\n"), say("{'error': 1}"), TAIL),
        complete("error: CUDA out of memory\n{'error': 1}"),
    ),
]

# -- an answer without choices that has words ------------------------------------------------------------------------

WORDS = {
    "base-resp": (
        {"id": "", "choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
        "edenai-apis#360",
    ),
    "msg": ({"code": 500, "msg": "insufficient balance", "success": False}, "obsidian-aloud-tts#114"),
    "status-msg": ({"status_code": 1008, "status_msg": "insufficient balance"}, ""),
    "error-msg": ({"error_code": 336100, "error_msg": "insufficient balance"}, "Baidu's form"),
    "message": ({"code": "1113", "message": "insufficient balance"}, ""),
}
SAID = fails("any", "insufficient balance", never=["before it began"])
OUT = fails("any", "Out of credits", never=["before it began"])
LIMIT = {"id": "", "choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit reached(RPM)"}}
WELL = {"base_resp": {"status_code": 0, "status_msg": "success"}, "msg": "ok", "code": 0}
ZEROS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
UNDER_200 = [
    *(
        Case(f"openai-document-of-{name}", source, OPENAI, document(words), SAID, settings="retries = 0")
        for name, (words, source) in WORDS.items()
    ),
    *(
        Case(f"openai-event-of-{name}", source, OPENAI, stream(data(words)), SAID, settings="retries = 0")
        for name, (words, source) in WORDS.items()
    ),
    *(
        Case(f"openai-blocking-{name}", source, OPENAI, document(words), SAID, ["--no-stream"], "retries = 0")
        for name, (words, source) in WORDS.items()
    ),
    *(
        Case(f"{protocol}-nothing-but-a-message", "", protocol, answer, OUT, settings="retries = 0")
        for protocol, answer in (
            (OPENAI, stream(data({"message": "Out of credits"}), DONE)),
            (ANTHROPIC, document({"message": "Out of credits"})),
            (GEMINI, document([{"message": "Out of credits"}])),
            (OLLAMA, lines(js({"message": "Out of credits"}) + b"\n")),
        )
    ),
    Case(
        "openai-a-message-where-the-answer-breaks-off",
        "",
        OPENAI,
        stream(SOME, data({"message": "Out of credits"}), DONE),
        fails("any", "Out of credits", text="Some "),
    ),
    Case("gemini-document-of-msg", "", GEMINI, document(WORDS["msg"][0]), SAID, settings="retries = 0"),
    Case("gemini-event-of-base-resp", "", GEMINI, stream(data(WORDS["base-resp"][0])), SAID, settings="retries = 0"),
    Case("anthropic-document-of-msg", "", ANTHROPIC, document(WORDS["msg"][0]), SAID, settings="retries = 0"),
    Case("ollama-document-of-msg", "", OLLAMA, lines(js(WORDS["msg"][0]) + b"\n"), SAID, settings="retries = 0"),
    Case(
        "openai-event-of-a-rate-limit",
        "edenai-apis#360",
        OPENAI,
        stream(data(LIMIT)),
        fails("any", "rate limit reached"),
        settings="retries = 0",
    ),
    Case(
        "openai-words-of-success",
        "MiniMax sends these with every answer",
        OPENAI,
        stream(data(chunk("Hello") | WELL), data(WELL | {"choices": None}), TAIL),
        complete("Hello", usage=counted(7, 5)),
    ),
    Case(
        "openai-document-with-words-of-success",
        "",
        OPENAI,
        document(completion("Hello") | WELL),
        complete("Hello"),
        ["--no-stream"],
    ),
    Case(
        "openai-zeros-and-no-choices",
        "CLIProxyAPI#2190",
        OPENAI,
        document(choices(usage=ZEROS)),
        fails(ErrorKind.PROTOCOL),
    ),
]

# -- Gemini's reasons --------------------------------------------------------------------------------------------------

BLOCKED = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 7}}


def unsaid(reason: str, words: str = "") -> dict[str, object]:
    """A candidate that is nothing but its finish reason."""
    more = {"finishMessage": words} if words else {}
    return candidate(reason=reason, **more) | GEMINI_USAGE


def stopped(reason: str, *words: str) -> Case:
    right = fails("any", *(words or [reason.replace("_", " ")]), finish=reason.lower())
    return Case(
        f"gemini-nothing-but-{reason.lower()}",
        "",
        GEMINI,
        stream(data(unsaid(reason, *words))),
        right,
        settings="retries = 0",
    )


GEMINI_REASONS = [
    Case(
        "gemini-blocked-after-text",
        "Marinara-Engine#2666",
        GEMINI,
        stream(gem("Some "), data(BLOCKED)),
        fails(FILTERED, "PROHIBITED_CONTENT", text="Some "),
    ),
    Case("gemini-blocked-before-text", "", GEMINI, stream(data(BLOCKED)), fails(FILTERED, "PROHIBITED_CONTENT")),
    Case(
        "gemini-blocked-in-the-event-of-the-text",
        "",
        GEMINI,
        stream(gem("Some ", reason="STOP"), data(BLOCKED)),
        fails(FILTERED, "PROHIBITED_CONTENT", text="Some "),
    ),
    Case(
        "gemini-blocked-document", "", GEMINI, document(BLOCKED), fails(FILTERED, "PROHIBITED_CONTENT"), ["--no-stream"]
    ),
    stopped("UNEXPECTED_TOOL_CALL"),  # litellm#40477
    stopped("NO_IMAGE"),  # req_llm#944
    stopped("MALFORMED_FUNCTION_CALL", "Malformed function call: print(x)"),
    stopped("OTHER", "The service gave up on it"),
    Case(
        "gemini-a-finish-message-after-text",
        "",
        GEMINI,
        stream(gem("Hello"), data(unsaid("OTHER", "Too much recitation nearby."))),
        complete("Hello", finish="other", note="Too much recitation nearby"),
    ),
]

CASES = [*BETWEEN_EVENTS, *IN_EVENTS, *UNDER_200, *GEMINI_REASONS]
