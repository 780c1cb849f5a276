"""The window on a branch never jumps, whatever is estimated, corrected, added or taken away."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.examples import examples
from textchat.ui.transcript.window import KEPT, BranchView

heights = st.integers(1, 12)


@dataclass(eq=False)
class Block:
    """An entry whose true height is known to the test alone until it is laid out."""

    height: int
    guess: int
    released: int = 0

    def release(self) -> None:
        self.released += 1


class Blocks(list[Block]):
    def estimate(self, position: int, width: int) -> int:
        return self[position].guess

    def estimates(self, width: int) -> list[int]:
        return [block.guess for block in self]


class Watched(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = Blocks()
        self.view = BranchView(self.blocks, self._lay_out)
        self.view.resize(80, 10)

    def _lay_out(self, position: int) -> int:
        return self.blocks[position].height

    def _truth(self) -> list[tuple[int, int]]:
        return [(each, line) for each, block in enumerate(self.blocks) for line in range(block.height)]

    def _place(self) -> int:
        return self._truth().index(self.view.anchor)

    @rule(sizes=st.lists(st.tuples(heights, heights), max_size=30))
    def show(self, sizes: list[tuple[int, int]]) -> None:
        self.blocks[:] = [Block(*size) for size in sizes]
        self.view.shown()
        assert self.view.following

    @rule(height=heights, guess=heights)
    def add(self, height: int, guess: int) -> None:
        was_following, held = self.view.following, self.view.anchor
        self.blocks.append(Block(height, guess))
        self.view.added()
        if not was_following:
            assert self.view.anchor == held

    @precondition(lambda self: self.blocks)
    @rule(lines=st.integers(-40, 40))
    def move(self, lines: int) -> None:
        truth = self._truth()
        wanted = self._place() + lines
        self.view.move(lines)
        assert self._place() == max(0, min(wanted, len(truth) - self.view.height))

    @precondition(lambda self: self.blocks)
    @rule(data=st.data())
    def scroll_to(self, data: st.DataObject) -> None:
        self.view.scroll_to(data.draw(st.integers(0, self.view.total)))

    @precondition(lambda self: self.blocks)
    @rule(data=st.data(), height=heights)
    def grow(self, data: st.DataObject, height: int) -> None:
        position = data.draw(st.integers(0, len(self.blocks) - 1))
        held, was_following = self.view.anchor, self.view.following
        self.blocks[position].height = height
        self.view.changed(position)
        if not was_following and not self.view.following and position != held[0]:
            assert self.view.anchor == held

    @rule(width=st.integers(1, 3), height=st.integers(1, 25), change=st.integers(1, 3))
    def resize(self, width: int, height: int, change: int) -> None:
        if width != self.view.width:
            for block in self.blocks:
                block.height = max(1, (block.height * change) % 13)
        self.view.resize(width, height)

    @rule()
    def go_to_end(self) -> None:
        self.view.go_to_end()

    @invariant()
    def shows_what_it_should(self) -> None:
        rows, truth = self.view.rows(), self._truth()
        assert len(rows) == min(self.view.height, len(truth)), "the window is filled"
        place = truth.index(rows[0]) if rows else 0
        assert rows == truth[place : place + len(rows)], "one line after the other"
        assert self.view.following == (place + len(rows) == len(truth)), "it follows just where the end is in view"

    @invariant()
    def the_numbers_agree(self) -> None:
        if self.blocks:
            assert 0 <= self.view.top <= self.view.total


Watched.TestCase.settings = settings(max_examples=examples(200), stateful_step_count=30, deadline=None)
TestWatched = Watched.TestCase


def test_only_what_is_near_is_laid_out() -> None:
    laid: list[int] = []

    def lay_out(position: int) -> int:
        laid.append(position)
        return 5

    view = BranchView(Blocks(Block(5, 3) for _ in range(10_000)), lay_out)
    view.resize(80, 40)
    view.shown()
    assert len(laid) <= 9 * 2
    view.scroll_to(view.total // 2)
    view.move(-40)
    assert len(laid) <= 80


def test_drawings_far_away_are_given_back() -> None:
    blocks = Blocks(Block(2, 2) for _ in range(2_000))
    view = BranchView(blocks, lambda position: 2)
    view.resize(80, 20)
    view.shown()
    while view.top:
        view.move(-15)
    assert sum(block.released for block in blocks) >= 2_000 - KEPT - 20
    assert not any(blocks[position].released for position, _ in view.rows())
