"""Differences between two answers: nothing is lost, nothing is made up, and what belongs together stands together."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textchat.render.diff import alignment
from textchat.render.diff.alignment import common, most_alike
from textchat.render.diff.comparison import Change, Diff, DiffRow, DiffSide, diff, matching_blocks
from textchat.render.diff.units import line_ranges
from textchat.render.markdown import BlockKind, outline

LEFT = """# One

The quick brown fox jumps over the lazy dog.

- first thing
- second thing here

```python
def f(x):
    return x + 1

print(f(2))
```

Only the left says this.
"""
RIGHT = """# One

The slow brown fox jumped over the lazy 狗 dog.

- first thing
- a third thing here

```python
def f(x):
    y = 2
    return x + 2

print(f(2))
```

Bye, all gone!
"""

PIECES = st.sampled_from(
    [
        *("# Head\n", "## 見出し\n", "text ", "words and more\n", "\n", "\n\n", "- item\n", "1. one\n", "   - in it\n"),
        *(
            "> quote\n",
            "```py\n",
            "x = 1\n",
            "```\n",
            "| a | b |\n",
            "|---|---|\n",
            "    code\n",
            "---\n",
            "\t",
            "e\u0301",
        ),
        *("[a]: http://b\n", "狗が走る", "👩‍💻", "\r\n", "\r", "🇩🇪", "<div>\n", "$$\n"),
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


def unmarked(text: str, side: DiffSide) -> str:
    """What of a side is not marked."""
    kept, at = "", side.start
    for start, end in side.marks:
        kept, at = kept + text[at:start], end
    return kept + text[at : side.end]


def without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)


def marked(found: Diff, row: DiffRow) -> tuple[list[str], list[str]]:
    assert row.left and row.right
    return [found.left[a:b] for a, b in row.left.marks], [found.right[a:b] for a, b in row.right.marks]


# -- the pieces ------------------------------------------------------------------------------------------------------


@given(TEXTS)
@settings(deadline=None)
def test_an_outline_is_the_whole_text(text: str) -> None:
    assert "".join(text[section.start : section.end] for section in outline(text)) == text
    for section in outline(text):
        found = line_ranges(text, section.start, section.end)
        assert "".join(text[start:end] for start, end in found) == text[section.start : section.end]


def test_an_outline_names_its_blocks() -> None:
    text = "Head\n====\n\ntext\n\n> quote\n\n1. item\n\n   ```\n   code\n   ```\n\n| a |\n|---|\n| b |\n\n---\n"
    assert [(section.kind, text[section.start : section.end]) for section in outline(text)] == [
        (BlockKind.HEADING, "Head\n====\n\n"),
        (BlockKind.PARAGRAPH, "text\n\n"),
        (BlockKind.QUOTE, "> quote\n\n"),
        (BlockKind.ITEM, "1. item\n\n"),
        (BlockKind.CODE, "   ```\n   code\n   ```\n\n"),
        (BlockKind.TABLE, "| a |\n|---|\n| b |\n\n"),
        (BlockKind.RULE, "---\n"),
    ]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
@settings(deadline=None)
def test_what_is_common_is_in_both_in_order_and_as_long_as_can_be(left: list[str], right: list[str]) -> None:
    runs = common(left, right)
    places = [(run.left + step, run.right + step) for run in runs for step in range(run.length)]
    assert all(left[at] == right[other] for at, other in places)
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in pairwise(places))
    assert len(places) == _longest(left, right)


def _longest(left: list[str], right: list[str]) -> int:
    row = [0] * (len(right) + 1)
    for element in left:
        above, row = row, [0]
        for index, other in enumerate(right):
            row.append(above[index] + 1 if element == other else max(above[index + 1], row[index]))
    return row[-1]


@given(st.lists(st.sampled_from("abcde"), max_size=40), st.lists(st.sampled_from("abcde"), max_size=40))
@settings(deadline=None)
def test_what_is_long_is_cut_at_anchors_and_still_true(left: list[str], right: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MOST_CELLS", 20)
        runs = common(left, right)
    places = [(run.left + step, run.right + step) for run in runs for step in range(run.length)]
    assert all(left[at] == right[other] for at, other in places)
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in pairwise(places))


@given(st.data(), st.integers(0, 15), st.integers(0, 15), st.sampled_from([1, 8, 20_000]))
@settings(deadline=None)
def test_likeness_pairs_in_order_and_sums_up_to_the_most(
    data: st.DataObject, rows: int, columns: int, most: int
) -> None:
    cells = st.sampled_from([0.0, 0.0, 0.5, 0.75, 1.0])
    table = data.draw(st.lists(st.lists(cells, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MOST_PAIRS", most)
        pairs = most_alike(rows, columns, lambda row, column: table[row][column])
    assert all(table[row][column] for row, column in pairs)
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in pairwise(pairs))
    if most > rows * columns * 2:
        best = [0.0] * (columns + 1)
        for row in table:
            above, best = best, [0.0]
            for index, alike in enumerate(row):
                best.append(max(above[index] + alike, above[index + 1], best[index]))
        assert sum(table[row][column] for row, column in pairs) == best[-1]


# -- the whole -------------------------------------------------------------------------------------------------------


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_both_sides_reassemble_to_their_sources(left: str, right: str) -> None:
    found = diff(left, right)
    assert "".join(found.left_text(row.left) for row in found.rows if row.left) == left
    assert "".join(found.right_text(row.right) for row in found.rows if row.right) == right


@given(TEXTS)
@settings(deadline=None)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    found = diff(text, text)
    assert found.is_same and not found.differences
    assert not any(side.marks for row in found.rows for side in (row.left, row.right) if side)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_what_is_not_marked_is_the_same_on_both_sides(left: str, right: str) -> None:
    for row in diff(left, right).rows:
        match row.change:
            case Change.SAME | Change.CHANGED:
                assert row.left and row.right
                assert without_blanks(unmarked(left, row.left)) == without_blanks(unmarked(right, row.right))
                assert bool(row.left.marks or row.right.marks) == (row.change is Change.CHANGED)
            case Change.SPLIT | Change.JOINED:
                assert row.left and row.right
                assert without_blanks(unmarked(left, row.left)) == without_blanks(unmarked(right, row.right))
            case Change.REMOVED:
                assert row.left and not row.right
            case Change.ADDED:
                assert row.right and not row.left
            case Change.MOVED_UP | Change.MOVED_DOWN:
                assert bool(row.left) != bool(row.right)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_what_moved_is_marked_at_both_places(left: str, right: str) -> None:
    rows = diff(left, right).rows
    for index, row in enumerate(rows):
        assert row.change.is_moved == (row.partner is not None)
        if row.partner is None:
            continue
        other = rows[row.partner]
        assert other.partner == index and bool(other.left) == bool(row.right)
        assert row.change is (Change.MOVED_UP if row.partner < index else Change.MOVED_DOWN)
        ours, theirs = row.left or other.left, row.right or other.right
        assert ours and theirs
        assert without_blanks(unmarked(left, ours)) == without_blanks(unmarked(right, theirs))


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_texts_with_other_words_differ(left: str, right: str) -> None:
    if without_blanks(left) != without_blanks(right):
        assert not diff(left, right).is_same


def test_blocks_lines_and_words_are_found() -> None:
    found = diff(LEFT, RIGHT)
    changes = [(row.kind, row.change) for row in found.rows]
    assert changes[:4] == [
        (BlockKind.HEADING, Change.SAME),
        (BlockKind.PARAGRAPH, Change.CHANGED),
        (BlockKind.ITEM, Change.SAME),
        (BlockKind.ITEM, Change.CHANGED),
    ]
    assert marked(found, found.rows[1]) == (["quick", "jumps"], ["slow", "jumped", "狗"])
    assert marked(found, found.rows[3]) == (["second"], ["a third"])
    code = [row for row in found.rows if row.kind is BlockKind.CODE]
    assert [row.change.value for row in code] == [" ", " ", "+", "~", " ", " ", " "]
    assert marked(found, code[3]) == (["1"], ["2"])
    assert [row.change for row in found.rows[-2:]] == [Change.REMOVED, Change.ADDED]
    assert len(found.differences) == 4


def test_code_only_leaves_all_else_out() -> None:
    found = diff(LEFT, RIGHT, code_only=True)
    assert {row.kind for row in found.rows} == {BlockKind.CODE}
    assert "".join(found.left_text(row.left) for row in found.rows if row.left).startswith("```python\ndef f(x):")
    assert diff(LEFT, LEFT.replace("quick", "slow"), code_only=True).is_same


def test_lines_that_break_elsewhere_are_no_difference_but_in_code() -> None:
    assert diff("one two\nthree four", "one\ntwo three four").is_same
    assert not diff("    one two\n    three", "    one\n    two three").is_same
    assert not diff("```\na  b\n```", "```\na b\n```").is_same


def test_blocks_that_match_are_named_for_scrolling() -> None:
    left, right = "# A\n\nintro\n\n## B\n\nlong words here", "Well!\n\n## B\n\nlonger words here\n"
    pairs = [(left[slice(*ours)], right[slice(*theirs)]) for ours, theirs in matching_blocks(left, right)]
    assert pairs == [("## B\n\n", "## B\n\n"), ("long words here", "longer words here\n")]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("word " * 20_000, "drow word " * 10_000),
        ("- a\n" * 4_000, "- b\n" * 4_000),
        ("".join(f"item {n}\n\n" for n in range(3_000)), "".join(f"thing {n * 3}\n\n" for n in range(2_000))),
        (
            "```\n" + "".join(f"x{n % 7}\n" for n in range(20_000)),
            "```\n" + "".join(f"x{n % 5}\n" for n in range(20_000)),
        ),
    ],
    ids=["one paragraph", "many items", "many paragraphs", "one fence"],
)
def test_long_answers_cost_a_bounded_number_of_steps(left: str, right: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def counted(count: int, other: int, likeness: alignment.Likeness) -> list[tuple[int, int]]:
        def count_one(row: int, column: int) -> float:
            nonlocal asked
            asked += 1
            return likeness(row, column)

        return most_alike(count, other, count_one)

    monkeypatch.setattr("textchat.render.diff.pairing.most_alike", counted)
    found = diff(left, right)
    assert "".join(found.right_text(row.right) for row in found.rows if row.right) == right
    assert asked <= 10 * (alignment.MOST_PAIRS + 20_000)
