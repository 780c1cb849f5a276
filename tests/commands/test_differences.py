"""Differences in the marks of wdiff: blocks that belong together, words within them, and nothing that is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.commands.read_back import read_back
from tests.examples import examples
from textchat.commands.output.difference_rows import difference_rows
from textchat.commands.output.differences import differences

BASE = """## Plan

First you install the package with pip.

Then you write a small config file.

```py
def f(x):
    return x + 1
```"""
OTHER = """## Plan

Before anything else, read the manual.

First, you install the package with pip or uv.

Then you write a config file by hand.

```py
def f(x: int) -> int:
    # add one
    return x + 1
```"""


def test_what_is_put_in_shifts_nothing() -> None:
    assert differences(BASE, OTHER) == (
        "## Plan\n\n"
        "{+Before anything else, read the manual.+}\n\n"
        "First{+,+} you install the package with pip {+or uv+}.\n\n"
        "Then you write a [-small-] config file {+by hand+}.\n\n"
        "```py\ndef f(x{+: int+}) {+-> int+}:\n{+    # add one+}\n    return x + 1\n```"
    )


@pytest.mark.parametrize(
    ("base", "other", "told"),
    [
        ("The sky is blue.\nOnly here.", "The sky is blue.", "The sky is blue.\n[-Only here.-]"),
        ("One. Two.", "One. Two. Three.", "One. Two. {+Three.+}"),
        ("Also, c. Fine.", "No. Also, c. Fine. No.", "{+No.+} Also, c. Fine. {+No.+}"),
        ("foo(bar)", "foo(baz, 1)", "foo([-bar-]{+baz, 1+})"),
        ("```\n    x\n```", "```\n  x\n```", "```\n[-    -]{+  +}x\n```"),
        ("日本語です", "日本人です", "日本[-語-]{+人+}です"),
        ("a\n\nb", "b", "[-a-]\n\nb"),
        ("gone", "", "[-gone-]"),
        ("", "", ""),
        (
            "One two. Three four five.\n\nEnd.",
            "One two.\n\nThree four five.\n\nEnd.",
            "One two.\n\nThree four five.\n\nEnd.",
        ),
        (
            "One two.\n\nThree four five.\n\nEnd.",
            "One two. Three four five.\n\nEnd.",
            "One two. Three four five.\n\nEnd.",
        ),
        ("One two.\n\nEnd of it.", "One two.\n\nEnd.", "One two.\n\nEnd [-of it-]."),
        ("One two three.\n\nEnd.", "One two.\n\nEnd.", "One two [-three-].\n\nEnd."),
        ("A b c. D\n\nEnd.", "A b c.\n\nEnd.", "A b c. [-D-]\n\nEnd."),
        (
            "- red apples\n- green pears\n- blue plums",
            "- green pears\n- blue plums\n- red apples",
            "[↓- red apples↓]\n- green pears\n- blue plums\n{↑- red apples↑}",
        ),
        (
            "A month costs ten dollars each.\n\nIt is quick.\n\nIt is good.",
            "It is quick.\n\nIt is good.\n\nA month costs nine dollars each.",
            "[↓A month costs↓] [-ten-] [↓dollars each.↓]\n\nIt is quick.\n\nIt is good.\n\n"
            "{↑A month costs↑} {+nine+} {↑dollars each.↑}",
        ),
        ("x[-1] and [a-z_-]", "x[-1] or [a-z_-]", "x[\\-1] [-and-]{+or+} [a-z_-\\]"),
        ("i{+}", "j{+}", "[-i-]{+j+}{\\+\\}"),
        (r"a [\-x\-] b", r"a [\-x\-] c", r"a [\\-x\-\] [-b-]{+c+}"),
    ],
)
def test_marks(base: str, other: str, told: str) -> None:
    assert differences(base, other) == told


TEXTS = st.lists(st.sampled_from([*"abcdefg", ".", ",", " ", "\n", "\n\n", "- ", "```\n", "  "]), max_size=40).map(
    "".join
)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_both_texts_can_be_read_off(base: str, other: str) -> None:
    told = differences(base, other)
    added, left_out = r"\{[+↑↓](.*?)[+↑↓]\}", r"\[[-↑↓](.*?)[-↑↓]\]"
    assert "".join(re.sub(left_out, "", re.sub(added, r"\1", told)).split()) == "".join(other.split())
    assert "".join(re.sub(added, "", re.sub(left_out, r"\1", told)).split()) == "".join(base.split())


BRACKETS = st.lists(
    st.sampled_from(
        [*"[]{}-+\\↑↓¶", "[-", "-]", "{+", "+}", "a", "b", "word ", " ", "\n", "\n\n", "- ", "1. ", "```\n"]
    ),
    max_size=30,
).map("".join)


@given(BRACKETS, BRACKETS)
@settings(max_examples=examples(1000), deadline=None)
@example("[", "[-")
@example("-", "[-]")
@example("{\\+", "{\\\\+")
@example("[¶] one two", "[¶]\n\none two")
def test_brackets_and_signs_can_be_read_back(base: str, other: str) -> None:
    told = read_back(differences(base, other))
    assert "".join(told.base.split()) == "".join(base.split())
    assert "".join(told.other.split()) == "".join(other.split())


@given(st.one_of(BRACKETS, st.text(max_size=40)), st.one_of(BRACKETS, st.text(max_size=40)))
@settings(deadline=None)
def test_rows_join_to_both_texts_to_the_last_blank(base: str, other: str) -> None:
    rows = difference_rows(base, other)
    assert "".join(text for row in rows for text, _ in row["left"] or ()) == base
    assert "".join(text for row in rows for text, _ in row["right"] or ()) == other
    for row in rows:
        kept = [[text for text, differs in row[side] or () if not differs] for side in ("left", "right")]
        if row["left"] and row["right"]:
            assert "".join("".join(kept[0]).split()) == "".join("".join(kept[1]).split())
