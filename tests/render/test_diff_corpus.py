"""Differences are drawn as a person would draw them: a corpus of pairs, and edits of invented answers."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.texts import prose
from tests.commands.read_back import read_back
from tests.examples import examples
from tests.render.diff_corpus import CORPUS, CorpusPair, drawn
from textchat.commands.output.differences import differences
from textchat.render.diff.comparison import diff


@pytest.mark.parametrize("pair", CORPUS, ids=lambda pair: pair.name)
def test_the_alignment_is_the_one_written_down(pair: CorpusPair) -> None:
    found = drawn(diff(pair.left, pair.right))
    assert len(found) == len(pair.rows), found
    for row, wanted in zip(found, pair.rows, strict=True):
        assert row.is_drawn_as(wanted)


@pytest.mark.parametrize("pair", CORPUS, ids=lambda pair: pair.name)
def test_both_texts_can_be_read_back(pair: CorpusPair) -> None:
    assert "".join(read_back(differences(pair.left, pair.right)).other.split()) == "".join(pair.right.split())


# -- any texts: sections of two paragraphs and a numbered list, one thing done to them --------------------------------


class Section:
    """A heading, two paragraphs of two sentences and a list of four items, all of a few words that come again."""

    def __init__(self, random_: random.Random) -> None:
        self.heading = prose(random_, 4)
        self.paragraphs = [[prose(random_, random_.randint(6, 14)) for _ in range(2)] for _ in range(2)]
        self.items = [prose(random_, random_.randint(4, 9)) for _ in range(4)]


def written(sections: list[Section]) -> str:
    blocks = []
    for number, section in enumerate(sections, start=1):
        blocks += [f"## {number}. {section.heading}", *map(" ".join, section.paragraphs)]
        blocks.append("\n".join(f"{place}. {item}" for place, item in enumerate(section.items, start=1)))
    return "\n\n".join(blocks) + "\n"


SEEDS = st.integers(0, 10**6)


def signs(left: str, right: str) -> Counter[str]:
    found = Counter(row.sign for row in drawn(diff(left, right)))
    return Counter({sign: count for sign, count in found.items() if sign not in "=~"})


@given(SEEDS, st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=examples(200), deadline=None)
def test_an_item_that_is_put_in_or_left_out_is_all_that_is_added_or_removed(seed: int, place: int, at: int) -> None:
    sections = [Section(random.Random(seed + number)) for number in range(4)]
    whole = written(sections)
    del sections[place].items[at]
    assert signs(whole, written(sections)) == {"-": 1}
    assert signs(written(sections), whole) == {"+": 1}


@given(SEEDS, st.integers(0, 3), st.integers(0, 1))
@settings(max_examples=examples(200), deadline=None)
def test_a_paragraph_that_is_split_or_joined_is_neither_added_nor_removed(seed: int, place: int, at: int) -> None:
    sections = [Section(random.Random(seed + number)) for number in range(4)]
    whole = written(sections)
    first, second = sections[place].paragraphs[at]
    sections[place].paragraphs[at : at + 1] = [[first], [second]]
    assert signs(whole, written(sections)) == {"S": 1}
    assert signs(written(sections), whole) == {"J": 1}


@given(SEEDS, st.permutations(range(4)))
@settings(max_examples=examples(200), deadline=None)
def test_sections_in_another_order_have_moved(seed: int, order: list[int]) -> None:
    sections = [Section(random.Random(seed + number)) for number in range(4)]
    moved = signs(written(sections), written([sections[place] for place in order]))
    assert moved.keys() <= {"^", "v"} and bool(moved) == (order != [0, 1, 2, 3])
