"""What Textual and rich keep of what they have drawn is bounded, and goes by itself."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import ref

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tests.ui.demo import Demo
from textchat.ui.dialogs.prompt_dialog import PromptDialog
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.terminal.drawing.closed_widgets import CACHES, MOST_ENTRIES, ClosedWidgets
from textchat.ui.terminal.drawing.uncyclic_strips import let_strips_go


class _Watched(Segment):
    """Counts those that exist."""

    alive = 0

    def __new__(cls, *parts: object) -> _Watched:
        cls.alive += 1
        return super().__new__(cls, *parts)  # type: ignore[arg-type]

    def __del__(self) -> None:
        type(self).alive -= 1


@contextmanager
def without_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("start", "end", "cuts"),
    [(0, 8, [8]), (0, 8, [8, 20]), (2, 8, [4, 8]), (0, 12, [8]), (0, 4, [])],
)
def test_a_strip_goes_when_nobody_has_it_any_more(start: int, end: int, cuts: list[int]) -> None:
    before_ = Strip([Segment("one two ")], 8)
    expected = before_.crop_extend(start, end, None), [*before_.divide(cuts)]
    let_strips_go()
    let_strips_go()  # by a second app of the same process
    with without_collector():
        strip = Strip([_Watched("one two ")], 8)
        assert (strip.crop_extend(start, end, None), [*strip.divide(cuts)]) == expected
        assert strip.crop_extend(start, end, None) is strip.crop_extend(start, end, None), "cut once"
        assert _Watched.alive == 1
        del strip
        assert _Watched.alive == 0


def test_caches_of_textual_that_have_grown_are_emptied_when_something_closed() -> None:
    timers = []
    closed = ClosedWidgets(lambda after_s, work: timers.append(work), lambda: False)
    for cache in CACHES:
        cache.cache_clear()
    for place in range(MOST_ENTRIES + 1):
        Strip.render_ansi(Style.from_meta({"offset": (place, 0)}), ColorSystem.TRUECOLOR)
        Region(place, 0, 5, 5).intersection(Region(0, 0, 9, 9))
    Region(0, 0, 5, 5).translate((1, 1))
    closed.some_closed()
    timers.pop()()
    assert Strip.render_ansi.cache_info().currsize == Region.intersection.cache_info().currsize == 0
    assert Region.translate.cache_info().currsize == 1, "what is in use stays"


async def test_no_editor_of_a_closed_dialog_is_kept() -> None:
    app, timers = Demo(), list[Callable[[], None]]()
    closed = ClosedWidgets(lambda after_s, work: timers.append(work), lambda: False)
    async with app.run_test() as pilot:
        fields: list[ref[PromptEditor]] = []
        for _ in range(3):
            await app.push_screen(PromptDialog("Edit", "text"))
            fields.append(ref(app.screen.query_one(PromptEditor)))
            await app.pop_screen()
        await pilot.pause()
        closed.some_closed()
        timers.pop()()
        assert len([field for field in fields if field() is not None]) <= 1, "the last is in the hands of the test"
