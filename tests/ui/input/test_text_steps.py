"""Steps within a line: one key is one drawn character, Backspace takes back what a writer typed, words end sensibly."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.render.cells import graphemes
from textchat.ui.input.text_steps import (
    blank_left,
    drawn_places,
    erased_from,
    left_of,
    right_of,
    settled,
    word_left,
    word_right,
)

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
WHOLE = {
    "skin tone": "👍🏽",
    "family": FAMILY,
    "flag": "🇫🇷",
    "flag of a region": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "variation selector": "❤\ufe0f",
    "keycap": "1\ufe0f\u20e3",
    "pride": "🏳\ufe0f\u200d🌈",
    "skin tones and a joiner": "👩🏽\u200d❤\ufe0f\u200d💋\u200d👨🏿",
    "Latin": "e\u0301\u0323",
    "Greek": "α\u0301\u0345",
    "Cyrillic": "и\u0306",
    "kana": "か\u3099",
    "Han with a variation": "葛\U000e0100",
    "Hangul syllable": "한",
}
PIECES = {
    "Thai": "ที่",
    "Hindi": "स्ते",
    "half form": "क्\u200dष",
    "Tamil": "கொ",
    "Hangul jamo": "\u1112\u1161\u11ab",
    "Arabic": "ب\u0651\u064e",
    "Hebrew": "ש\u05bc\u05c1",
    "Burmese": "ကို",
    "Khmer": "ស្ត្រី",
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_drawn_as_one_is_deleted_as_one(name: str) -> None:
    for around in ("", "a", "日", "👍", "🇩🇪"):
        line = around + WHOLE[name] + around
        end = len(around) + len(WHOLE[name])
        assert erased_from(line, end) == left_of(line, end) == len(around)
        assert right_of(line, len(around)) == end


@pytest.mark.parametrize("name", PIECES)
def test_what_is_typed_in_pieces_is_taken_back_in_pieces(name: str) -> None:
    line = PIECES[name]
    assert len(line) - erased_from(line, len(line)) == (2 if "\u200d" in line else 1)
    while line:
        line = line[: erased_from(line, len(line))]
        assert not line.endswith("\u200d"), "it would join nothing"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("日本語abc", ["日本語", "abc"]),
        ("今日は、天気", ["今日", "は", "、天気"]),
        ("カタカナの名前", ["カタカナ", "の", "名前"]),
        ("foo.bar/baz qux", ["foo", ".bar", "/baz", " qux"]),
        ("naïve cafe\u0301 x_1", ["naïve", " cafe\u0301", " x_1"]),
        ("ที่นี่ abc", ["ที่นี่", " abc"]),
        ("می\u200cخواهم است", ["می\u200cخواهم", " است"]),
        ("a 👍🏽 b", ["a", " 👍🏽 b"]),
    ],
)
def test_words_to_the_right(line: str, words: list[str]) -> None:
    place, steps = 0, []
    while place < len(line):
        begin, place = place, word_right(line, place)
        steps.append(line[begin:place])
    assert steps == words


@pytest.mark.parametrize(
    ("line", "by_word", "by_blank"),
    [
        ("日本語abc", "abc", "abc"),
        ("x 日本語", "日本語", "日本語"),
        ("今日は、", "は、", "、"),
        ("see foo.bar/baz", "baz", "foo.bar/baz"),
        ("hello, world  ", "world  ", "world  "),
        ("か\u3099b", "b", "b"),
        ("go 👩\u200d💻", "go 👩\u200d💻", "👩\u200d💻"),
        ("", "", ""),
    ],
)
def test_words_to_the_left(line: str, by_word: str, by_blank: str) -> None:
    assert line[word_left(line, len(line)) :] == by_word
    assert line[blank_left(line, len(line)) :] == by_blank


odd = "a é\t日、\u200d\u200c\ufe0f\u0301\u2028\x85\x0b\x1b\u200b🇫👩🏽\u0e31\u094d\u00ad\ud800"
pieces = st.sampled_from([*WHOLE.values(), *PIECES.values(), *odd])


@settings(max_examples=examples(400), deadline=None)
@given(st.lists(pieces, max_size=12).map("".join))
@example("👍🏽\u094d\u0938\u094d\u0924\u0947")
def test_steps_go_over_each_drawn_character_once(line: str) -> None:
    ends = [last for _, last, _ in graphemes(drawn_places(line))]
    right = [0]
    while right[-1] < len(line):
        right.append(right_of(line, right[-1]))
    left = [len(line)]
    while left[-1] > 0:
        left.append(left_of(line, left[-1]))
    assert right == [0, *ends] == left[::-1]
    for place in range(len(line) + 1):
        assert settled(line, place) == min(end for end in (0, *ends) if end >= place)
        for step in (left_of, erased_from, word_left, blank_left):
            assert 0 <= step(line, place) < place or place == 0
        assert place < word_right(line, place) <= len(line) or place == len(line)
