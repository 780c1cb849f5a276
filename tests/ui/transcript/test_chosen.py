"""Choosing a message and asking something of it, with keys and clicks; its code and its links."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.ui.transcript.listing import Listing, answer, asked, exchange, in_window, prompt
from textchat.core.figures.standing import Standing
from textchat.ui.keymap import ACTIONS, Action, Group
from textchat.ui.messages import LinkChosen, PaneFocused
from textchat.ui.transcript.chosen import Chosen

CODE = "Two blocks:\n\n```python\ndef f():\n    return 1\n```\n\nand\n\n```sh\nls\n```\n\nThe end."


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
        app.list.reading.go_to_message("m10")
        await pilot.press("c")
        assert asked(app)[1][1] == "m16"
        assert app.lines()[app.cell_of("number 16")[1]].startswith("┃ ")
        app.list.chosen.step(-1)
        assert app.list.chosen.id == "m15"


async def test_the_mark_comes_and_goes_with_the_focus() -> None:
    app = Listing([prompt("a", "Hello"), answer("b", "Good day")])
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        assert app.lines()[3] == "  Good day"
        app.list.focus()
        await pilot.pause()
        assert app.lines()[3] == "┃ Good day"
        app.screen.set_focus(None)
        await pilot.pause()
        assert app.lines()[3] == "  Good day"


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
        assert not app.list.has_focus, "letters go on to where they went"
        app.list.focus()
        await pilot.pause()
        assert app.lines()[3] == "┃ Good day", "the chosen message is what keys will act on"
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


async def test_the_address_behind_a_marked_link_is_said_whole() -> None:
    target = f"https://a.example/{'p' * 200}"
    app = Listing([answer("b", f"[a.example]({target}) and https://b.example")], has_focus=True)
    async with app.run_test(size=(60, 14), notifications=True) as pilot:
        await pilot.press("n", "n")
        said = [notice.message for notice in app._notifications]
        assert said == [f"The link leads to {target}", "The link leads to https://b.example"]


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
    async with app.run_test(size=(60, 16)) as pilot:
        app.list.show(exchange(4), lambda id_: Standing(2, 3) if id_ == "m1" else Standing())
        x, y = app.cell_of("‹ version 2 of 3 ›")
        assert app.shown().count("‹") == 1
        await pilot.click(app.list, offset=(x, y))
        await pilot.click(app.list, offset=(x + 17, y))
        assert [(action, id_) for action, id_, _ in asked(app)] == [
            ("message.previous_sibling", "m1"),
            ("message.next_sibling", "m1"),
        ]
        app.list.show(exchange(4), lambda _: Standing())
        assert "‹" not in app.shown()


@pytest.mark.parametrize("action", [action for action in ACTIONS if action.group == Group.MESSAGES], ids=lambda a: a.id)
async def test_every_key_of_the_list_does_something(action: Action) -> None:
    app = Listing(exchange(4), has_focus=True)
    async with app.run_test(size=(60, 12)) as pilot:
        app.list.chosen.choose("m1")
        await pilot.press(action.keys.split(",")[0])
        await pilot.pause()
        assert await app.run_action(action.action, app.list), "the action string resolves"


def test_the_choice_goes_from_message_to_message_without_an_app() -> None:
    entries, window = in_window(exchange(100))
    chosen = Chosen(entries, window, has_focus=lambda: True, repaint=lambda: None)
    assert chosen.target == chosen.marked == 99, "without a choice, the last in the window"
    chosen.step(-1)
    assert chosen.id == "m98"
    chosen.choose("m40")
    assert chosen.target == chosen.marked == 99, "what is out of sight is not acted on"
    window.hold(40, 0)
    assert chosen.target == chosen.marked == 40
    chosen.step(-1)
    assert chosen.id == "m39" and window.anchor == (39, 0)
    entries.show(exchange(20))
    window.show()
    chosen.branch_changed()
    assert chosen.id is None and chosen.target == 19


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["choose", "step", "move", "hold", "end", "show", "other"]), st.integers(-60, 60)),
        max_size=12,
    )
)
def test_what_keys_act_on_is_in_view_and_marked(moves: list[tuple[str, int]]) -> None:
    entries, window = in_window(exchange(60))
    chosen = Chosen(entries, window, has_focus=lambda: True, repaint=lambda: None)
    for move, by in moves:
        match move:
            case "choose":
                chosen.choose(f"m{abs(by)}")
            case "step":
                chosen.step(1 if by > 0 else -1)
            case "move":
                window.move(by)
            case "hold":
                window.hold(abs(by) % len(entries), 0)
            case "end":
                window.go_to_end()
            case "show" | "other":
                shown = exchange(1 + abs(by))
                entries.show([*shown[:-1], answer("version", "Another one")] if move == "other" else shown)
                window.show()
                chosen.branch_changed()
        assert chosen.target in {position for position, _ in window.rows()}
        assert chosen.marked == chosen.target


async def test_the_mark_goes_to_a_neighbour_or_to_the_version_in_the_place_of_what_is_gone() -> None:
    app = Listing(exchange(8), has_focus=True)
    async with app.run_test(size=(60, 12)) as pilot:
        app.list.chosen.step(-1)
        app.list.chosen.choose("m3")
        await pilot.press("d")
        assert asked(app)[-1][1] == "m7", "m3 is out of sight"
        app.list.reading.go_to_message("m3")
        await pilot.press("right")
        assert asked(app)[-1][1] == "m3"
        app.list.show([*exchange(3), answer("version", "Another one")])
        await pilot.press("right")
        assert asked(app)[-1][1] == "version"
        assert app.lines()[app.cell_of("Another one")[1]].startswith("┃ ")
        app.list.show(exchange(3))
        await pilot.press("d")
        assert asked(app)[-1][1] == "m2"
        assert app.lines()[app.cell_of("number 2")[1]].startswith("┃ ")
