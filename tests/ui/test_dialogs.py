"""Model picker, text dialog, help and pane heading: usable by keys and by mouse, closed by Escape, safe to look at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList

from tests.ui.demo import Demo, wait_until
from textchat.core.conversation import Pane
from textchat.core.parameters import Parameters
from textchat.core.provider import Listing, ModelInfo
from textchat.render.cells import width_of
from textchat.store.history import History
from textchat.store.search.sent_prompts import SentPrompt
from textchat.ui.bar.recall.prompt_picker import PromptPicker
from textchat.ui.bar.recall.recalled import RecalledPrompt, RecalledPrompts
from textchat.ui.connecting.model_matching import matching
from textchat.ui.dialogs import model_picker
from textchat.ui.dialogs.closing import Dialog
from textchat.ui.dialogs.conversation_picker import ConversationMatch, ConversationPicker, FoundConversations
from textchat.ui.dialogs.help import HelpScreen
from textchat.ui.dialogs.hint_row import HintRow
from textchat.ui.dialogs.model_picker import ModelPicker
from textchat.ui.dialogs.model_rows import ConnectRequest, ConnectRow, ModelNames
from textchat.ui.dialogs.prompt_dialog import PromptDialog
from textchat.ui.input.editing_keys import EDITING_HELP
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.key_settings import keymap_from
from textchat.ui.keymap import ACTIONS, bindings_for
from textchat.ui.lists.choice_list import ChoiceList
from textchat.ui.menu.action_items import action_items, editing_items
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.menu_list import MenuList
from textchat.ui.panes.heading import PaneHeading, heading


class DialogDemo(Demo):
    BINDINGS = bindings_for("app")
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Any] = []

    def open(self, dialog: ModalScreen[Any]) -> None:
        self.push_screen(dialog, self.answers.append)

    def action_help(self) -> None:
        self.answers.append("help opened again")


def rows(app: DialogDemo) -> list[str]:
    if not app.screen.query(ChoiceList):
        options = app.screen.query_one(OptionList)
        return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]
    choices = app.screen.query_one(ChoiceList)
    return ["".join(text for text, _ in choices.pieces(index)).rstrip() for index in range(len(choices.rows))]


async def no_action(action_id: str, conversation_id: str) -> None:
    raise AssertionError("no action was asked for")


async def some_models() -> AsyncIterator[Listing]:
    yield Listing("demo", (ModelInfo("fast"), ModelInfo("careful", 8192)))
    yield Listing("dead", problem="No answer from http://127.0.0.1:1; is the server running?")
    yield Listing("openrouter", (ModelInfo("anthropic/claude-sonnet-4.5"), ModelInfo("[b]evil\x1b[2J")))


# -- conversation picker -----------------------------------------------------------------------------------------------


async def test_enter_opens_what_is_found_for_the_words_as_they_are_now() -> None:
    found = asyncio.Event()

    async def look(text: str, limit: int) -> FoundConversations:
        if text:
            await found.wait()
        return FoundConversations([ConversationMatch(text or "newest", text or "The newest")])

    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ConversationPicker(look, no_action))
        await pilot.pause()
        await wait_until(lambda: rows(app) == ["The newest"])
        app.screen.query_one(LineField).value = "words"
        app.screen.query_one(LineField).post_message(LineField.Submitted(app.screen.query_one(LineField), "words"))
        found.set()
        await wait_until(lambda: bool(app.answers))
        await pilot.pause()
    assert [answer.conversation_id for answer in app.answers] == ["words"]


async def test_a_search_for_prompts_that_takes_long_says_so_and_enter_waits_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PromptPicker, "longest_wait_s", 0.01)
    go_on = asyncio.Event()

    async def search(text: str) -> AsyncIterator[RecalledPrompts]:
        if text:
            await go_on.wait()
        prompt = SentPrompt("c", "m", "title", f"a prompt {text}", 9, (), 1.0)
        yield RecalledPrompts([RecalledPrompt(prompt, cast(History, None))], is_complete=True)

    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(PromptPicker(search))
        await pilot.pause()
        await wait_until(lambda: "a prompt" in "".join(rows(app)))
        remark = app.screen.query_one(".dialog--remark", Label)
        await pilot.press("x", "enter")
        await wait_until(lambda: str(remark.content) == "Still searching. Press Enter to wait for a match.")
        monkeypatch.setattr(PromptPicker, "longest_wait_s", 30.0)
        await pilot.press("enter")
        assert str(remark.content) == "Searching… The first match will be chosen." and not app.answers
        go_on.set()
        await wait_until(lambda: [row.prompt.beginning for row in app.answers] == ["a prompt x"])


# -- model picker ------------------------------------------------------------------------------------------------------


async def test_typing_narrows_and_enter_chooses() -> None:
    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ModelPicker("Add a pane", some_models))
        await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 5)
        await pilot.press(*"claude")
        await pilot.pause()
        assert rows(app)[0].strip() == "openrouter/anthropic/claude-sonnet-4.5"
        await pilot.press("enter")
        assert app.answers == ["openrouter/anthropic/claude-sonnet-4.5"]


async def test_a_dead_provider_is_one_note_in_whole_words_and_no_choice() -> None:
    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ModelPicker("Add a pane", some_models))
        await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 5)
        assert rows(app)[-1] == "  dead: No answer from http://127.0.0.1:1; is the server running?"
        await pilot.resize_terminal(50, 40)
        await wait_until(lambda: len(rows(app)) > 5 and rows(app)[-1].endswith("running?"))
        await pilot.press("pagedown", "down", "down", "enter")
        assert app.answers == ["openrouter/[b]evil\x1b[2J"]


async def test_what_a_server_calls_a_model_is_drawn_harmless() -> None:
    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ModelPicker("Add a pane", some_models))
        await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 5)
        assert "openrouter/[b]evil␛[2J" in rows(app)[3]


async def test_it_can_be_used_before_any_provider_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_picker, "OTHERS_S", 0.01)  # for so long a listed name would go before the typed one
    never = asyncio.Event()

    async def silence() -> AsyncIterator[Listing]:
        await never.wait()
        yield Listing("demo")

    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ModelPicker("x", silence, current="demo/fast", recent=["local/llama3"]))
        await pilot.pause()
        assert [row.strip() for row in rows(app)] == [
            "· local/llama3",
            "demo/fast  current",
            "Loading models…",
        ]
        await pilot.press(*"some/thing/new", "enter")
        await wait_until(lambda: app.answers == ["some/thing/new"])


async def test_the_app_may_end_while_an_enter_waits_for_its_match() -> None:
    async def silence() -> AsyncIterator[Listing]:
        await asyncio.Event().wait()
        yield Listing("demo")

    app = DialogDemo()
    picker = ModelPicker("x", silence)
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(picker)
        await pilot.pause()
        await pilot.press("n", "enter")
        await wait_until(lambda: picker.is_waiting)
    assert picker.choice is not None
    assert not picker.choice.result()


async def test_favourites_and_recent_ones_come_first_and_can_be_made() -> None:
    made: list[tuple[str, bool]] = []
    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(
            ModelPicker(
                "x",
                some_models,
                recent=["demo/careful"],
                favourites=["gone/model"],
                favour=lambda model, is_favourite: made.append((model, is_favourite)),
            )
        )
        await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 6)
        assert [row.strip() for row in rows(app)[:3]] == ["★ gone/model", "· demo/careful  8.2k context", "demo/fast"]
        await pilot.press("ctrl+s", "down", "ctrl+s")
        assert made == [("gone/model", False), ("demo/fast", True)]


async def test_escape_closes_and_a_click_chooses() -> None:
    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ModelPicker("x", some_models))
        await pilot.pause()
        await pilot.press("escape")
        app.open(ModelPicker("x", some_models))
        await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 5)
        await pilot.pause()
        await pilot.click(ChoiceList, offset=(5, 1))
        assert app.answers == [None, "demo/careful"]


async def test_of_thousands_of_models_each_is_reached_and_drawn_when_it_is_seen() -> None:
    async def many() -> AsyncIterator[Listing]:
        yield Listing("big", tuple(ModelInfo(f"model-{number:05}") for number in range(10_000)))

    priced: list[str] = []
    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(ModelPicker("x", many, price_of=priced.append))
        await pilot.pause()
        choices = app.screen.query_one(ChoiceList)
        await wait_until(lambda: len(choices.rows) == 10_000)
        await pilot.press("pagedown", "up")
        app.screen.query_one(LineField).value = "0999"
        await pilot.pause()
        assert rows(app) == [
            f"  big/model-{number:05}" for number in sorted((999, *range(9990, 10_000)), key=_as_typed)
        ]
        app.screen.query_one(LineField).value = ""
        await pilot.pause()
        assert len(choices.rows) == 10_000 and len(set(priced)) < 100
        choices.focus()
        await pilot.press("end", "enter")
        assert app.answers == ["big/model-09999"]


def _as_typed(number: int) -> tuple[bool, int]:
    """First those with a part that begins as it is typed."""
    return not f"{number:05}".startswith("0999"), number


async def test_a_click_drops_no_mark_and_takes_one_back() -> None:
    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ModelPicker("x", some_models, takes_several=True, connect=()))
        await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 6)
        await pilot.press("space")
        for line in (1, 2, 0, 5):
            await pilot.click(ChoiceList, offset=(5, line))
        assert [row[:1] for row in rows(app)] == [" ", "✓", "✓", " ", " ", " "] and not app.answers
        await pilot.click(ChoiceList, offset=(5, 1))
        await pilot.press("enter")
        assert app.answers == [("openrouter/anthropic/claude-sonnet-4.5",)]


async def test_several_are_marked_and_what_has_no_key_can_be_connected() -> None:
    async def one_without_key() -> AsyncIterator[Listing]:
        yield Listing("demo", (ModelInfo("fast"), ModelInfo("careful")))
        yield Listing("mine", problem="No API key for mine.", is_key_problem=True)

    app = DialogDemo()
    connects = [ConnectRow(ConnectRequest("openai"), "openai", "no key")]
    async with app.run_test(size=(100, 40)) as pilot:
        for keys, answer in (
            (("space", "down", "up", "ctrl+@", "enter"), ("demo/fast", "demo/careful")),
            (("ctrl+@", "up", "ctrl+@", "down", "enter"), ConnectRequest("openai")),
            (("down", "down", "down", "enter"), ConnectRequest("mine")),
            ((*"mine/", "enter"), ConnectRequest("mine")),
            ((*"zzz", "enter"), ConnectRequest()),
            ((*"demo fa", "enter"), "demo/fast"),
        ):
            app.open(ModelPicker("x", one_without_key, takes_several=True, connect=connects))
            await pilot.pause()
            await wait_until(lambda: "Connect a model…  a key, or a server of your own" in rows(app)[-1])
            await wait_until(lambda: "No API key for mine." in "".join(rows(app)))
            await pilot.press(*keys)
            assert app.answers[-1:] == [answer], keys


async def test_the_highlight_stays_on_what_is_to_be_connected_when_more_is_listed() -> None:
    more = asyncio.Event()

    async def in_two() -> AsyncIterator[Listing]:
        yield Listing("demo", (ModelInfo("fast"),))
        await more.wait()
        yield Listing("mine", (ModelInfo("one"), ModelInfo("two")))

    app = DialogDemo()
    async with app.run_test(size=(100, 40)) as pilot:
        app.open(ModelPicker("x", in_two, connect=()))
        await pilot.pause()
        await pilot.press("down")
        more.set()
        await wait_until(lambda: len(rows(app)) == 4)
        await pilot.press("enter")
        assert app.answers == [ConnectRequest()]


@given(st.lists(st.text("ab\u540d/-", min_size=1, max_size=40), max_size=150), st.integers(6, 30))
def test_names_fit_and_alike_ones_are_told_apart(models: list[str], width: int) -> None:
    names = ModelNames(models, width)
    short = {model: names.short(model) for model in models[:60]}
    assert all(width_of(name) <= width for name in short.values())
    assert all(short[model] == model for model in short if width_of(model) <= width)
    if len(models) <= 60:
        assert len(set(short.values())) == len(short)


def test_matching_prefers_beginnings_and_takes_words_in_any_order() -> None:
    models = ["a/xlarge", "openai/gpt-4o", "local/large", "x/GPT-large"]
    assert matching("large", models) == ["local/large", "x/GPT-large", "a/xlarge"]
    assert matching("LARGE gpt", models) == ["x/GPT-large"]
    assert matching("", models) == models
    assert matching("zzz", models) == []


# -- text dialog -------------------------------------------------------------------------------------------------------


async def test_a_text_is_edited_and_accepted() -> None:
    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(PromptDialog("Edit", "one"))
        await pilot.pause()
        await pilot.press("!", "ctrl+j", "2", "backslash", "enter", "3", "enter")
        assert app.answers == ["one!\n2\n3"]


async def test_escape_leaves_the_text_as_it_was() -> None:
    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(PromptDialog("Edit", "one"))
        await pilot.pause()
        await pilot.press("x", "escape")
        assert app.answers == [None]


async def test_what_a_model_wrote_is_edited_safely() -> None:
    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(PromptDialog("Edit [b]this[/b]", "\x1b]0;title\x07"))
        await pilot.pause()
        editor = app.screen.query_one(PromptEditor)
        assert "␛]0;title␇" in editor.render_line(0).text
        await pilot.press("enter")
        assert app.answers == ["\x1b]0;title\x07"]


# -- help --------------------------------------------------------------------------------------------------------------


def help_screen() -> HelpScreen:
    keymap, _ = keymap_from({"reply.cancel": "f12"})
    return HelpScreen([*action_items(keymap, lambda action: None), *editing_items()], closing_keys=["f1"])


@pytest.mark.parametrize("size", [(40, 10), (60, 16), (80, 24), (120, 40)])
async def test_help_has_one_row_for_each_action_with_the_keys_it_has_now(size: tuple[int, int]) -> None:
    app = DialogDemo()
    async with app.run_test(size=size) as pilot:
        app.open(help_screen())
        await pilot.pause()
        menu = app.screen.query_one(MenuList)
        assert menu.size.height >= size[1] * 0.4
        menu.scroll_to(y=0, animate=False, immediate=True)
        assert len([row for row in menu.rows if isinstance(row, MenuItem)]) == len(ACTIONS) + len(EDITING_HELP)
        seen = ""
        for place, row in enumerate(menu.rows):
            menu.scroll_to(y=place, animate=False, immediate=True)
            line = menu.render_line(place - round(menu.scroll_offset.y)).text
            if isinstance(row, MenuItem):
                assert line.startswith(f" {row.label[: size[0] - 26]}"), "no row is wrapped"
                assert (", ".join(row.keys[:1])) in line
                seen += line
        if size[0] >= 80:
            assert all(f" {action.id} " in seen for action in ACTIONS if action.id != "prompt.newline")
        await pilot.press(*"stop")
        await pilot.pause()
        assert menu.item is not None and menu.item.id == "reply.cancel"
        assert "F12" in menu.render_line(0).text
        await pilot.press("enter")
        assert app.answers == [menu.item]


async def test_help_says_how_to_change_the_key() -> None:
    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(help_screen())
        await pilot.press(*"duplicate")
        await pilot.pause()
        hint = app.screen.query_one(HintRow).render().plain
        assert 'config.toml: [keys] "pane.duplicate" = "alt+t"' in hint
        assert len(hint) <= 72


@pytest.mark.parametrize("how", ["escape", "f1", "hint", "beside"])
async def test_help_closes(how: str) -> None:
    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(help_screen())
        await pilot.pause()
        if how == "hint":
            await pilot.click(HintRow, offset=(app.screen.query_one(HintRow).render().plain.index("Esc") + 1, 0))
        elif how == "beside":
            await pilot.click(offset=(0, 0))
        else:
            await pilot.press(how)
        await pilot.pause()
        assert app.answers == [None]


# -- the heading of a pane ---------------------------------------------------------------------------------------------


def test_a_heading_names_number_model_and_what_differs() -> None:
    pane = Pane("p", "demo/fast", Parameters(temperature=0.2, stream=False, system="x"))
    assert heading(pane, 2, 60, is_active=True).plain == "▌ 2 demo/fast  no stream · temperature 0.2 · system"
    assert heading(pane, 2, 60, is_active=False).plain.startswith("  2 demo/fast")
    assert heading(pane, 2, 26, is_active=True).plain == "▌ 2 demo/fast  no stream"


def test_a_long_name_keeps_its_ends() -> None:
    pane = Pane("p", "openrouter/anthropic/claude-sonnet-4.5")
    assert heading(pane, 1, 30, is_active=True).plain == "▌ 1 openrouter/a…de-sonnet-4.5"


@given(st.text(max_size=80), st.integers(1, 100), st.booleans())
def test_a_heading_never_outgrows_its_pane(model: str, width: int, is_folded: bool) -> None:
    drawn = heading(Pane("p", model, folded=is_folded), 1, width, is_active=True)
    assert drawn.cell_length <= width
    assert not any(ord(character) < 32 for character in drawn.plain)


async def test_the_heading_follows_the_active_pane() -> None:
    class HeadingDemo(Demo):
        def compose(self) -> Any:
            yield PaneHeading("p")

    app = HeadingDemo()
    async with app.run_test(size=(40, 5)) as pilot:
        widget = app.query_one(PaneHeading)
        widget.show(Pane("p", "demo/fast"), 1)
        await pilot.pause()
        assert "▌" not in app.export_screenshot()
        widget.add_class("-active")
        await pilot.pause()
        assert "▌" in app.export_screenshot()


async def test_pickers_have_room_on_a_small_screen() -> None:
    app = DialogDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        app.open(ModelPicker("x", some_models))
        await pilot.pause()
        await wait_until(lambda: len(rows(app)) == 5)
        await pilot.pause()
        assert app.screen.query_one(LineField).size.width >= 60
        assert app.screen.query_one(ChoiceList).size.height >= 5


async def test_nothing_of_a_dialog_comes_after_it_has_closed() -> None:
    called: list[str] = []
    app = DialogDemo()
    async with app.run_test() as pilot:
        dialog = Dialog[None]()
        await app.push_screen(dialog)
        dialog.call_after_refresh(called.append, "open")
        await pilot.pause()
        dialog.call_after_refresh(called.append, "closed")
        dialog.dismiss()
        await wait_until(lambda: not dialog.is_attached)
        await pilot.pause()
    assert called == ["open"]
