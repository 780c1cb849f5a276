"""Choices and candidates whose numbers are not those of the specification."""

from __future__ import annotations

from typing import Any

from tests.servers.strange.case import Case, complete, counted, document, stream
from tests.servers.strange.wire import (
    DONE,
    GEMINI,
    GEMINI_END,
    GEMINI_USAGE,
    OPENAI,
    STOP,
    TAIL,
    candidate,
    choices,
    completion,
    data,
    js,
    say,
)

SEEN = counted(7, 5)
COUNTED: list[tuple[int, str, str | None]] = [
    (0, "Whisper ", None),
    (1, "of the ", None),
    (2, "wind.", None),
    (3, "", "stop"),
]
FROM_ONE: list[tuple[int, str, str | None]] = [(1, "Whisper ", None), (2, "of the ", None), (3, "wind.", "length")]
NEVER_SAID = {"index": 1, "delta": {"content": "XX"}}


def choice(index: Any, text: str | None = None, reason: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": {} if text is None else {"content": text}, "finish_reason": reason}


def foundry(index: int, text: str, reason: str | None = None) -> dict[str, Any]:
    """A chunk of Foundry Local, whose index counts the tokens."""
    delta: Any = {"role": "assistant", "content": text, "name": None, "tool_call_id": None, "tool_calls": []}
    one = {"delta": delta, "index": index, "finish_reason": reason, "finish_details": None, "logprobs": None}
    return choices(one, usage=None, Successful=True, error=None, HttpStatusCode=0, IsDelta=False)


def of_two(first: str, second: str) -> dict[str, Any]:
    return {"candidates": [*candidate(first)["candidates"], *candidate(second, index=1)["candidates"]]}


ONE_CHOICE = [
    Case(
        "openai-index-counts-the-tokens",
        "foundry-local#263",
        OPENAI,
        stream(*(data(foundry(*each)) for each in COUNTED), DONE),
        complete("Whisper of the wind."),
    ),
    Case(
        "openai-index-counts-from-one-without-done",
        "text-generation-inference#1648",
        OPENAI,
        stream(*(b"data:" + js(foundry(*each)) + b"\n\n" for each in FROM_ONE)),
        complete("Whisper of the wind.", finish="length"),
    ),
    Case(
        "openai-index-is-a-text",
        "",
        OPENAI,
        stream(say("One ", index="0"), say("two.", index="0"), say(reason="stop", index="0"), DONE),
        complete("One two."),
    ),
    Case(
        "openai-index-is-one",
        "spring-ai#6221",
        OPENAI,
        stream(say("One ", index=1), say("two.", index=1), say(reason="stop", index=1), DONE),
        complete("One two."),
    ),
    Case(
        "openai-index-is-null",
        "",
        OPENAI,
        stream(say("One ", index=None), say("two.", index=None), say(reason="stop", index=None), DONE),
        complete("One two."),
    ),
    Case(
        "openai-index-is-one-as-text",
        "",
        OPENAI,
        stream(say("One ", index="1"), say("two.", index="1"), say(reason="stop", index="1"), DONE),
        complete("One two."),
    ),
    Case(
        "openai-index-is-negative",
        "",
        OPENAI,
        stream(say("One ", index=-1), say("two.", index=-1), say(reason="stop", index=-1), DONE),
        complete("One two."),
    ),
    Case(
        "openai-index-is-there-at-the-end-only",
        "",
        OPENAI,
        stream(
            data(choices({"delta": {"content": "One "}})),
            data(choices({"delta": {"content": "two."}})),
            say(reason="stop", index=1),
            DONE,
        ),
        complete("One two."),
    ),
    Case(
        "openai-a-document-with-index-one",
        "",
        OPENAI,
        document(completion("Hello", index=1)),
        complete("Hello", usage=SEEN),
    ),
    Case(
        "openai-a-blocking-document-with-index-one",
        "",
        OPENAI,
        document(completion("Hello", index="1")),
        complete("Hello", usage=SEEN),
        ["--no-stream"],
    ),
    Case(
        "gemini-index-is-one",
        "",
        GEMINI,
        stream(data(candidate("Hello", index=1)), data(candidate(index=1, reason="STOP") | GEMINI_USAGE)),
        complete("Hello", usage=SEEN),
    ),
    Case(
        "gemini-index-is-a-text",
        "",
        GEMINI,
        stream(data(candidate("Hello", index="0")), data(candidate(index="0", reason="STOP") | GEMINI_USAGE)),
        complete("Hello", usage=SEEN),
    ),
    Case(
        "gemini-index-counts",
        "",
        GEMINI,
        stream(
            data(candidate("One ", index=1)),
            data(candidate("two.", index=2)),
            data(candidate("", index=3, reason="STOP") | GEMINI_USAGE),
        ),
        complete("One two.", usage=SEEN),
    ),
    Case(
        "gemini-a-document-with-index-one",
        "",
        GEMINI,
        document(candidate("Hello", index=1, reason="STOP") | GEMINI_USAGE),
        complete("Hello", usage=SEEN),
        ["--no-stream"],
    ),
    Case(
        "openai-content-is-one-part",
        "freellmapi#166",
        OPENAI,
        stream(say({"type": "text", "text": "One "}), say({"type": "text", "text": "two."}), TAIL),
        complete("One two.", usage=SEEN),
    ),
    Case(
        "openai-content-of-a-document-is-one-part",
        "",
        OPENAI,
        document(completion({"type": "text", "text": "Hello"})),
        complete("Hello", usage=SEEN),
        ["--no-stream"],
    ),
]

SEVERAL = [
    Case(
        "openai-two-answers-in-turn",
        "litellm#3276",
        OPENAI,
        stream(
            data(choices(choice(0, "One "), choice(1, "XX"))),
            data(choices(choice(1, "YY"))),
            data(choices(choice(0, "two."))),
            data(choices(choice(1, reason="stop"))),
            data(choices(choice(0, reason="stop"))),
            DONE,
        ),
        complete("One two."),
    ),
    Case(
        "openai-two-answers-the-second-first",
        "",
        OPENAI,
        stream(data(choices(choice(1, "XX"), choice(0, "One "))), data(choices(choice(0, "two."))), STOP, DONE),
        complete("One two."),
    ),
    Case(
        "openai-two-answers-numbered-by-texts",
        "",
        OPENAI,
        stream(
            data(choices(choice("1", "XX"), choice("0", "One "))),
            data(choices(choice("1", "YY"))),
            data(choices(choice("0", "two."))),
            data(choices(choice("0", reason="stop"), choice("1", reason="length"))),
            DONE,
        ),
        complete("One two."),
    ),
    Case(
        "openai-two-answers-never-in-one-chunk",
        "",
        OPENAI,
        stream(
            *(data(choices(choice(*each))) for each in [(0, "One "), (1, "XX"), (0, "two."), (1, "YY")]),
            data(choices(choice(1, reason="length"))),
            STOP,
            DONE,
        ),
        complete("One two."),
    ),
    Case(
        "openai-a-document-of-two-the-second-first",
        "",
        OPENAI,
        document(choices(*(completion(text, index=at)["choices"][0] for at, text in [(1, "XX"), (0, "Hello")]))),
        complete("Hello"),
        ["--no-stream"],
    ),
    Case(
        "gemini-two-candidates",
        "",
        GEMINI,
        stream(
            data(of_two("One ", "XX")), data(candidate("YY", index=1)), data(candidate("two.", index=0)), GEMINI_END
        ),
        complete("One two.", usage=SEEN),
    ),
]

CASES = [*ONE_CHOICE, *SEVERAL]
