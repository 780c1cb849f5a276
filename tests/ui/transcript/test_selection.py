"""Selecting and copying text, with the mouse and with keys: what is selected is the source."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.pilot import Pilot
from textual.selection import Selection as ScreenSelection
from textual.widgets import Static

from tests.ui.transcript.listing import Listing, answer, asked, exchange, growing, in_window, prompt, say, wait_until
from textchat.core.conversation import Status
from textchat.ui.input.input_bar import InputBar
from textchat.ui.transcript.caret import Caret
from textchat.ui.transcript.chosen import Chosen
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.message_list import MessageList
from textchat.ui.transcript.reading_position import ReadingPosition
from textchat.ui.transcript.selection import Selection
from textchat.ui.transcript.source_range import SourcePlace, SourceRange


async def drag(pilot: Pilot[None], app: Listing, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag as a terminal reports it: with the button in each move, which the pilot's own moves have not."""
    await drag_to(pilot, app, start, end)
    await pilot.mouse_up(app.list, offset=end)
    await pilot.pause()


async def drag_to(pilot: Pilot[None], app: App[None], start: tuple[int, int], *places: tuple[int, int]) -> None:
    """Press the left button at a cell of the screen and move over others, without a release."""
    await pilot.mouse_down(offset=start)
    for x, y in places:
        app.post_message(events.MouseMove(None, x, y, 0, 0, 1, False, False, False, x, y))
        await pilot.pause()


async def test_the_mouse_selects_the_source_over_several_messages() -> None:
    long = "word " * 30 + "end"
    app = Listing(
        [prompt("a", "First line\n    indented"), answer("b", long), prompt("c", "Last prompt")], has_focus=True
    )
    async with app.run_test(size=(60, 20)) as pilot:
        x, y = app.cell_of("indented")
        last_x, last_y = app.cell_of("prompt")
        await drag(pilot, app, (x, y), (last_x - 2, last_y))
        assert app.list.selection.text == f"indented\n\n{long}\n\nLast"
        assert app.screen.get_selected_text() == f"indented\n\n{long}\n\nLast", "Textual's own copy finds it too"
        await pilot.press("c")
        assert asked(app)[-1][2] == f"indented\n\n{long}\n\nLast"
        await pilot.click(app.list, offset=(5, 19))
        await wait_until(lambda: app.list.selection.text == "")


