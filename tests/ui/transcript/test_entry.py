"""A message is drawn the same however it came, exactly as wide as it should be, and gives its source back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from tests.ui.terminal_bytes import offences
from tests.ui.transcript.listing import STYLES, answer, growing, prompt, say, think
from textchat.core.conversation import Message, Role, Status
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.events import TextWasReasoning
from textchat.core.figures.ending import Hints
from textchat.core.figures.standing import Standing
from textchat.core.parts.part import Part
from textchat.core.parts.structure import StructureCheck
from textchat.render.cells import width_of
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import EntryPart, LayoutContext, PartKind
from textchat.ui.transcript.layout.plain_text import PlainText
from textchat.ui.transcript.source_range import place_at

ODD = "日本 👩‍👩‍👧 e\u0301 \u200b\tא\x1b]0;x\x07\x9b[b]…"
texts = st.text(
    st.one_of(st.sampled_from("ab *_`#>-|1.[]()\n\n  " + ODD), st.characters(exclude_categories=["Cs"])), max_size=200
)
widths = st.integers(3, 70)


def context(width: int) -> LayoutContext:
    return LayoutContext(width, STYLES, Hints("r to retry", "a to continue"))


def drawn(entry: Entry, width: int) -> list[object]:
    return [entry.line(y) for y in range(entry.lay_out(context(width)))]


@settings(deadline=None)
@given(texts, texts, st.data(), widths, widths)
def test_a_streamed_message_looks_like_a_stored_one(
    text: str, reasoning: str, data: st.DataObject, width: int, other: int
) -> None:
    reply = growing()
    entry = Entry(reply)
    for whole, feed in ((reasoning, think), (text, say)):
        at = 0
        while at < len(whole):
            cut = data.draw(st.integers(at + 1, len(whole)))
            feed(reply, whole[at:cut])
            at = cut
            entry.lay_out(context(data.draw(st.sampled_from([width, other]))))
    reply.end(Status.COMPLETE)
    message = reply.freeze()
    assert entry.takes(message)
    stored = Entry(message)
    stored.is_folded = entry.is_folded
    assert drawn(entry, width) == drawn(stored, width)


def test_text_that_was_reasoning_moves_under_the_reasoning() -> None:
    reply = growing()
    entry = Entry(reply)
    say(reply, "Okay, the user says hi.")
    assert [part.kind for part in drawn_parts(entry)] == [PartKind.SIGNATURE, PartKind.TEXT]
    reply.feed(TextWasReasoning())
    assert [part.kind for part in drawn_parts(entry)] == [
        PartKind.SIGNATURE,
        PartKind.FOLD,
        PartKind.REASONING,
    ]
    say(reply, "Hello!")
    _, _, reasoning, text = drawn_parts(entry)
    assert (reasoning.drawing.text, text.drawing.text) == ("Okay, the user says hi.", "Hello!")
    reply.end(Status.COMPLETE)
    assert entry.takes(reply.freeze())
    assert (entry.text_of(PartKind.REASONING), entry.text_of(PartKind.TEXT)) == ("Okay, the user says hi.", "Hello!")


def drawn_parts(entry: Entry) -> list[EntryPart]:
    entry.lay_out(context(60))
    return entry.parts


@settings(deadline=None)
@given(texts, texts, widths)
def test_every_line_is_as_wide_as_the_list_and_holds_only_text(text: str, reasoning: str, width: int) -> None:
    failed = ErrorReport(ErrorKind.SERVER, text)
    for message in (
        answer("a", text, reasoning=reasoning, status=Status.FAILED, error=failed, model=text),
        prompt("b", text, parts=(Part(text, text, b""),)),
        Message(id="c", parent_id=None, role=Role.TOOL, text=text),
    ):
        entry = Entry(message)
        entry.is_folded, entry.standing, entry.is_last = False, Standing(2, 30, 1.0, text), True
        for y in range(entry.lay_out(context(width))):
            strip = entry.line(y, is_chosen=bool(y % 2))
            assert strip.cell_length == width == width_of(strip.text)
            assert offences(strip.text.encode()) == []


@given(texts, widths)
def test_a_prompt_gives_its_source_back(text: str, width: int) -> None:
    plain = PlainText(text, Style(), width)
    for y in range(plain.height):
        span = plain.source_span(y, 0, width)
        if span is not None:
            # Only a tab that is cut by the end of a line begins above.
            assert plain.position_of(span[0]) == (y, 0) or text[span[0]] == "\t"
            assert 0 <= span[0] < span[1] <= len(text)
    for offset in range(len(text)):
        y, x = plain.position_of(offset)
        assert 0 <= y < plain.height and 0 <= x <= max(2, width)


def test_a_note_stands_below_its_message_with_the_keys_that_help() -> None:
    def last_lines(**fields: Any) -> str:
        entry = Entry(answer("a", "Half an answ", **fields))
        entry.is_last = True
        return " ".join(entry.line(y).text.strip() for y in range(1, entry.lay_out(context(70)))).strip()

    assert last_lines(finish_reason="stop") == "Half an answ"
    cut = "It ended without a finish reason; it may be cut off."
    assert last_lines(note=cut) == f"Half an answ  {cut} · a to continue, r to retry"
    left_out = "The server takes no seed; it was left out."
    assert last_lines(note=left_out, finish_reason="stop") == f"Half an answ  {left_out}"
    both = f"Stopped at the length limit. {left_out} · a to continue, r to retry"
    assert last_lines(note=left_out, finish_reason="length") == f"Half an answ  {both}"


@settings(deadline=None)
@given(st.text(st.sampled_from("ab c\n\td日e\u0301"), min_size=1, max_size=120), widths)
def test_all_of_a_prompt_selected_is_all_of_it(text: str, width: int) -> None:
    entry = Entry(prompt("a", text))
    height = entry.lay_out(context(width))
    start, end = place_at(entry, 0, 0, is_end=False), place_at(entry, height - 1, width, is_end=True)
    if not text.strip():
        return  # blanks alone may be drawn as nothing
    assert start is not None and end is not None
    selected = entry.text_of(PartKind.TEXT)[start.offset : end.offset]
    assert selected.strip() == text.strip()


def test_words_are_counted_over_the_cuts() -> None:
    reply = growing()
    entry = Entry(reply)
    for piece in ("on", "e two", " thr", "ee", "\n", "four "):
        think(reply, piece)
        entry.lay_out(context(40))
    say(reply, "x")
    entry.is_folded = True
    entry.lay_out(context(40))
    assert "Thought · 4 words" in entry.line(1).text


def test_words_are_counted_anew_when_a_growing_thought_is_drawn_again() -> None:
    reply = growing()
    entry = Entry(reply)
    think(reply, "one two thr")
    entry.lay_out(context(40))
    entry.release()
    think(reply, "ee four")
    entry.lay_out(context(40))
    say(reply, "x")
    entry.is_folded = True
    entry.lay_out(context(40))
    assert "Thought · 4 words" in entry.line(1).text


def test_what_is_released_is_drawn_again() -> None:
    entry = Entry(answer("a", "Some *text*\n\n- with\n- items", reasoning="why"))
    before = drawn(entry, 40)
    entry.release()
    assert entry.parts == [] and entry.height_at(40) == len(before)
    assert drawn(entry, 40) == before


def test_json_that_has_its_structure_stands_on_lines_of_its_own() -> None:
    free = Message("a", None, Role.ASSISTANT, '{"a":[1,{}]}')
    checked = replace(free, structure=StructureCheck(True))
    entry = Entry(free)
    assert not entry.takes(checked) and entry.takes(replace(free, structure=StructureCheck(False, "No.")))
    entry = Entry(checked)
    drawn(entry, 40)
    assert entry.text_of(PartKind.TEXT) == '```json\n{\n  "a": [\n    1,\n    {}\n  ]\n}\n```'
    assert entry.source.text == '{"a":[1,{}]}'
    assert Entry(replace(checked, text='"word"')).text_of(PartKind.TEXT) == '"word"'
