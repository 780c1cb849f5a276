"""What is put out in pieces is what would be put out whole; differences lose nothing of either text."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.commands.output.beginning import Beginning, opens_in_template
from textchat.commands.output.block_output import BlockOutput
from textchat.commands.output.differences import differences
from textchat.commands.output.ending import figures_line
from textchat.commands.output.json_lines import JsonLines
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.streams import Visible, json_line, table
from textchat.core.conversation import Message, Role, Status
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta, TextWasReasoning
from textchat.core.reply import Reply
from textchat.core.text.sanitize import visible

SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
FAMILY = "👩\u200d👩\u200d👧"
pieces = st.lists(
    st.sampled_from([*SCOTLAND, *FAMILY, "a", " ", "\n", "\x1b", "é", "\u200d", "\u202e", "\ud800"])
    | st.text(max_size=3)
)


@given(pieces)
@example(list(SCOTLAND))
@example(list(f"x{FAMILY}x"))
@example(["x", "\u200d", "x"])
@settings(max_examples=examples(300))
def test_visible_for_every_way_of_cutting(cut: list[str]) -> None:
    shown = Visible()
    assert "".join([*map(shown.feed, cut), shown.close()]) == visible("".join(cut))


@given(st.text(st.characters(exclude_categories=())))
def test_a_json_line_is_one_line_and_nothing_is_lost(text: str) -> None:
    line = json_line({"text": text})
    assert line.encode().count(b"\n") == 1 and len(line.splitlines()) == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", line)
    assert json.loads(line) == {"text": text}


words = st.lists(st.sampled_from(["sky", "blue", "grey", " ", "\n", "the ", "."]), max_size=30).map("".join)


@given(words, words)
@settings(max_examples=examples(200))
def test_differences_hold_both_texts(base: str, other: str) -> None:
    marked = differences(base, other)
    without_added = re.sub(r"\{\+.*?\+\}", "", marked)
    without_left_out = re.sub(r"\[-.*?-\]", "", marked)

    def letters(text: str) -> str:
        return "".join(text.split())

    assert letters(re.sub(r"\[-(.*?)-\]", r"\1", without_added)) == letters(base)
    assert letters(re.sub(r"\{\+(.*?)\+\}", r"\1", without_left_out)) == letters(other)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"note": "It may be cut off."}, "complete (cut off?)"),
        ({"note": "The seed was left out."}, "complete"),
        ({"note": "It may be cut off.", "finish_reason": "length"}, "complete (length)"),
        ({"status": Status.CANCELLED, "note": None}, "cancelled"),
    ],
)
def test_the_line_of_figures_says_that_an_answer_may_be_cut_off(fields: dict[str, Any], status: str) -> None:
    assert figures_line(Message("a", None, Role.ASSISTANT, "Half", **fields)) == status


LACKING = [
    ({"note": "It may be cut off."}, "It may be cut off."),
    (
        {"finish_reason": "length", "note": "The seed was left out."},
        "Stopped at the length limit. The seed was left out.",
    ),
    ({"status": Status.FAILED, "error": ErrorReport(ErrorKind.SERVER, "Broken.")}, "Broken."),
    ({"finish_reason": "stop"}, ""),
    ({"status": Status.CANCELLED}, ""),
]


@pytest.mark.parametrize(("fields", "said"), LACKING)
def test_what_an_answer_lacks_is_said_beside_its_json_and_beside_its_block(
    fields: dict[str, Any], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    message = Message("a", None, Role.ASSISTANT, "Half", **fields)
    asyncio.run(JsonLines(["p/m"], PartFiles()).ended(0, message))
    put = capfd.readouterr()
    assert json.loads(put.out)["note"] == fields.get("note") and put.err.strip() == said
    asyncio.run(BlockOutput(["p/m"], PartFiles(), lambda pane, message: message.text).ended(0, message))
    put = capfd.readouterr()
    assert (put.out, put.err.strip()) == ("Half", f"p/m: {said}" if said else "")


@pytest.mark.parametrize("size", [5_000, 100_000])
def test_differences_of_long_lines_end(size: int) -> None:
    assert differences("a " * size, "b " * size).startswith("[-a a")


def test_tables_align_wide_characters_and_obey_nothing() -> None:
    assert table([("你好", "x"), ("a\x1b[31m", "y")]) == "你好    x\na␛[31m  y\n"


EVENTS: list[StreamEvent] = [
    TextDelta("Okay, "),
    TextDelta("hi."),
    TextWasReasoning(),
    ReasoningDelta(" So."),
    TextDelta("A"),
]


async def passed_on(hold_s: float | None, events: list[StreamEvent]) -> tuple[list[StreamEvent], tuple[str, str]]:
    """What is put out of the events, and the text and reasoning that are said at the end."""
    put: list[StreamEvent] = []

    async def take(event: StreamEvent) -> None:
        put.append(event)

    reply = Reply(conversation_id="c", parent_id=None, model="m")
    beginning = Beginning(take, hold_s)
    for event in events:
        reply.feed(event)
        await beginning.take(event)
    await beginning.end()
    reply.end(Status.COMPLETE)
    return put, beginning.passed_on(reply.freeze())


@pytest.mark.parametrize("hold_s", [None, 60.0])
async def test_text_that_is_held_back_becomes_reasoning(hold_s: float | None) -> None:
    put, said = await passed_on(hold_s, EVENTS)
    assert put == [ReasoningDelta("Okay, "), ReasoningDelta("hi."), ReasoningDelta(" So."), TextDelta("A")]
    assert said == ("A", "Okay, hi. So.")


texts = st.lists(st.sampled_from(["Okay, ", "hi", "\n"]).map(TextDelta), max_size=4)


@given(texts, st.booleans(), texts, st.sampled_from([None, 0, 60.0]))
def test_what_is_put_out_joins_to_what_is_said_at_the_end(
    before: list[StreamEvent], ends_within: bool, after: list[StreamEvent], hold_s: float | None
) -> None:
    events = [*before, TextWasReasoning(), *([ReasoningDelta(" So.")] if ends_within else []), *after]
    put, (text, reasoning) = asyncio.run(passed_on(hold_s, events))
    assert "".join(event.text for event in put if isinstance(event, TextDelta)) == text
    assert "".join(event.text for event in put if isinstance(event, ReasoningDelta)) == reasoning


async def test_text_is_held_no_longer_than_it_was_said() -> None:
    put: list[StreamEvent] = []
    came = asyncio.Event()

    async def take(event: StreamEvent) -> None:
        put.append(event)
        came.set()

    beginning = Beginning(take, 0.01)
    await beginning.take(TextDelta("Hi"))
    await came.wait()
    assert put == [TextDelta("Hi")]
    await beginning.end()


@pytest.mark.parametrize(
    ("model", "opens"),
    [("ollama/deepseek-r1:8b", True), ("x/QwQ-32B", True), ("x/Qwen3-4B-Thinking-2507", True), ("x/gpt-5", False)],
)
def test_models_that_begin_with_thinking_are_known_by_name(model: str, opens: bool) -> None:
    assert opens_in_template(model) is opens
