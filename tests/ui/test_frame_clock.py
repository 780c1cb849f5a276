"""The clock of the screen: changes within a frame are one paint, and what is said while painting is painted next."""

from __future__ import annotations

from textual.app import App

from tests.servers.waiting import wait_until
from textchat.ui.frame_clock import FrameClock


class Stage(App[None]):
    """Counts down: each paint asks for another until nothing is left."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left
        self.painted: list[set[str]] = []
        self.depth = 0
        self.deepest = 0

    def on_mount(self) -> None:
        self.clock = FrameClock(self.screen, self.paint, lambda: None)

    def paint(self, changed: set[str]) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        self.painted.append(changed)
        if self.left:
            self.left -= 1
            self.clock.mark("again")
        self.depth -= 1


async def test_a_paint_that_asks_for_another_gets_a_frame_of_its_own() -> None:
    app = Stage(5)
    async with app.run_test():
        app.clock.mark("first")
        assert len(app.painted) == 1, "the first change is painted at once"
        await wait_until(lambda: len(app.painted) == 6, "five more frames")
        assert app.painted == [{"first"}, *[{"again"}] * 5]
        assert app.deepest == 1


async def test_changes_within_a_frame_are_one_paint() -> None:
    app = Stage(0)
    async with app.run_test():
        app.clock.mark("a")
        app.clock.mark("b")
        app.clock.mark("c")
        app.clock.mark("b")
        await wait_until(lambda: len(app.painted) == 2, "the next frame")
        assert app.painted == [{"a"}, {"b", "c"}]
