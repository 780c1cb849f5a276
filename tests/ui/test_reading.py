"""Choosing messages and asking something of them, clicks, finding words, selecting and copying."""

from __future__ import annotations

import pytest
from textual import events
from textual.pilot import Pilot

from tests.ui.listing import Listing, answer, exchange, growing, prompt, say, wait_until
from textchat.core.conversation import Status
from textchat.ui.messages import LinkChosen, MessageActionRequested, PaneFocused

CODE = "Two blocks:\n\n```python\ndef f():\n    return 1\n```\n\nand\n\n```sh\nls\n```\n\nThe end."


def asked(app: Listing) -> list[tuple[str, str, object]]:
    return [(e.action, e.message_id, e.text) for e in app.posted if isinstance(e, MessageActionRequested)]


async def drag(pilot: Pilot[None], app: Listing, start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(app.list, offset=start)
    await pilot.hover(app.list, offset=end)
    await pilot.mouse_up(app.list, offset=end)
    await pilot.pause()


async def test_keys_ask_for_actions_on_the_chosen_message() -> None:
    app = Listing(exchange(6), has_focus=True)
    async with app.run_test(size=(60, 30)) as pilot:
        app.list.chosen.choose("m3")
        await pilot.press("c", "e", "r", "a", "f", "i", "d", "left", "right", "m")
        actions = ["copy", "edit", "retry", "continue", "branch", "inspect", "delete"]
        actions += ["previous_sibling", "next_sibling", "copy_markdown"]
        assert [(action, id_) for action, id_, _ in asked(app)] == [(f"message.{each}", "m3") for each in actions]
        assert asked(app)[0][2] == "This is message number 3.\n\nIt has two lines."


async def test_without_a_chosen_message_the_last_in_view_is_meant_and_marked() -> None:
    app = Listing(exchange(40), has_focus=True)
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.press("c")
        assert asked(app)[0][1] == "m39"
        app.list.scroll_to_message("m10")
        await pilot.press("c")
        assert asked(app)[1][1] == "m17"
        assert app.lines()[app.cell_of("number 17")[1]].startswith("▌ ")
        app.list.chosen.step(-1)
        assert app.list.chosen.id == "m16"


async def test_the_mark_comes_and_goes_with_the_focus() -> None:
    app = Listing([prompt("a", "Hello"), answer("b", "Good day")])
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        assert app.lines()[2] == "  Good day"
        app.list.focus()
        await pilot.pause()
        assert app.lines()[2] == "▌ Good day"
        app.screen.set_focus(None)
        await pilot.pause()
        assert app.lines()[2] == "  Good day"


async def test_no_code_is_not_copied() -> None:
    app = Listing([answer("a", "Only words")], has_focus=True)
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.press("b")
        assert asked(app) == []


async def test_nothing_is_asked_of_an_empty_list() -> None:
    app = Listing(has_focus=True)
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("c", "up", "pagedown", "home", "end")
        app.list.chosen.step(1)
        app.list.caret.mark()
        app.list.caret.select("down")
        assert app.list.finder.find("x") == (0, 0) and app.list.finder.step(1) == (0, 0)
        await pilot.click(app.list, offset=(3, 3))
        assert asked(app) == []


async def test_code_blocks_are_copied_one_after_the_other_and_shown() -> None:
    app = Listing([answer("a", CODE)], has_focus=True)
    async with app.run_test(size=(60, 30)) as pilot:
        await pilot.press("b", "b", "b")
        assert [detail for _, _, detail in asked(app)] == ["def f():\n    return 1", "ls", "def f():\n    return 1"]
        assert app.list.selection.text == "def f():\n    return 1"


async def test_a_click_chooses_and_says_whose_pane_it_is() -> None:
    app = Listing([prompt("a", "Hello"), answer("b", "Good day")])
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(app.list, offset=(5, 2))
        assert app.list.chosen.id == "b"
        assert [type(each) for each in app.posted] == [PaneFocused]
        assert app.lines()[2] == "▌ Good day", "the chosen message is marked"
        await pilot.click(app.list, offset=(5, 9))
        assert app.list.chosen.id is None


async def test_a_click_on_a_link_opens_it() -> None:
    app = Listing([answer("b", "See [the paper](https://example.com/x) today")])
    async with app.run_test(size=(60, 12)) as pilot:
        x, y = app.cell_of("paper")
        await pilot.click(app.list, offset=(x, y))
        assert [each.target for each in app.posted if isinstance(each, LinkChosen)] == ["https://example.com/x"]


LINKS = "See [the paper](https://a.example/x), ![a map](https://a.example/m.png)\n\n| a |\n|---|\n| <b@c.example> |"


async def test_links_are_walked_and_opened_with_keys() -> None:
    app = Listing([prompt("a", "Hello"), answer("b", LINKS)], has_focus=True)
    async with app.run_test(size=(60, 14)) as pilot:

        async def opened() -> str:
            await pilot.press("enter")
            await pilot.pause()
            return [each.target for each in app.posted if isinstance(each, LinkChosen)][-1]

        await pilot.press("enter")
        assert app.list.selection.text == "the paper", "of several none is opened before it is marked"
        assert await opened() == "https://a.example/x"
        await pilot.press("n")
        assert await opened() == "https://a.example/m.png"
        await pilot.press("n")
        assert app.marked() == ["b@c.example"] and await opened() == "mailto:b@c.example"
        await pilot.press("n")
        assert await opened() == "https://a.example/x", "behind the last comes the first"
        await pilot.press("escape", "k", "enter", "n")
        assert await opened() == "https://a.example/x", "a prompt has none"


async def test_the_only_link_and_the_one_under_the_cursor_are_opened_at_once() -> None:
    app = Listing([answer("a", "Go to https://a.example/1 now"), answer("b", "[x](https://a.example/2) [y](u:v)")])
    async with app.run_test(size=(60, 14)) as pilot:
        app.list.focus()
        app.list.chosen.choose("a")
        await pilot.press("enter")
        app.list.chosen.choose("b")
        await pilot.press("v", "end", *["left"] * 4, "enter")
        await pilot.pause()
        assert [each.target for each in app.posted if isinstance(each, LinkChosen)] == ["https://a.example/1", "u:v"]


async def test_siblings_are_marked_and_walked_by_clicks() -> None:
    app = Listing()
    async with app.run_test(size=(60, 12)) as pilot:
        app.list.show(exchange(4), lambda id_: (1, 3) if id_ == "m1" else (0, 1))
        x, y = app.cell_of("‹ 2/3 ›")
        assert app.shown().count("‹") == 1
        await pilot.click(app.list, offset=(x, y))
        await pilot.click(app.list, offset=(x + 6, y))
        assert [(action, id_) for action, id_, _ in asked(app)] == [
            ("message.previous_sibling", "m1"),
            ("message.next_sibling", "m1"),
        ]
        app.list.show(exchange(4), lambda _: (0, 1))
        assert "‹" not in app.shown()


# -- finding ---------------------------------------------------------------------------------------------------------


async def test_finding_goes_round_counts_and_highlights() -> None:
    app = Listing(exchange(300))
    async with app.run_test(size=(60, 20)):
        app.list.scroll_to_message("m100")
        assert app.list.finder.find("NUMBER 12") == (2, 11), "12, 120 to 129: the first from here on is 120"
        assert "number 120" in app.shown()
        assert set(app.marked()) == {"number 12"}
        assert app.list.finder.step(1) == (3, 11)
        assert [app.list.finder.step(-1) for _ in range(3)] == [(2, 11), (1, 11), (11, 11)]
        assert app.list.finder.find("number 299") == (1, 1) and "number 299" in app.shown()
        assert app.list.finder.step(1) == (1, 1)
        assert app.list.finder.find("nowhere") == (0, 0)
        app.list.finder.clear()
        assert app.marked() == []


async def test_words_are_found_as_they_are_read_whatever_stands_between_them() -> None:
    app = Listing([answer("a", "The **quick** brown\nfox, > a\n\n> quoted _over\n> lines_ and quick*brown")])
    async with app.run_test(size=(60, 20)):
        assert app.list.finder.find("quick brown") == (1, 1)
        assert app.marked() == ["quick brown"]
        assert app.list.finder.find("brown fox") == (1, 1) and app.marked() == ["brown fox"]
        assert app.list.finder.find("over lines and") == (1, 1) and app.marked() == ["over lines and"]
        assert app.list.finder.find("quick ") == (0, 0), "behind it stand marks"
        assert app.list.finder.find("  ") == (0, 0)


async def test_a_match_in_folded_reasoning_unfolds_it_and_folds_it_again() -> None:
    app = Listing([answer("a", "Nothing here", reasoning="A needle in thought"), answer("b", "A needle in text")])
    async with app.run_test(size=(60, 20)):
        assert "needle in thought" not in app.shown()
        assert app.list.finder.find("needle") == (1, 2)
        assert "│ A needle in thought" in app.shown()
        assert app.list.finder.step(1) == (2, 2)
        assert "needle in thought" not in app.shown()
        app.list.finder.step(-1)
        app.list.finder.clear()
        assert "needle in thought" not in app.shown()


async def test_matches_are_found_in_what_is_growing() -> None:
    app = Listing([prompt("a", "Go")])
    async with app.run_test(size=(60, 20)):
        reply = growing()
        app.list.add_reply(reply)
        assert app.list.finder.find("owl") == (0, 0)
        say(reply, "An ow")
        app.list.refresh_reply(reply)
        say(reply, "l flies.")
        app.list.refresh_reply(reply)
        assert app.list.finder.step(1) == (1, 1)
        assert app.marked() == ["owl"]


# -- selecting -------------------------------------------------------------------------------------------------------


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
        await drag(pilot, app, (4, 0), (6, 0))
        assert app.list.selection.text == "本語"


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
        for _ in range(5):
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
