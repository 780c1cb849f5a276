"""What a merging model is told, and the lists of points that models write, whatever they are like."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.conversation import Message, Role
from textchat.core.merging.instructions import LONGEST_ANSWER, merge_prompt
from textchat.core.merging.merged import Merged, MergeWay, merged_from
from textchat.core.merging.naming import merge_title
from textchat.core.merging.points import LONGEST_POINT, MOST_POINTS, Point, read_points
from textchat.core.merging.sources import Source

LETTERS = ("A", "B", "C")


def source(letter: str, text: str, name: str = "p/m") -> Source:
    return Source(letter, name, Message(letter, None, Role.ASSISTANT, text, model="p/m"))


@pytest.mark.parametrize(
    "reply",
    [
        '{"points": [{"point": "Use a lock", "answers": ["A", "C"]}, {"point": "Test it", "answers": ["B"]}]}',
        'Here:\n```json\n[{"text": "Use a lock", "sources": "A, C"}, {"claim": "Test it", "from": ["Reply B"]}]\n```',
        '{"result": ["Use a lock (A, C)", "Test it - B"]}',
        "Sure!\n\n1. **Use a lock** (A and C)\n2. Test it [Answer B].\n\nThat is all.",
        "- [ ] Use a lock — A, C\n* Test it: B",
    ],
)
def test_lists_are_read_as_models_write_them(reply: str) -> None:
    assert read_points(reply, LETTERS) == (Point("Use a lock", ("A", "C")), Point("Test it", ("B",)))


def test_what_is_no_list_of_letters_stays_in_the_point() -> None:
    (point,) = read_points("- Use a lock (or a queue)", LETTERS)
    assert point == Point("Use a lock (or a queue)")
    assert read_points('["Vitamins: A"]', ("B",)) == (Point("Vitamins: A"),)
    assert read_points('{"points": [{"point": "x", "answers": "all"}]}', LETTERS)[0].said_by == LETTERS


_HOSTILE = st.one_of(
    st.text(max_size=300),
    st.text('[]{}",:\\ \n-*1.()ABC', max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(("points", "point", "answers", "x")), inner, max_size=4)
        ),
        max_leaves=12,
    ).map(json.dumps),
)


@given(_HOSTILE)
@settings(max_examples=examples(600), deadline=None)
def test_any_reply_gives_points_that_can_be_shown(reply: str) -> None:
    points = read_points(reply, LETTERS)
    assert len({point.text.casefold() for point in points}) == len(points)
    for point in points:
        assert point.text and "\n" not in point.text and set(point.said_by) <= set(LETTERS)


def test_huge_and_deep_lists_are_bounded() -> None:
    many = json.dumps({"points": [{"point": f"{n} " + "x" * 5_000, "answers": []} for n in range(500)]})
    points = read_points(many, LETTERS)
    assert len(points) <= MOST_POINTS and all(len(point.text) <= LONGEST_POINT for point in points)
    assert read_points("[" * 100_000 + "]" * 100_000, LETTERS) == ()


@given(st.lists(st.text("<>/reply-12 \nREPLY", max_size=60), min_size=2, max_size=4))
@settings(max_examples=examples(400), deadline=None)
def test_no_answer_leaves_its_marks(texts: list[str]) -> None:
    sources = [source(LETTERS[place % 3], text) for place, text in enumerate(texts)]
    text = merge_prompt(MergeWay.FUSE, sources).message.text
    tag = text.partition("its own <")[2].partition(">")[0]
    assert text.count(f"</{tag}>") == len(texts) + 1 and text.count(f"\n<{tag}>\n") == len(texts)
    assert not any(f"{tag}>" in each for each in texts)


def test_a_long_answer_is_cut_in_its_middle_and_it_is_said() -> None:
    long = "begin " + "x" * (LONGEST_ANSWER + 500) + " end"
    prompt = merge_prompt(MergeWay.TABLE, [source("A", long), source("B", "short")])
    assert len(prompt.message.text) < LONGEST_ANSWER + 3_000
    assert "characters are left out here" in prompt.message.text and " end\n</reply>" in prompt.message.text
    assert prompt.notes == ("Of A (p/m), 510 characters were not sent.",)


def test_a_merge_is_read_back_and_named() -> None:
    merged = Merged(MergeWay.OWN, ("a", "b"), "As a poem")
    assert merged_from(merged.as_dict()) == merged
    assert merged_from({"way": "fuse", "sources": []}) == Merged(MergeWay.FUSE, ())
    with pytest.raises(ValueError):
        merged_from({"way": "fuse", "sources": [], "wish": 1})
    assert merge_title("M", ["A", "B", "C"]) == "Merged from A, B and C by M"
    assert merge_title("M", list("ABCD"), most=3) == "Merged from 4 replies by M"
