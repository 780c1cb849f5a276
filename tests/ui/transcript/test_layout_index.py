"""The layout index gives the same answers as adding up all heights."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from textchat.ui.transcript.layout.layout_index import LayoutIndex

heights = st.integers(min_value=0, max_value=500)


def found(all_heights: list[int], line: int) -> tuple[int, int]:
    for position, height in enumerate(all_heights):
        if line < height:
            return position, line
        line -= height
    raise AssertionError("outside")


class Edited(RuleBasedStateMachine):
    """Any order of edits, compared with a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.index = LayoutIndex()
        self.plain: list[int] = []

    @rule(height=heights)
    def append(self, height: int) -> None:
        self.index.append(height)
        self.plain.append(height)

    @precondition(lambda self: self.plain)
    @rule(data=st.data(), height=heights)
    def replace(self, data: st.DataObject, height: int) -> None:
        position = data.draw(st.integers(0, len(self.plain) - 1))
        self.index.replace(position, height)
        self.plain[position] = height

    @rule(all_heights=st.lists(heights, max_size=400))
    def rebuild(self, all_heights: list[int]) -> None:
        self.index.rebuild(all_heights)
        self.plain = list(all_heights)

    @invariant()
    def sums_agree(self) -> None:
        assert len(self.index) == len(self.plain)
        assert self.index.total == sum(self.plain)
        assert [self.index.top(i) for i in range(len(self.plain) + 1)] == [
            sum(self.plain[:i]) for i in range(len(self.plain) + 1)
        ]

    @precondition(lambda self: sum(self.plain) > 0)
    @rule(data=st.data())
    def find(self, data: st.DataObject) -> None:
        line = data.draw(st.integers(0, sum(self.plain) - 1))
        assert self.index.find(line) == found(self.plain, line)


TestEdited = Edited.TestCase


@given(st.lists(st.integers(1, 50), min_size=1), st.integers(-1000, 10_000))
def test_a_line_outside_is_taken_to_the_nearest_inside(all_heights: list[int], line: int) -> None:
    index = LayoutIndex(all_heights)
    inside = max(0, min(line, sum(all_heights) - 1))
    assert index.find(line) == found(all_heights, inside)


def test_nothing_can_be_found_where_nothing_is() -> None:
    with pytest.raises(IndexError):
        LayoutIndex().find(0)
    assert LayoutIndex([0, 0]).find(0)[0] in (0, 1)
