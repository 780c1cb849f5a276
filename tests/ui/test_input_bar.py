"""The input bar under real keys: what is typed is sent once, as it is, and never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events, on
from textual.app import ComposeResult
from textual.pilot import Pilot

from tests.ui.demo import Demo
from textchat.core.parts.draft import Draft
from textchat.ui.input.input_bar import InputBar
from textchat.ui.key_settings import keymap_from
from textchat.ui.messages import PromptSubmitted


class InputDemo(Demo):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield InputBar()

    @on(PromptSubmitted)
    def _sent(self, event: PromptSubmitted) -> None:
        self.sent.append(event.draft.text)


@asynccontextmanager
async def input_bar(width: int = 60, height: int = 20) -> AsyncIterator[tuple[InputDemo, InputBar, Pilot[None]]]:
    app = InputDemo()
    async with app.run_test(size=(width, height)) as pilot:
        bar = app.query_one(InputBar)
        bar.focus()
        yield app, bar, pilot


async def write(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*text)


async def test_enter_sends_and_clears() -> None:
    async with input_bar() as (app, bar, pilot):
        await write(pilot, "hi there")
        await pilot.press("enter")
        assert app.sent == ["hi there"]
        assert bar.text == ""


async def test_nothing_is_not_sent() -> None:
    async with input_bar() as (app, bar, pilot):
        await pilot.press("enter", "space", "space", "enter", "ctrl+j", "enter")
        assert app.sent == []
        assert bar.text == "  \n"


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter", "ctrl+enter"])
async def test_keys_for_a_new_line(key: str) -> None:
    async with input_bar() as (app, bar, pilot):
        await pilot.press("a", key, "b")
        assert bar.text == "a\nb"
        await pilot.press("enter")
        assert app.sent == ["a\nb"]


async def test_a_backslash_then_enter_makes_a_new_line_where_it_stands() -> None:
    async with input_bar() as (app, bar, pilot):
        await pilot.press("a", "backslash", "enter", "b", "left", "backslash", "enter")
        assert bar.text == "a\n\nb"
        assert app.sent == []


async def test_keys_that_come_in_one_burst_stay_in_order() -> None:
    async with input_bar() as (app, bar, pilot):
        for key in ("h", "i", "enter", "n", "ctrl+j", "x"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.sent == ["hi"]
        assert bar.text == "n\nx"


async def test_send_and_newline_can_trade_their_keys() -> None:
    async with input_bar() as (app, bar, pilot):
        keymap, problems = keymap_from({"prompt.send": "ctrl+j", "prompt.newline": "enter"})
        assert problems == {}
        app.set_keymap(keymap)
        await pilot.press("a", "enter", "b", "ctrl+j")
        assert app.sent == ["a\nb"]
        assert bar.text == ""


async def test_a_paste_is_kept_as_it_is() -> None:
    pasted = "def f():\n\n    return '\\'  \n\ttabs\n"
    async with input_bar() as (app, bar, pilot):
        app.post_message(events.Paste(pasted))
        await pilot.pause()
        assert bar.text == pasted
        await pilot.press("enter")
        assert app.sent == [pasted]


async def test_pasted_control_characters_do_not_reach_the_terminal() -> None:
    async with input_bar() as (_, bar, pilot):
        bar.insert("a\x1b]52;c;AAAA\x07b\x9bc\x7f")
        await pilot.pause()
        drawn = "".join(segment.text for y in range(bar.size.height) for segment in bar.render_line(y))
        assert "␛]52;c;AAAA␇b" in drawn
        assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in drawn)


@pytest.mark.parametrize(("rows", "most"), [(24, 8), (10, 3)])
async def test_it_grows_to_a_third_of_the_screen_and_shrinks_again(rows: int, most: int) -> None:
    async with input_bar(height=rows) as (_, bar, pilot):
        heights = []
        for _ in range(most + 2):
            await pilot.pause()
            heights.append(bar.size.height)
            await pilot.press("a", "ctrl+j")
        assert heights == [*range(1, most + 1), most, most]
        bar.clear()
        await pilot.pause()
        assert bar.size.height == 1


async def test_a_long_line_wraps_and_grows_the_bar() -> None:
    async with input_bar(width=20) as (_, bar, pilot):
        await write(pilot, "one two three four five six")
        await pilot.pause()
        assert bar.size.height == 2


async def test_up_and_down_walk_through_what_was_sent_and_keep_the_draft() -> None:
    async with input_bar() as (_, bar, pilot):
        for prompt in ("first", "second"):
            await write(pilot, prompt)
            await pilot.press("enter")
        await write(pilot, "draft")
        await pilot.press("up")
        assert bar.text == "second"
        await pilot.press("up", "up", "up")
        assert bar.text == "first"
        await pilot.press("down", "down")
        assert bar.text == "draft"
        await pilot.press("down")
        assert bar.text == "draft"


async def test_what_was_typed_over_an_old_prompt_is_kept_too() -> None:
    async with input_bar() as (app, bar, pilot):
        await pilot.press("a", "enter", "b", "enter", "up", "!", "up", "down")
        assert bar.text == "b!"
        await pilot.press("enter", "up", "up")
        assert app.sent == ["a", "b", "b!"]
        assert bar.text == "b"


async def test_arrows_move_inside_a_text_of_several_lines_first() -> None:
    async with input_bar() as (_, bar, pilot):
        await pilot.press("o", "enter", "a", "ctrl+j", "b", "up")
        assert (bar.text, bar.cursor_location) == ("a\nb", (0, 1))
        await pilot.press("down", "up", "up")
        assert bar.text == "o"


async def test_earlier_prompts_come_before_those_of_now() -> None:
    async with input_bar() as (_, bar, pilot):
        await pilot.press("n", "enter", "d", "up")
        bar.remember([Draft("old"), Draft("older no more")])
        await pilot.press("up")
        assert bar.text == "older no more"
        await pilot.press("down", "down")
        assert bar.text == "d"


async def test_a_prompt_put_back_keeps_what_is_typed() -> None:
    async with input_bar() as (_, bar, pilot):
        await write(pilot, "typed")
        bar.put_back(Draft("queued"))
        assert bar.text == "queued\ntyped"
        bar.clear()
        bar.put_back(Draft("queued"))
        assert bar.text == "queued"
        assert bar.cursor_location == (0, 6)


async def test_undo_brings_back_what_was_sent_or_replaced() -> None:
    async with input_bar() as (_, bar, pilot):
        await write(pilot, "gone")
        await pilot.press("enter", "ctrl+z")
        assert bar.text == "gone"


async def test_a_command_is_never_sent_though_nothing_runs_it_yet() -> None:
    async with input_bar() as (app, bar, pilot):
        await write(pilot, "/quit")
        await pilot.press("enter")
        assert app.sent == [] and bar.early_commands == ["/quit"]


async def test_tab_and_escape_are_left_to_the_screen() -> None:
    async with input_bar() as (_, bar, pilot):
        await pilot.press("a", "tab", "escape")
        assert bar.text == "a"
