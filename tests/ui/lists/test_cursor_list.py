"""A list with a cursor: keys and clicks move it within the rows, and it stays in view."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import ComposeResult
from textual.geometry import Size
from textual.strip import Strip

from tests.ui.demo import Demo
from textchat.render.cells import cut_end, width_of
from textchat.ui.lists.cursor_list import CursorList


class Numbers(CursorList[str]):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.rows = [f"row {number}" for number in range(count)]
        self.virtual_size = Size(0, count)
        self.clicked: list[int] = []

    def row_clicked(self) -> None:
        self.clicked.append(self.cursor)

    def render_line(self, y: int) -> Strip:
        index = self.index_at(y)
        mark = ">" if index == self.cursor else " "
        return Strip([Segment(mark + self.rows[index] if index < len(self.rows) else "")])


class NumbersDemo(Demo):
    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def compose(self) -> ComposeResult:
        yield Numbers(self.count)


async def test_keys_and_clicks_move_the_cursor_and_keep_it_in_view() -> None:
    app = NumbersDemo(100)
    async with app.run_test(size=(40, 10)) as pilot:
        numbers = app.query_one(Numbers)
        numbers.focus()

        def marked() -> str:
            drawn = [numbers.render_line(y).text for y in range(numbers.size.height)]
            return next(line for line in drawn if line.startswith(">"))

        for key, row in (
            ("down", 1),
            ("up", 0),
            ("up", 0),
            ("end", 99),
            ("down", 99),
            ("pageup", 90),
            ("home", 0),
            ("pagedown", 9),
            ("pagedown", 18),
        ):
            await pilot.press(key)
            await pilot.pause()
            assert marked() == f">row {row}", key
        await pilot.click(numbers, offset=(2, 0))
        assert marked() == ">row 9" and numbers.clicked == [9]


async def test_a_list_without_rows_takes_keys_and_clicks() -> None:
    app = NumbersDemo(0)
    async with app.run_test(size=(40, 10)) as pilot:
        numbers = app.query_one(Numbers)
        numbers.focus()
        await pilot.press("down", "end", "home", "pageup", "pagedown", "up")
        await pilot.click(numbers, offset=(2, 0))
        assert numbers.cursor == 0 and not numbers.clicked


def test_a_text_is_cut_at_its_end() -> None:
    assert cut_end("ordinary", 8) == "ordinary"
    assert cut_end("ordinary", 5) == "ordi…"
    assert cut_end("two words", 5) == "two…", "no space before the ellipsis"
    assert cut_end("名前名前", 6) == "名前…"
    assert (cut_end("名前", 1), cut_end("名前", 0), cut_end("a", -1)) == ("…", "", "")
    assert cut_end("👩\u200d👩\u200d👧 family", 4) == "👩\u200d👩\u200d👧…", "never inside what is drawn as one"
    assert all(width_of(cut_end("a名b前c", width)) <= width for width in range(8))
