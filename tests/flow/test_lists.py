"""Lists tell what conversations do, and act on a chosen one that is not open: through the keys and a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from textual.widgets import OptionList

from tests.flow.local import local_environment
from tests.flow.screen import live_of, open_app, screen_of, shown, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from tests.ui.demo import Demo
from textchat.app import TextchatApp
from textchat.core.configuration import Price
from textchat.core.provider import Listing, ModelInfo
from textchat.core.store_error import StoreError
from textchat.ui.dialogs.conversation_picker import ConversationMatch, ConversationPicker, FoundConversations
from textchat.ui.dialogs.model_picker import ModelPicker
from textchat.ui.dialogs.prompt_dialog import PromptDialog
from textchat.ui.input.line_field import LineField
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.palette import Palette


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


def row(app: TextchatApp, title: str) -> str:
    """The row of the side panel with this title, empty where there is none."""
    listed = screen_of(app).parts.widgets.side_panel.conversations
    drawn = [listed.render_line(y).text for y in range(len(listed.rows))]
    return next((line for line in drawn if title in line), "")


async def test_lists_say_what_happens_unseen_and_act_on_what_is_not_open(server: OpenAIServer, tmp_path: Path) -> None:
    gate = Gate()
    server.script("fast", "Begun", gate, " and ended.")
    environ = local_environment(tmp_path, server)
    async with open_app(environ, models=["local/fast"], prompt="first") as (app, pilot):
        await wait_for(app, "Begun")
        await wait_until(lambda: "●" in row(app, "first"), "it replies on the screen")
        server.refuse("fast", 400, "no")
        await pilot.press("ctrl+n", *"second", "enter")
        await wait_until(lambda: "second" in row(app, "second"), "another one is shown")
        await wait_until(lambda: live_of(app).conversation.title == "second" and not live_of(app).is_busy, "it failed")
        assert "●" in row(app, "first") and "✗" not in row(app, "second"), "what failed on the screen was seen"
        await pilot.press(*"unsent", "ctrl+n")
        await wait_until(lambda: "◇" in row(app, "second"), "it holds a draft")
        gate.open()
        await wait_until(lambda: "✓" in row(app, "first"), "it ended unseen")
        await pilot.press("ctrl+o")
        await wait_for(app, "first  ✓ done  local/fast", "second  ◇ unsent")
        await pilot.press(*"first")
        await wait_until(lambda: app.screen.query_one(OptionList).option_count == 2, "the title and the prompt")
        await pilot.press("f2")
        await wait_for(app, "Rename the conversation")
        await pilot.press(*" renamed", "enter")
        await wait_for(app, "first renamed")
        await pilot.press("alt+p")
        await wait_until(lambda: "•" in row(app, "first renamed"), "it is pinned")
        await pilot.press("f8")
        await wait_until(lambda: not row(app, "first renamed"), "it is deleted")
        await pilot.press("escape", "alt+u")
        await wait_until(lambda: "✓" not in row(app, "first renamed") != "", "brought back, it is shown and seen")
        await wait_for(app, "Begun and ended.")
        await pilot.press("alt+c", "end", "delete")
        await wait_until(lambda: not row(app, "second"), "the row under the cursor is deleted, the other one stays")
        assert live_of(app).conversation.title == "first renamed"


# -- pickers and dialogs -----------------------------------------------------------------------------------------------


class PickerDemo(Demo):
    VERTICAL_BREAKPOINTS = TextchatApp.VERTICAL_BREAKPOINTS

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[object] = []


async def test_enter_before_the_models_are_listed_waits_for_them() -> None:
    ask = asyncio.Event()

    async def slowly() -> AsyncIterator[Listing]:
        yield Listing("demo", (ModelInfo("fast", 32768),))
        await ask.wait()
        yield Listing("dead", problem="No API key for dead. " * 20)
        yield Listing("oa", (ModelInfo("m1"), ModelInfo("m2"), ModelInfo("m2-large", 128_000)))

    def price(model: str) -> Price | None:
        return Price(1.25, 10) if model == "oa/m2-large" else None

    app = PickerDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, answer in ((("m", "2", "enter"), "oa/m2"), (("m", "2", "enter", "backspace", "3", "enter"), None)):
            ask.clear()
            app.push_screen(ModelPicker("Add a pane", slowly, price_of=price), app.answers.append)
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            assert "The first match will be chosen." in shown(app)
            ask.set()
            if answer is None:
                await wait_until(lambda: "No model matches" in shown(app), "there is none, which is said")
                field = app.screen.query_one(LineField)
                place, field.value = field.region, ""
                await wait_until(lambda: "128k context  $1.25/$10 per M" in shown(app), "what is known of it")
                assert shown(app).count("No API key for dead.") == 10 and "…" in shown(app), "wrapped, then cut"
                assert field.region == place
                await pilot.press("escape")
            await wait_until(lambda answer=answer: app.answers[-1:] == [answer], "it is chosen")  # type: ignore[misc]
    assert app.answers == ["oa/m2", None]


async def test_names_that_differ_in_the_middle_are_told_apart_where_there_is_little_room() -> None:
    names = [f"provider/a-long-name-that-many-{letter}-others-have-too-in-a-list" for letter in "xyz"]

    async def models() -> AsyncIterator[Listing]:
        yield Listing("provider", tuple(ModelInfo(name.removeprefix("provider/")) for name in names))

    items = [MenuItem(f"model {name}", name, section="Models", is_name=True) for name in names]
    app = PickerDemo()
    async with app.run_test(size=(40, 10)) as pilot:
        for dialog in (ModelPicker("Add a pane", models), Palette([], items)):
            app.push_screen(dialog)
            await pilot.pause()
            await wait_until(lambda: "Loading" not in shown(app), "all are listed")
            rows = [line for line in shown(app).splitlines() if "a-list" in line]
            assert len(rows) == len(set(rows)) == 3, shown(app)
            await pilot.press("escape")


async def test_the_highlight_stays_on_the_conversation_that_an_action_moves() -> None:
    order, acted = ["a", "b", "c"], []

    async def look(text: str, limit: int) -> FoundConversations:
        return FoundConversations([ConversationMatch(each, each) for each in order])

    async def act(action_id: str, conversation_id: str) -> None:
        acted.append((action_id, conversation_id))
        order.remove(conversation_id)
        if action_id == "conversation.pin":
            order.insert(0, conversation_id)

    app = PickerDemo()
    async with app.run_test(size=(60, 16)) as pilot:
        app.push_screen(ConversationPicker(look, act), app.answers.append)
        await wait_until(lambda: "Open a conversation" in shown(app) and "c" in shown(app).split(), "all are listed")
        await pilot.press("down", "alt+p")
        await wait_until(
            lambda: order[0] == "b" and app.screen.query_one(OptionList).highlighted == 0, "it moved along"
        )
        await pilot.press("f8")
        await wait_until(lambda: app.screen.query_one(OptionList).option_count == 2, "it is deleted")
        await pilot.press("enter")
        await wait_until(lambda: bool(app.answers), "it is opened")
    assert acted == [("conversation.pin", "b"), ("conversation.delete", "b")]
    assert [answer.conversation_id for answer in app.answers if isinstance(answer, ConversationMatch)] == ["a"]


async def test_a_search_that_comes_late_or_fails_takes_no_wrong_row() -> None:
    found = asyncio.Event()

    async def look(text: str, limit: int) -> FoundConversations:
        if text == "broken":
            raise StoreError("The disk is gone.")
        if text:
            await found.wait()
        newest = ConversationMatch(text or "newest", text or "The newest")
        return FoundConversations([] if text == "none" else [newest])

    async def act(action_id: str, conversation_id: str) -> None:
        raise AssertionError("the row is of another search")

    app = PickerDemo()
    async with app.run_test(size=(60, 16)) as pilot:
        app.push_screen(ConversationPicker(look, act), app.answers.append)
        await wait_until(lambda: "The newest" in shown(app), "the newest one is listed")
        await pilot.press(*"none", "f2", "enter")
        found.set()
        await wait_until(lambda: "Nothing found for “none”." in shown(app), "nothing is taken")
        app.screen.query_one(LineField).value = "broken"
        await wait_until(lambda: "The disk is gone." in shown(app), "it says why")
        found.clear()
        app.screen.query_one(LineField).value = ""
        await pilot.press(*"late", "enter")
        found.set()
        await wait_until(lambda: bool(app.answers), "it waits for what it found")
    assert [answer.conversation_id for answer in app.answers if isinstance(answer, ConversationMatch)] == ["late"]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 10)])
async def test_the_results_of_a_search_show_what_was_found_whatever_their_length(width: int, height: int) -> None:
    title, filler, sign = "long " * 30 + "burrow", "言葉 " * 60, "\u05e9\u05dc\u05d5\u05dd"
    found = FoundConversations(
        [
            ConversationMatch("1", "short burrow", None, "short burrow", ((6, 12),), at=1.0),
            ConversationMatch("2", title, None, title, ((150, 156),), at=1.0),
            ConversationMatch("3", f"{sign} " * 30, "m", f"{filler}burrow {filler}", ((180, 186),), 1.0, ("prompt",)),
            ConversationMatch("4", "four", "m", "beside", is_whole=False),
        ],
        ("No state “lost”. Use pinned, archived, comparison, failed, cancelled, interrupted or complete.",),
        has_more=True,
    )

    async def look(text: str, limit: int) -> FoundConversations:
        return found if text else FoundConversations()

    app = PickerDemo()
    async with app.run_test(size=(width, height)) as pilot:
        app.push_screen(ConversationPicker(look, no_action), app.answers.append)
        await wait_until(lambda: "No conversations yet." in shown(app), "there is nothing yet")
        app.screen.query_one(LineField).value = "burrow"
        await wait_until(lambda: "No state “lost”." in shown(app) and "comparison" in shown(app), "it is said")
        assert height < 18 or ("complete." in shown(app) and "First 4 shown. Add words." in shown(app))
        seen: set[str] = set()
        for _ in found.matches:
            await pilot.pause()
            seen.update(line.strip("│ ▁▂▃▄▅▆▇") for line in shown(app).splitlines())
            await pilot.press("down")
        assert sum("burrow" in line for line in seen) == 4, "the words typed, and each place once"
        assert any(line.startswith("in several messages: beside") for line in seen)
        assert any(sign in line and "1970" in line for line in seen)


async def no_action(action_id: str, conversation_id: str) -> None:
    """No-op."""


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 16), (40, 10)])
async def test_dialogs_keep_their_hints_and_their_place(width: int, height: int) -> None:
    async def listed() -> AsyncIterator[Listing]:
        yield Listing("demo", tuple(ModelInfo(f"model-{number}") for number in range(60)))

    async def look(text: str, limit: int) -> FoundConversations:
        titles = [ConversationMatch(str(number), f"title {number}" * 9, at=1.0) for number in range(40) if not text]
        return FoundConversations(titles)

    async def act(action_id: str, conversation_id: str) -> None:
        """No-op."""

    app = PickerDemo()
    dialogs = (
        (ModelPicker("Add a pane", listed), "Enter choose", "Esc cancel"),
        (ConversationPicker(look, act), "Enter open", "Esc close"),
        (PromptDialog("Edit", "\n".join(map(str, range(90)))), "Enter save", "Esc cancel"),
    )
    async with app.run_test(size=(width, height)) as pilot:
        for dialog, enter, escape in dialogs:
            app.push_screen(dialog)
            await wait_until(lambda: enter in shown(app) and escape in shown(app), f"{enter} is said")  # noqa: B023
            await wait_until(lambda: dialog.has_class("-low") == (height < 18), "it is laid out for the height")  # noqa: B023
            await pilot.pause()
            place = app.screen.query(LineField).first().region if app.screen.query(LineField) else None
            if place is not None:
                await pilot.press(*"zz")
                await pilot.pause()
                assert app.screen.query_one(LineField).region == place
            assert sum(enter in line and escape in line for line in shown(app).splitlines()) == 1
            app.pop_screen()
            await pilot.pause()
