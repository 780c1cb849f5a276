"""Events that are framed, spelt or followed in ways that no standard has."""

from __future__ import annotations

import json

from tests.servers.strange.case import Answer, Case, complete, counted, document, fails, stream
from tests.servers.strange.wire import (
    ANTHROPIC,
    CLAUDE_HELLO,
    CLAUDE_TAIL,
    DONE,
    GEMINI,
    GEMINI_END,
    GEMINI_USAGE,
    HELLO,
    LAST_LINE,
    OLLAMA,
    OPENAI,
    STOP,
    TAIL,
    candidate,
    chunk,
    claude_start,
    claude_stop,
    claude_text,
    completion,
    data,
    gem,
    js,
    line,
    lines,
    llama,
    say,
    usage,
)
from textchat.core.errors import ErrorKind

SEEN = counted(7, 5)
RIGHT = complete("Hello", usage=SEEN)
PIECES = [js(chunk(text)) for text in ("One ", "two ", "three.")]
STOPPED = js(chunk(reason="stop"))
BOM = b"\xef\xbb\xbf"

# -- events that hold no JSON object ---------------------------------------------------------------------------------

NO_OBJECTS = {
    "a-comment": (": OPENROUTER PROCESSING", "llm-gateway#2053"),
    "ping-text": ("ping", "crane#121"),
    "null": ("null", ""),
    "a-number": ("7", ""),
    "a-list": ("[]", ""),
    "true": ("true", ""),
    "a-string": ('"keep-alive"', ""),
    "nothing": ("", ""),
    "another-object": ('{"heartbeat":1}', ""),
    "an-empty-object": ("{}", ""),
    "a-notice": ('{"message":"keep-alive"}', ""),
    "a-notice-with-a-type": ('{"type":"info","message":"Model is loading"}', ""),
    "an-error-that-is-empty": ('{"error":{"code":null,"message":null}}', ""),
    "a-word-in-braces": ("{ping}", ""),
    "a-word-in-angles": ("<ping>", ""),
}
BEGINNINGS = {
    OPENAI: (b"", [say("One "), say("two.")], TAIL),
    ANTHROPIC: (claude_start(), [claude_text("One "), claude_text("two.")], CLAUDE_TAIL),
    GEMINI: (b"", [gem("One "), gem("two.")], GEMINI_END),
}
KEEPALIVES = [
    Case(
        f"{protocol}-data-is-{name}",
        source,
        protocol,
        stream(data(text), start, data(text), one, data(text), data(text, "ping"), two, tail),
        complete("One two.", usage=SEEN),
    )
    for protocol, (start, (one, two), tail) in BEGINNINGS.items()
    for name, (text, source) in NO_OBJECTS.items()
] + [
    Case(
        f"ollama-line-is-{name}",
        "",
        OLLAMA,
        lines(text.encode() + b"\n", line("One "), text.encode() + b"\n", line("two."), LAST_LINE),
        complete("One two.", usage=SEEN),
    )
    for name, (text, _) in NO_OBJECTS.items()
]

# -- newlines --------------------------------------------------------------------------------------------------------


def single(*events: bytes, newline: bytes = b"\n") -> bytes:
    """Events without the empty line between them."""
    return b"".join(b"data: " + each + newline for each in events)


