"""What is attached stands where it was attached, whatever is typed around it, and is sent at its place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.parts.draft import Draft, joined
from textchat.core.parts.part import Part, text_and_parts
from textchat.ui.attaching.attached import Attached

TEXT = st.text(alphabet="ab \n", max_size=12)
EDITS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4), TEXT), max_size=6)


def a_file(name: str, offset: int = 0) -> Part:
    return Part(name, "text/plain", name.encode(), offset)


@settings(max_examples=examples(80), deadline=None)
@given(before=TEXT, behind=TEXT, edits=EDITS)
def test_a_place_follows_the_edits_around_it(before: str, behind: str, edits: list[tuple[int, int, str]]) -> None:
    """Edits that do not touch the mark at the place leave it there."""
    attached = Attached()
    left, right = f"{before}<", f">{behind}"
    chip = attached.add("a", left + right, len(left))
    for start, length, text in edits:
        if start < len(left) - 1:
            left = left[:start] + text + left[min(start + length, len(left) - 1) :]
        else:
            at = 1 + (start - len(left)) % len(right)
            right = right[:at] + text + right[at + length :]
        attached.follow(left + right)
        assert chip.place == len(left)


@settings(max_examples=examples(60), deadline=None)
@given(texts=st.lists(TEXT, max_size=5), places=st.lists(st.integers(0, 12), max_size=4))
def test_a_place_is_never_beyond_the_text(texts: list[str], places: list[int]) -> None:
    attached = Attached()
    text = ""
    for number, place in enumerate(places):
        attached.add(str(number), text, min(place, len(text)))
    for text in texts:
        attached.follow(text)
        assert all(0 <= chip.place <= len(text) for chip in attached)
    assert attached.draft(text).text == text


def test_what_is_typed_at_a_place_stands_behind_it() -> None:
    attached = Attached()
    attached.add("a", "", 0).parts = (a_file("a"),)
    assert attached.draft("what is this?").parts == (a_file("a", 0),)


def test_files_stay_with_their_text_when_another_is_put_before_it() -> None:
    attached = Attached()
    chip = attached.add("a", "four", 0)
    attached.go_behind("four", "three\nfour")
    assert chip.place == 6
    attached.go_behind("three\nfour", "")
    assert chip.place == 0


def test_files_and_folded_pastes_are_sent_in_place() -> None:
    attached = Attached()
    text = "see and say"
    attached.add("one", text, 4).parts = (a_file("1"),)
    attached.add("paste", text, 4).text = "A\nB"
    attached.add("two", text, len(text)).parts = (a_file("2"), a_file("3"))
    attached.add("/guess", text, 0, is_guess=True)
    draft = attached.draft(text)
    assert list(text_and_parts(draft.text, draft.parts)) == [
        "see ",
        a_file("1", 4),
        "A\nB\nand say",
        a_file("2", 15),
        a_file("3", 15),
    ]


def test_drafts_are_joined_with_their_files_in_place() -> None:
    first, second = Draft("one", (a_file("1", 3),)), Draft("two", (a_file("2", 0),))
    assert joined([first, Draft(), second]) == Draft("one\ntwo", (a_file("1", 3), a_file("2", 4)))
    assert joined([Draft("", (a_file("1"),)), Draft("x")]) == Draft("x", (a_file("1", 0),))
