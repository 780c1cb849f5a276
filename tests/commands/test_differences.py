"""Differences in the marks of wdiff: blocks that belong together, words within them, and nothing that is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ],
)
def test_marks(base: str, other: str, told: str) -> None:
    assert differences(base, other) == told


TEXTS = st.lists(st.sampled_from([*"abcdefg", ".", ",", " ", "\n", "\n\n", "- ", "```\n", "  "]), max_size=40).map(
    "".join
)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off(base: str, other: str) -> None:
    told = differences(base, other)
    added, left_out = r"\{\+(.*?)\+\}", r"\[-(.*?)-\]"
    assert "".join(re.sub(left_out, "", re.sub(added, r"\1", told)).split()) == "".join(other.split())
    assert "".join(re.sub(added, "", re.sub(left_out, r"\1", told)).split()) == "".join(base.split())