NEWLINES = [
    Case(
        "openai-single-newlines",
        "eventsource-parser#31",
        OPENAI,
        stream(single(*PIECES, STOPPED, b"[DONE]") + b"\n"),
        complete("One two three."),
    ),
    Case(
        "openai-single-newlines-and-no-last-one",
        "SillyTavern#1482",
        OPENAI,
        stream(*(single(each) for each in (*PIECES, STOPPED, b"[DONE]"))),
        complete("One two three."),
    ),
    Case(
        "openai-single-newlines-to-the-end-of-the-body",
        "",
        OPENAI,
        stream(single(*PIECES, STOPPED).rstrip(b"\n")),
        complete("One two three."),
    ),
    Case(
        "openai-single-crlf",
        "",
        OPENAI,
        stream(single(*PIECES, STOPPED, b"[DONE]", newline=b"\r\n")),
        complete("One two three."),
    ),
    Case(
        "openai-two-in-one-event",
        "",
        OPENAI,
        stream(single(js(chunk(role="assistant")), js(chunk("Hello"))) + b"\n", TAIL),
        RIGHT,
    ),
    Case(
        "openai-one-value-over-three-lines",
        "",
        OPENAI,
        stream(
            single(*js(chunk("Hello")).replace(b'"delta"', b'\n"delta"').replace(b"]", b"\n]").split(b"\n")) + b"\n",
            TAIL,
        ),
        RIGHT,
    ),
    Case(
        "gemini-single-newlines",
        "SillyTavern#1482",
        GEMINI,
        stream(
            single(js(candidate("One ")), js(candidate("two.")), js(candidate("", reason="STOP") | GEMINI_USAGE))
            + b"\n"
        ),
        complete("One two.", usage=SEEN),
    ),
    Case(
        "anthropic-single-newlines",
        "",
        ANTHROPIC,
        stream(
            claude_start().replace(b"\n\n", b"\n"),
            claude_text("One ").replace(b"\n\n", b"\n"),
            claude_text("two."),
            CLAUDE_TAIL,
        ),
        complete("One two.", usage=SEEN),
    ),
    Case(
        "openai-prefix-twice",
        "openclaw#97474",
        OPENAI,
        stream(*(b"data: " + each for each in (say("One "), say("two."), STOP, DONE))),
        complete("One two."),
    ),
    Case(
        "gemini-prefix-twice-without-spaces",
        "",
        GEMINI,
        stream(
            b"data:data:" + js(candidate("Hello")) + b"\n\n",
            b"data:data: " + js(candidate("", reason="STOP")) + b"\n\n",
        ),
        complete("Hello"),
    ),
    Case(
        "openai-two-events-on-one-line",
        "",
        OPENAI,
        stream(b"data: " + PIECES[0] + b"data: " + PIECES[1] + PIECES[2] + b" data:" + STOPPED + b"\n\n", DONE),
        complete("One two three."),
    ),
    Case(
        "openai-an-indented-document-behind-one-prefix",
        "",
        OPENAI,
        stream(data(json.dumps(chunk("Hello"), indent=2)), TAIL),
        RIGHT,
    ),
    Case(
        "ollama-indented-documents-one-after-another",
        "",
        OLLAMA,
        lines(*(json.dumps(each, indent=2).encode() + b"\n" for each in (llama("Hello"), llama("", done=True)))),
        RIGHT,
    ),
    Case("openai-zeros-before-the-fields", "", OPENAI, stream(b"\0\0" + HELLO, b"\0" + TAIL), RIGHT),
    Case("openai-carriage-returns", "", OPENAI, stream((HELLO + TAIL).replace(b"\n", b"\r")), RIGHT),
]

# -- damage behind a finished answer ---------------------------------------------------------------------------------

JUNK = {
    "half-an-event": (data('{"id":"c1","choi'), "ayunis-core#885"),
    "words": (data("stream closed"), "ayunis-core#885"),
    "a-quoted-done": (data('"[DONE]"'), ""),
    "done-in-small-letters": (data("[done]"), ""),
    "done-with-spaces": (data("  [DONE]  "), ""),
    "no-field": (b"\x00\x01\xff garbage\n\n", ""),
    "an-unfinished-line": (b'data: {"choices":[{', ""),
}
AFTER_THE_END = [
    Case(f"{protocol}-finished-then-{name}", source, protocol, stream(start, junk), complete("Hello"))
    for protocol, start in {
        OPENAI: HELLO + STOP,
        ANTHROPIC: CLAUDE_HELLO + claude_stop(),
        GEMINI: gem("Hello") + gem("", reason="STOP"),
    }.items()
    for name, (junk, source) in JUNK.items()
] + [
    Case("ollama-finished-then-words", "", OLLAMA, lines(line("Hello"), LAST_LINE, b"stream closed\n"), RIGHT),
    Case("openai-finished-then-broken-off", "", OPENAI, Answer([HELLO, STOP], then="close"), complete("Hello")),
    Case("gemini-finished-then-broken-off", "", GEMINI, Answer([gem("Hello"), GEMINI_END], then="close"), RIGHT),
    Case(
        "openai-finished-then-an-error",
        "an error that says something still counts",
        OPENAI,
        stream(HELLO, STOP, data({"error": {"message": "billing backend went away"}})),
        fails(ErrorKind.SERVER, "billing backend went away", text="Hello"),
    ),
]

# -- characters ------------------------------------------------------------------------------------------------------


def raw_control(encoded: bytes) -> bytes:
    """A tab and a bell in place of the `@` and `#` of a document."""
    return encoded.replace(b"@", b"\t").replace(b"#", b"\x07")