async def test_code_in_a_list_is_selected_without_the_indentation_of_the_list() -> None:
    source = "1. Run:\n\n   ```py\n   if x:\n       y()\n   ```\n\n2. Done"
    app = Listing([answer("a", source)], has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        await drag(pilot, app, app.cell_of("if x"), (59, app.cell_of("y()")[1]))
        assert app.list.selection.text == "if x:\n    y()"
        await drag(pilot, app, app.cell_of("Run"), (59, app.cell_of("y()")[1]))
        assert app.list.selection.text == "Run:\n\n   ```py\n   if x:\n       y()", "with other text: as it stands"
        await pilot.press("escape", "b")
        await pilot.pause()
        assert app.list.selection.text == asked(app)[-1][2] == "if x:\n    y()"


async def test_a_drag_does_not_choose_the_message() -> None:
    app = Listing([prompt("a", "Hello there")])
    async with app.run_test(size=(60, 20)) as pilot:
        await drag(pilot, app, (2, 0), (6, 0))
        assert app.list.selection.text == "Hello"
        assert app.list.chosen.id is None


async def test_a_selection_survives_streaming_and_scrolling_off_the_screen() -> None:
    app = Listing([prompt("a", "Select me"), prompt("b", "and not me")], has_focus=True)
    async with app.run_test(size=(60, 12)) as pilot:
        reply = growing()
        app.list.add_reply(reply)
        say(reply, "Start of it.\n\n")
        app.list.refresh_reply(reply)
        x, y = app.cell_of("Select")
        await drag(pilot, app, (x, y), (*app.cell_of("of it"),))
        for number in range(60):
            say(reply, f"Line {number}.\n\n")
            app.list.refresh_reply(reply)
        assert "Select" not in app.shown()
        assert app.list.selection.text == "Select me\n\nand not me\n\nStart o"
        reply.end(Status.COMPLETE)
        app.list.end_reply(reply.freeze())
        assert app.list.selection.text == "Select me\n\nand not me\n\nStart o"
        await pilot.press("home")
        await pilot.resize_terminal(40, 12)
        assert app.list.selection.text == "Select me\n\nand not me\n\nStart o"
        assert app.marked()[0] == "Select me"


async def test_backwards_and_from_blank_cells() -> None:
    app = Listing([prompt("a", "One"), answer("b", "Two"), prompt("c", "Three")])
    async with app.run_test(size=(60, 12)) as pilot:
        await drag(pilot, app, (50, 3), (30, 1))
        assert app.list.selection.text == "Two"
        await drag(pilot, app, (40, 10), (0, 0))
        assert app.list.selection.text == "One\n\nTwo\n\nThree"


async def test_a_folded_thought_and_what_is_said_about_a_message_are_no_part_of_a_selection() -> None:
    messages = [prompt("a", "One"), answer("b", "Two", reasoning="hm", status=Status.CANCELLED), prompt("c", "Three")]
    app = Listing(messages)
    async with app.run_test(size=(60, 14)) as pilot:
        await drag(pilot, app, (0, 0), (30, app.cell_of("Three")[1]))
        assert app.list.selection.text == "One\n\nTwo\n\nThree"
        x, y = app.cell_of("Cancelled")
        await drag(pilot, app, (x, y), (x + 8, y))
        assert app.list.selection.text == "Cancelled", "unless it is all that is selected"


async def test_wide_characters_are_selected_whole() -> None:
    app = Listing([prompt("a", "日本語 text 👩‍👩‍👧 end")])
    async with app.run_test(size=(60, 8)) as pilot:
        for first, last, text in (
            (4, 6, "本語"),
            (5, 7, "本語"),
            (14, 15, "👩‍👩‍👧"),
            (15, 17, "👩‍👩‍👧 e"),
            (17, 19, "end"),
        ):
            await drag(pilot, app, (first, 0), (last, 0))
            assert app.list.selection.text == text


async def test_two_clicks_select_a_word_and_three_the_part() -> None:
    app = Listing([prompt("a", "Call foo_bar now.\nand here")])
    async with app.run_test(size=(60, 8)) as pilot:
        x, y = app.cell_of("o_bar")
        await pilot.click(app.list, offset=(x, y), times=2)
        await wait_until(lambda: app.list.selection.text == "foo_bar")
        await pilot.click(app.list, offset=(x, y), times=3)
        await wait_until(lambda: app.list.selection.text == "Call foo_bar now.\nand here")
        await pilot.click(app.list, offset=app.cell_of("ow."), times=2)
        await wait_until(lambda: app.list.selection.text == "now")


async def test_keys_select_from_the_chosen_message_on() -> None:
    app = Listing(exchange(100), has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.chosen.choose("m97")
        app.list.caret.mark()
        assert _caret(app) == "T"
        await pilot.press("right")
        app.list.caret.mark()
        await pilot.press("down", "down", "end")
        await pilot.pause()
        assert app.list.selection.text == "his is message number 97.\n\nIt has two lines."
        app.list.caret.mark()
        await pilot.press("up", "home", "shift+right", "shift+right")
        await pilot.pause()
        assert app.list.selection.text == ""
        await pilot.press("escape")
        await pilot.pause()
        assert app.list.selection.text == "" and app.list.caret.place is None and _caret(app) == ""


async def test_shift_selects_at_once_and_a_move_without_it_lets_go() -> None:
    app = Listing([prompt("a", "First line\nSecond line")], has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("shift+right", "shift+right", "shift+right", "shift+right")
        await pilot.pause()
        assert app.list.selection.text == "First"
        await pilot.press("c")
        assert asked(app)[-1][2] == "First"
        await pilot.press("down", "home")
        await pilot.pause()
        assert app.list.selection.text == ""
        await pilot.press("shift+end")
        await pilot.pause()
        assert app.list.selection.text == "Second line"
        await pilot.press("shift+up")
        await pilot.pause()
        assert app.list.selection.text == "\nS"


async def test_keys_select_off_the_screen() -> None:
    app = Listing(exchange(100), has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.scroll_home()
        app.list.chosen.choose("m0")
        for _ in range(6):
            await pilot.press("shift+pagedown")
        await pilot.pause()
        text = app.list.selection.text
        assert text.startswith("This is message number 0.\n\nIt has two lines.\n\nThis is message number 1.")
        assert text.count("This is message") > 20 and "number 0." not in app.shown()


@pytest.mark.parametrize("width", [12, 23, 60])
async def test_the_whole_branch_selected_is_its_source(width: int) -> None:
    messages = exchange(30)
    app = Listing(messages, has_focus=True)
    async with app.run_test(size=(width, 9)) as pilot:
        await pilot.press("ctrl+a")
        await pilot.pause()
        assert app.list.selection.text == "\n\n".join(message.text for message in messages)


def _caret(app: Listing) -> str:
    return "".join(
        segment.text
        for y in range(app.list.size.height)
        for segment in app.list.render_line(y)
        if segment.style and segment.style.reverse
    )


class Panes(App[None]):
    """Two lists between a heading and an input bar."""

    CSS = "Horizontal { height: 1fr; } MessageList { width: 1fr; height: 1fr; } Static, InputBar { height: 1; }"
    AUTO_FOCUS = None

    def compose(self) -> ComposeResult:
        yield Static("A heading of its own")
        with Horizontal():
            for pane in "ab":
                yield MessageList(pane)
        yield InputBar()


async def test_a_drag_that_leaves_its_pane_ends_at_the_nearest_place_in_it() -> None:
    app = Panes()
    async with app.run_test(size=(80, 20), notifications=True) as pilot:
        await pilot.pause()
        first, second = app.query(MessageList)
        for messages in (first, second):
            messages.show([prompt("m", "\n".join(f"Row {y} of the text" for y in range(first.size.height - 1)))])
        app.notify("Sent 440 characters to\nthe clipboard\nof this terminal", timeout=60)
        await wait_until(lambda: bool(app.screen.query("Toast")))
        await pilot.pause()
        notice, bar = app.screen.query_one("Toast").region, app.query_one(InputBar).region
        assert notice.overlaps(second.region)
        # The text of a prompt begins in the third cell.
        left, x, top = first.region.x, second.region.x, first.region.y
        rows = [""] * top + [first.render_line(y).text[2:].rstrip() for y in range(first.size.height)]
        for start, end, text in [
            ((x, notice.y - 1), (notice.x + 30, notice.y + 1), rows[notice.y - 1 : notice.y + 2]),  # onto the notice
            ((left, 5), (x + 5, 6), rows[5:7]),  # onto the other pane
            ((x + 6, 6), (left + 4, 6), [rows[6][:5]]),  # and from there onto this one
            ((left + 4, 3), (left + 6, 0), [rows[top][4:], *rows[top + 1 : 3], rows[3][:3]]),  # onto the heading
            ((left, bar.y - 3), (left + 9, bar.y + 1), rows[bar.y - 3 : bar.y - 1]),  # onto the input bar
            ((left + 4, 3), (left - 4, -3), [*rows[top:3], rows[3][:3]]),  # out of the window
        ]:
            await drag_to(pilot, app, start, end)
            await pilot.mouse_up(offset=(max(0, end[0]), max(0, end[1])))
            await pilot.pause()
            owner = first if start[0] < x else second
            assert app.screen.get_selected_text() == owner.selection.text == "\n".join(text)
            assert set(app.screen.selections) == {owner}


async def test_a_drag_past_the_edge_scrolls_and_selects_on() -> None:
    app = Listing(exchange(100))
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.scroll_home()
        await wait_until(lambda: app.list.show_vertical_scrollbar)
        await pilot.mouse_down(app.list, offset=(2, 3))
        # The pilot's own moves do not say how far the pointer went, and only one that goes down scrolls.
        app.post_message(events.MouseMove(None, 30, 19, 0, 1, 1, False, False, False, 30, 19))
        await wait_until(lambda: app.list.window.top > 40)
        await pilot.mouse_up(app.list, offset=(30, 19))
        await pilot.pause()
        text = app.list.selection.text
        assert text.startswith("This is message number 1.") and text.count("This is message") > 8


def test_a_selection_is_kept_by_its_text_without_an_app() -> None:
    messages = exchange(6)
    entries, window = in_window(messages)
    told: list[ScreenSelection | None] = []
    position = ReadingPosition(entries, window, repaint=lambda: None, after_refresh=lambda call: None)
    selection = Selection(entries, window, position, tell_screen=told.append, repaint=lambda: None)
    selection.select(SourceRange(SourcePlace("m2", PartKind.TEXT, 8), SourcePlace("m3", PartKind.TEXT, 4)))
    assert selection.text == "message number 2.\n\nIt has two lines.\n\nThis"
    before = selection.range
    selection.take(told[-1])
    assert selection.range == before, "what the screen was told leads back to the same text"
    assert [overlay[:2] for line in range(3) for overlay in selection.overlays(2, line)] == [(10, 27), (2, 19)]
    entries.show(messages[:3])
    selection.branch_changed()
    assert selection.text == "", "an end of it is gone"


def test_the_cursor_walks_over_messages_without_an_app() -> None:
    entries, window = in_window(exchange(100))
    told: list[ScreenSelection | None] = []
    chosen = Chosen(entries, window, has_focus=lambda: True, repaint=lambda: None)
    position = ReadingPosition(entries, window, repaint=lambda: None, after_refresh=lambda call: None)
    selection = Selection(entries, window, position, tell_screen=told.append, repaint=lambda: None)
    caret = Caret(entries, window, chosen, selection, lambda: None)
    assert not caret.press("down"), "while it is hidden the keys belong to others"
    chosen.choose("m50")
    assert all(caret.press(f"shift+{key}") for key in ("down", "down", "end"))
    selection.take(told[-1])
    assert selection.text == "This is message number 50.\n\nIt has two lines."
    assert caret.press("pagedown") and (entries.position_of("m54"), 0) in window.rows()
    assert caret.press("escape") and caret.place is None and told[-1] is None
