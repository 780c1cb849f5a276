"""What comes within a text stands where it parts no markup, however the text comes."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.examples import examples
from textchat.core.text.open_markup import WovenText, unparted

WORDS = [
    *(
        "words ",
        "sky",
        ".",
        "\n",
        "\n\n",
        "`a b`",
        "``x`y``",
        "```\ncode\n\nmore\n```\n",
        "~~~\n```\n~~~\n",
        "- a `b c`\n",
    ),
    *(
        "> q `r`\n\n",
        "# ",
        "| a | b |\n|---|---|\n| c | d |\n",
        "a | b\n---|---\nc | `d`\n",
        "[x y](https://a.b/c)",
        "[1]",
    ),
    *("https://x.y/z ", "<https://x.y/z>", "**b c**", "\\*", "\\`", "$$x$$", "日本", "1. ```\n   c\n   ```\n", "\r\n"),
]
texts = st.lists(st.sampled_from(WORDS), max_size=10).map("".join)


@settings(max_examples=examples(40), deadline=None)
@given(texts, st.data())
def test_a_growing_text_is_woven_as_a_whole_one(text: str, data: st.DataObject) -> None:
    place = st.integers(0, len(text))
    things = sorted(data.draw(st.lists(place, max_size=4)))
    cuts = sorted({*things, *data.draw(st.lists(place, max_size=8)), 0, len(text)})
    woven, shown, written = WovenText[int](), [0] * len(things), ""

    def add(at: int) -> None:
        for number, thing in enumerate(things):
            if thing == at:
                woven.add(number)

    add(0)
    for start, end in pairwise(cuts):
        for piece in woven.take(text[start:end]):
            if isinstance(piece, str):
                written += piece
            else:
                shown[piece] = len(written)
        assert written == text[:end], "no text waits"
        add(end)
    for number in woven.at_end:
        shown[number] = len(text)
    assert shown == unparted(text, things) == sorted(shown)
    assert all(at >= thing for at, thing in zip(shown, things, strict=True))


@settings(max_examples=examples(40), deadline=None)
@given(texts, st.data())
def test_code_tables_and_links_stay_whole(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    begin = text.rfind("\n", 0, at) + 1
    # In the first cell of a table without a leading pipe, nothing tells yet that it is one.
    assume("|" in text[begin:at] or at == begin or "|" not in text[at:].partition("\n")[0])
    check_whole(text, at)


@pytest.mark.parametrize("before", ["", "- a `b c`\n", "> "])
@pytest.mark.parametrize("text", ["1. ```\n   c\n   ```\n", "- ~~~\n  c\n  ~~~\n", "12) `c`\n"])
def test_the_marker_of_a_list_before_code_is_not_parted(before: str, text: str) -> None:
    for at in range(len(before), len(before + text) + 1):
        check_whole(before + text, at)


def check_whole(text: str, at: int) -> None:
    reader = MarkdownIt("commonmark").enable("table")

    def markup(*pieces: str) -> list[str]:
        return re.findall(r"<(?:code|a|td|th|strong)\b[^>]*>[^<]*", "".join(map(reader.render, pieces)))

    (at,) = unparted(text, [at])
    assert markup(text[:at], text[at:]) == markup(text)


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        ("Here: | and there.", "Here: "),
        ("One `co|de` two.\n\nThree", "One `code` two.\n\n"),
        ("See [he|re](https://a.b) now\n\nThree", "See [here](https://a.b) now\n\n"),
        ("See [here]|(https://a.b)\n\nThree", "See [here](https://a.b)\n\n"),
        ("```\nco|de\n\nmore\n```\nThree", "```\ncode\n\nmore\n```\n"),
        ("- a `b|c`\n\n  goes on\n\nThree", "- a `bc`\n\n  goes on\n\n"),
        ("Never `clo|sed", "Never `closed"),
    ],
)
def test_what_would_part_a_block_comes_behind_it(text: str, behind: str) -> None:
    place, text = text.index("|"), text.replace("|", "")
    assert unparted(text, [place]) == [len(behind)]


def test_many_things_in_a_paragraph_of_megabytes_are_found_places_for_at_once() -> None:
    text = "words " * 60_000
    assert unparted(text, range(0, len(text), 6_000)) == [*range(0, len(text), 6_000)]