CHARACTERS = [
    Case(
        "openai-raw-control-characters",
        "pi#4446",
        OPENAI,
        stream(raw_control(say("col1@col2")), raw_control(say("#bell")), TAIL),
        complete("col1\tcol2\x07bell", usage=SEEN),
    ),
    Case(
        "anthropic-raw-control-characters",
        "openclaw#14321",
        ANTHROPIC,
        stream(claude_start(), raw_control(claude_text("col1@col2")), CLAUDE_TAIL),
        complete("col1\tcol2", usage=SEEN),
    ),
    Case(
        "ollama-raw-control-characters",
        "pi#2981",
        OLLAMA,
        lines(raw_control(line("a@b#")), LAST_LINE),
        complete("a\tb\x07", usage=SEEN),
    ),
    Case(
        "gemini-raw-control-characters",
        "",
        GEMINI,
        stream(raw_control(gem("a@b#")), GEMINI_END),
        complete("a\tb\x07", usage=SEEN),
    ),
    Case(
        "openai-raw-control-characters-in-the-reasoning",
        "",
        OPENAI,
        stream(raw_control(say(reasoning_content="a@b")), HELLO, TAIL),
        complete("Hello", reasoning="a\tb", usage=SEEN),
    ),
    Case(
        "openai-raw-control-characters-in-a-document",
        "",
        OPENAI,
        document(raw_control(js(completion("a@b#")))),
        complete("a\tb\x07", usage=SEEN),
        ["--no-stream"],
    ),
    *(
        Case(
            f"{protocol}-raw-newline-in-an-event",
            "pi#4446",
            protocol,
            stream(start, said.replace(b"@", b"\n"), tail),
            complete("a\n  b: c", usage=SEEN),
        )
        for protocol, start, said, tail in (
            (OPENAI, b"", say("a@  b: c"), TAIL),
            (ANTHROPIC, claude_start(), claude_text("a@  b: c"), CLAUDE_TAIL),
            (GEMINI, b"", gem("a@  b: c"), GEMINI_END),
        )
    ),
    Case(
        "openai-raw-newline-in-a-document",
        "",
        OPENAI,
        document(js(completion("a~b")).replace(b"~", b"\n")),
        complete("a\nb", usage=SEEN),
    ),
    Case("ollama-byte-order-mark", "", OLLAMA, lines(BOM + line("Hello"), LAST_LINE), RIGHT),
    Case("openai-byte-order-mark", "", OPENAI, stream(BOM + HELLO, TAIL), RIGHT),
    Case("openai-byte-order-mark-of-a-document", "", OPENAI, document(BOM + js(completion("Hello"))), RIGHT),
    Case(
        "ollama-byte-order-mark-of-a-document",
        "",
        OLLAMA,
        document(BOM + LAST_LINE.replace(b'""', b'"Hello"')),
        RIGHT,
        ["--no-stream"],
    ),
]

# -- HTTP ------------------------------------------------------------------------------------------------------------

EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
PLAIN_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
ODD_HEAD = b"HTTP/1.1 200\r\nContent-Type: text/event-stream\r\nX-Odd Name: 1\r\nConnection: close\r\n\r\n"
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
BODY = HELLO + TAIL
HTTP = [
    Case(
        "openai-event-stream-called-json",
        "openclaw#97474",
        OPENAI,
        stream(HELLO, TAIL, Content_Type="application/json"),
        RIGHT,
    ),
    Case(
        "openai-trailers",
        "",
        OPENAI,
        Answer([CHUNKED_HEAD, b"%x\r\n%s\r\n0\r\nX-Sum: 1\r\n\r\n" % (len(BODY), BODY)], is_raw=True),
        RIGHT,
    ),
    Case("openai-early-hints", "", OPENAI, Answer([EARLY, PLAIN_HEAD, BODY], is_raw=True), RIGHT),
    Case(
        "openai-header-name-with-a-space",
        "",
        OPENAI,
        Answer([ODD_HEAD, BODY], is_raw=True),
        fails(ErrorKind.PROTOCOL, "header", never=["check its base_url"]),
    ),
    Case(
        "openai-closed-before-the-head",
        "",
        OPENAI,
        Answer([b""], is_raw=True),
        fails(ErrorKind.NETWORK, never=["in the middle"]),
        settings="retries = 0",
    ),
    Case(
        "openai-empty-role-and-zeros",
        "MiniMax-M2.5#2",
        OPENAI,
        stream(
            data(
                chunk(role="", reasoning_content="")
                | {"usage": {"total_tokens": 0, "total_characters": 0}, "input_sensitive": False}
            ),
            data(chunk("Hello", role="") | {"usage": {"total_tokens": 0}}),
            data(chunk(reason="stop", role="") | {"usage": usage()}),
            DONE,
        ),
        RIGHT,
    ),
    Case(
        "ollama-as-an-event-stream",
        "rig#825",
        OLLAMA,
        stream(data(llama("Hello")), data(llama("", done=True))),
        complete("Hello", or_fails=True),
    ),
    Case(
        "ollama-two-documents-on-a-line",
        "aichat#548",
        OLLAMA,
        lines(js(llama("Hello ")) + js(llama("you")) + b"\n", LAST_LINE),
        complete("Hello you", or_fails=True),
    ),
]

CASES = [*KEEPALIVES, *NEWLINES, *AFTER_THE_END, *CHARACTERS, *HTTP]
