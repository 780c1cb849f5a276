"""The window on a branch never jumps, whatever is estimated, corrected, added or taken away."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.examples import examples
from textchat.ui.transcript.layout.drawings import Drawings
from textchat.ui.transcript.layout.long_text import Shift
from textchat.ui.transcript.window import Window

heights = st.integers(1, 12)


@dataclass(eq=False)
class Block:
    """An entry whose true height is known to the test alone until it is laid out."""

    height: int
    guess: int
    released: int = 0
    edition: object | None = None
    drawn_bytes: int = 1

    def release(self) -> None:
        self.released += 1
        self.edition = None


class Blocks(list[Block]):
    laid_out = 0

    def lay_out(self, position: int) -> int:
        self.laid_out += 1
        return self[position].height

    def estimate(self, position: int, width: int) -> int:
        return self[position].guess

    def estimates(self, width: int) -> list[int]:
        return [block.guess for block in self]

    def is_estimated(self, position: int) -> bool:
        return False

    def settle(self, position: int, line: int, above: int, below: int) -> list[Shift]:
        raise AssertionError("no height is an estimate once it is laid out")


class Watched(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = Blocks()
        self.window = Window(self.blocks)
        self.window.resize(80, 10)

    def _truth(self) -> list[tuple[int, int]]:
        return [(position, line) for position, block in enumerate(self.blocks) for line in range(block.height)]

    def _place(self) -> int:
        return self._truth().index(self.window.anchor)

    @rule(sizes=st.lists(st.tuples(heights, heights), max_size=30))
    def show(self, sizes: list[tuple[int, int]]) -> None:
        self.blocks[:] = [Block(*size) for size in sizes]
        self.window.show()
        assert self.window.following

    @rule(height=heights, guess=heights)
    def add(self, height: int, guess: int) -> None:
        was_following, held = self.window.following, self.window.anchor
        self.blocks.append(Block(height, guess))
        self.window.added()
        if not was_following:
            assert self.window.anchor == held

    @precondition(lambda self: self.blocks)
    @rule(lines=st.integers(-40, 40))
    def move(self, lines: int) -> None:
        truth = self._truth()
        wanted = self._place() + lines
        self.window.move(lines)
        assert self._place() == max(0, min(wanted, len(truth) - self.window.height))

    @precondition(lambda self: self.blocks)
    @rule(data=st.data())
    def scroll_to(self, data: st.DataObject) -> None:
        line = data.draw(st.integers(0, self.window.total))
        distance, wanted = line - self.window.top, self._place() + line - self.window.top
        self.window.scroll_to(line)
        if abs(distance) <= 3 * self.window.height:
            wanted = max(0, min(wanted, len(self._truth()) - self.window.height))
            assert self._place() == wanted, "a short way is as many lines as it says, whatever was estimated"

    @precondition(lambda self: self.blocks)
    @rule(data=st.data(), height=heights)
    def grow(self, data: st.DataObject, height: int) -> None:
        position = data.draw(st.integers(0, len(self.blocks) - 1))
        held, was_following = self.window.anchor, self.window.following
        self.blocks[position].height = height
        self.window.changed(position)
        if not was_following and not self.window.following and position != held[0]:
            assert self.window.anchor == held

    @rule(width=st.integers(1, 3), height=st.integers(1, 25), change=st.integers(1, 3))
    def resize(self, width: int, height: int, change: int) -> None:
        if width != self.window.width:
            for block in self.blocks:
                block.height = max(1, (block.height * change) % 13)
        self.window.resize(width, height)

    @rule()
    def go_to_end(self) -> None:
        self.window.go_to_end()

    @invariant()
    def shows_what_it_should(self) -> None:
        rows, truth = self.window.rows(), self._truth()
        assert not rows or rows[0] == self.window.anchor, "what holds the window is in view"
        assert len(rows) == min(self.window.height, len(truth)), "the window is filled"
        place = truth.index(rows[0]) if rows else 0
        assert rows == truth[place : place + len(rows)], "one line after the other"
        assert self.window.following == (place + len(rows) == len(truth)), "it follows just where the end is in view"

    @invariant()
    def the_numbers_agree(self) -> None:
        if self.blocks:
            assert 0 <= self.window.top <= self.window.total


Watched.TestCase.settings = settings(max_examples=examples(80), stateful_step_count=30, deadline=None)
TestWatched = Watched.TestCase


def test_only_what_is_near_is_laid_out() -> None:
    blocks = Blocks(Block(5, 3) for _ in range(10_000))
    window = Window(blocks)
    window.resize(80, 40)
    window.show()
    assert blocks.laid_out <= 9 * 2
    window.scroll_to(window.total // 2)
    window.move(-40)
    assert blocks.laid_out <= 80


def test_drawings_far_away_are_given_back() -> None:
    blocks = Blocks(Block(2, 2) for _ in range(2_000))
    drawings = Drawings(200)
    window = Window(blocks, drawings)
    window.resize(80, 20)
    window.show()
    while window.top:
        window.move(-15)
    assert sum(block.released for block in blocks) >= 2_000 - 200
    assert drawings.bytes == len(drawings) == sum(block.edition is not None for block in blocks) <= 200
    assert not any(blocks[position].released for position, _ in window.rows())


def test_lists_share_one_bound_and_what_is_in_view_stays() -> None:
    drawings = Drawings(100)
    lists = [Blocks(Block(2, 2, drawn_bytes=3) for _ in range(100)) for _ in range(4)]
    windows = [Window(blocks, drawings) for blocks in lists]
    for window in windows:
        window.resize(80, 10)
        window.show()
    in_view = drawings.bytes
    for _ in range(40):
        windows[0].move(-5)
        assert in_view <= drawings.bytes <= 115
    for blocks, window in zip(lists[1:], windows[1:], strict=True):
        assert not any(blocks[position].released for position, _ in window.rows())
    for window, blocks in zip(windows, lists, strict=True):
        for block in blocks:
            drawings.drop(block)
        assert not any(block.edition for block in blocks) and window.rows()
    for block in lists[0]:
        block.drawn_bytes = 1_000
    windows[0].redraw()
    assert not any(block.edition is None for block in windows[0].shown()), "however much it is"


def test_who_reads_the_end_of_a_message_that_shrinks_still_reads_its_end() -> None:
    """As when it is folded, or ends with a shorter text; and when it grows again, nothing moves."""
    blocks = Blocks(Block(12, 12) for _ in range(20))
    window = Window(blocks)
    window.resize(80, 10)
    window.show()
    window.hold(5, 11)
    for height in (4, 6, 9):
        blocks[5].height = height
        window.changed(5)
        assert window.rows()[:2] == [(5, 3), (5, 4) if height > 4 else (6, 0)]


def test_a_few_lines_are_a_few_lines_where_heights_were_guessed_wrong() -> None:
    """As when the bar is dragged, or a selection past the edge: the reader's line moves by that many and no more."""
    blocks = Blocks(Block(12, 2) for _ in range(200))
    window = Window(blocks)
    window.resize(80, 10)
    window.show()
    rows = window.rows()
    for lines in (1, 3, 9):
        window.go_to_end()
        window.scroll_to(window.top - lines)
        assert window.rows()[lines:] == rows[:-lines]
