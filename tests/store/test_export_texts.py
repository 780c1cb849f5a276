"""What Markdown and HTML make of texts that models, servers and files really hold: line ends, controls, code, tags."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.examples import examples
from tests.store.test_export import comparison, texts
from textchat.core.conversation import Conversation, Message, Pane, Role, ToolCall, Usage
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export_forms import ExportForm, document
from textchat.store.transfer.export_html import page_part
from textchat.store.transfer.export_markdown import markdown
from textchat.store.transfer.export_table import WIDEST_TABLE

LINE_ENDS = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
DOCUMENT = (
    "Some words\nmore\n\n```py\nprint(1)\n\n  x | y\n```\nbehind\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two"
)


def talk(text: str, *calls: ToolCall, title: str = "T", tags: tuple[str, ...] = ()) -> ConversationRecord:
    message = Message("a", None, Role.ASSISTANT, text, reasoning=text, tool_calls=calls, model="p/m")
    return ConversationRecord(Conversation("c", title, 0.0, {"a": message}), 0.0, tags=tags)


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_line_end_is_one(end: str) -> None:
    other = DOCUMENT.replace("\n", end)
    call, other_call = ToolCall("", "run", DOCUMENT), ToolCall("", "run", other)
    assert page_part(talk(other, other_call)) == page_part(talk(DOCUMENT, call))
    assert markdown(talk(other, other_call)) == markdown(talk(DOCUMENT, call))


@given(st.lists(st.sampled_from(["word", "```", "| a | b |", "|---|---|", "- x", ""]), max_size=8), st.data())
@settings(max_examples=examples(40), deadline=None)
def test_line_ends_may_be_mixed(lines: list[str], data: st.DataObject) -> None:
    ends = st.sampled_from(("\n", "\r\n", "\u2028"))
    mixed = "".join(line + data.draw(ends) for line in lines)
    assert page_part(talk(mixed)) == page_part(talk("".join(line + "\n" for line in lines)))


@pytest.mark.parametrize("end", LINE_ENDS[2:])
def test_a_line_end_within_a_cell_does_not_end_the_row(end: str) -> None:
    html = page_part(talk(f"| a | b |\n|---|---|\n| one{end}two | 2 |\n"))
    assert "<td>one two</td>\n<td>2</td>" in html


@given(texts)
@settings(max_examples=examples(60), deadline=None)
def test_no_control_character_is_left(text: str) -> None:
    written = talk(text, ToolCall(text, text, text), title=text, tags=(text,))
    for made in (markdown(written), page_part(written)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", made)
    assert "␛[2J␀" in markdown(talk("\x1b[2J\x00"))


@pytest.mark.parametrize(
    ("name", "arguments", "language"),
    [
        ("python", "import os\nprint(os)", "python"),
        ("python", "[1, 2]", "python"),
        ("code_interpreter", '{"code": "print(1)"}', "json"),
        ("weather", '{"city": "Rome"}', "json"),
        ("browser", "search for it", "text"),
        ("python", '{"broken', "python"),
    ],
)
def test_a_call_stands_in_a_fence_of_what_it_is(name: str, arguments: str, language: str) -> None:
    assert f"`{name}`\n\n```{language}\n{arguments}\n```" in markdown(talk("", ToolCall("", name, arguments)))


@pytest.mark.parametrize("title", ["R&D", "What is &nbsp;", "&#60;b> and &lt;", "a_b *c* `d` [e](f) <g>", "![x](y)"])
def test_a_title_is_shown_as_it_is(title: str) -> None:
    tokens = MarkdownIt("commonmark").parse(markdown(talk("", title=title)).split("---\n", 2)[2])
    assert "".join(child.content for child in tokens[1].children or ()) == title


def test_each_paragraph_of_a_page_has_the_direction_of_its_script() -> None:
    assert re.search(r"\bp, [^}]*\bunicode-bidi: plaintext;", document(ExportForm.HTML, talk("שלום")))


# -- front matter ----------------------------------------------------------------------------------------------------


@given(texts, st.lists(texts, max_size=3), st.floats(allow_nan=True))
@settings(max_examples=examples(100), deadline=None)
def test_front_matter_is_yaml_whatever_is_in_it(title: str, tags: list[str], moment: float) -> None:
    record = ConversationRecord(Conversation(title or "c", title, moment), moment, tags=tuple(tags))
    lines = markdown(record).split("\n---\n")[0].split("\n")
    # Every value is JSON without what YAML forbids, and halves of surrogate pairs would be two characters to YAML.
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]", "".join(lines))
    fields = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in lines[1:])}
    assert list(fields) == ["title", "id", "created", "updated", "models", "tags"]
    assert fields["created"] is None or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fields["created"])
    assert all(re.search(r"\D", tag) and not re.search(r"[\s#,.:;!?()\[\]{}'\"]", tag) for tag in fields["tags"])


def test_front_matter_says_when_and_which_tags() -> None:
    record = replace(
        talk("", title="👩‍🚀 é", tags=("two words", "a/b_c-d", "2024", "#x", "x", "日本語")), updated_at=1.8e9 + 1
    )
    head = markdown(record)
    assert 'title: "👩‍🚀 é"\n' in head, "escapes of JSON beyond 16 bits are two characters in YAML"
    assert 'created: "1970-01-01T00:00:00Z"\nupdated: "2027-01-15T08:00:01Z"\n' in head
    assert 'tags: ["two-words", "a/b_c-d", "_2024", "x", "日本語"]\n' in head


# -- comparisons -----------------------------------------------------------------------------------------------------


def sections(text: str) -> list[str]:
    return re.findall(r"^#+ .*", text, re.MULTILINE)[1:]


def test_short_replies_stand_side_by_side() -> None:
    record = comparison("**left**\nanswer", "right", "")
    noted = replace(record.conversation.messages["a1"], usage=Usage(1, 2), note="May be cut off.")
    text = markdown(replace(record, conversation=record.conversation.with_message(noted)))
    assert text.endswith(
        "## User\n\nWhich?\n\n"
        "| p/m0            | p/m1                           | p/m2 |\n"
        "|-----------------|--------------------------------|------|\n"
        "| **left** answer | right                          |      |\n"
        "|                 | *May be cut off. · \\~2 tokens* |      |\n"
    )


def test_each_round_of_a_comparison_has_its_table_below_its_prompt() -> None:
    first = comparison("left", "right").conversation
    panes = []
    for pane in first.panes:
        again = Message(f"u{pane.id}", pane.leaf_id, Role.USER, "And now?")
        reply = Message(f"b{pane.id}", again.id, Role.ASSISTANT, f"later {pane.id}", model=pane.model)
        first = first.with_message(again).with_message(reply)
        panes.append(replace(pane, leaf_id=reply.id))
    text = markdown(ConversationRecord(replace(first, panes=tuple(panes)), 0.0))
    assert sections(text) == ["## User", "## User"]
    assert "\n| left | right |\n" in text and "\n| later p0 | later p1 |\n" in text
    assert text.count("And now?") == 1


@pytest.mark.parametrize(
    "text",
    [
        "two\n\nparagraphs",
        "```\ncode\n```",
        "- a list",
        "# heading",
        "a | b",
        "a <br> b",
        "one  \ntwo",
        "word " * 30,
        "[1]: https://example.org",
    ],
)
def test_what_is_no_cell_stands_below_headings(text: str) -> None:
    made = markdown(comparison("short", text))
    assert sections(made)[1:5:2] == ["## Pane 1: p/m0", "## Pane 2: p/m1"]
    assert text in made


def test_a_reply_of_another_model_than_its_pane_has_its_own_heading() -> None:
    record = comparison("left", "right")
    panes = (replace(record.conversation.panes[0], model="p/other"), *record.conversation.panes[1:])
    made = markdown(replace(record, conversation=replace(record.conversation, panes=panes)))
    assert sections(made)[1:3] == ["## Pane 1: p/other", "### p/m0"]


@given(st.lists(texts | st.text("ab 名`*_|<\n\\", max_size=40), min_size=2, max_size=8))
@settings(max_examples=examples(150), deadline=None)
def test_a_table_has_the_cells_of_its_panes_and_fits(answers: list[str]) -> None:
    made = markdown(comparison(*answers))
    if "## Pane 1" in made:
        return
    table = made.split("Which?\n\n")[1].rstrip("\n").split("\n")
    assert len(table) == 3
    for line in table:
        assert len(line) <= WIDEST_TABLE
        assert len(re.findall(r"(?<!\\)\|", line)) == len(answers) + 1


def test_panes_without_replies_are_no_table() -> None:
    prompt = Message("u", None, Role.USER, "Which?")
    panes = (Pane("a", "p/a", leaf_id="u"), Pane("b", "p/b", leaf_id="u"))
    made = markdown(ConversationRecord(Conversation("c", "T", 0.0, {"u": prompt}, panes), 0.0))
    assert sections(made) == ["## User", "## Pane 1: p/a", "## Pane 2: p/b"]
