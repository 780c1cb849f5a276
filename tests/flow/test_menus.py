"""Palette, menus and help over the real screen: they run what they offer, on what was meant."""

from __future__ import annotations

from textual.geometry import Offset

from tests.flow.screen import active_view, live_of, open_app, screen_of, shown, views_of, wait_for, words_shown
from tests.servers.waiting import wait_until
from tests.snapshots.pictures import check_screen
from textchat.app import TextchatApp
from textchat.ui.dialogs.diff_screen import DiffScreen
from textchat.ui.input.status_line import StatusLine
from textchat.ui.keymap import BY_ID
from textchat.ui.menu.context_menu import ContextMenu
from textchat.ui.menu.items import MenuHeading, MenuItem
from textchat.ui.menu.menu_list import MenuList
from textchat.ui.menu.palette import Palette
from textchat.ui.menu.places import MENUS
from textchat.ui.side_panel.conversation_list import ConversationList

PROMPT = "Show me some code"


async def answered(app: TextchatApp) -> None:
    live = live_of(app)
    await wait_until(lambda: bool(live.conversation.messages) and not live.replies, "all replies have ended")


def labels(app: TextchatApp) -> list[str]:
    rows = app.screen.query_one(MenuList).rows
    return [row.label for row in rows if isinstance(row, MenuItem)]


def sections(app: TextchatApp) -> list[str]:
    return [row.text for row in app.screen.query_one(MenuList).rows if isinstance(row, MenuHeading)]


def drawn(app: TextchatApp, widget: str) -> str:
    """What stands in the place of a widget; what is behind it has figures that differ from run to run."""
    region = app.screen.query_one(widget).region
    return "\n".join(line[region.x : region.right] for line in shown(app).splitlines()[region.y : region.bottom])


def test_every_menu_offers_actions_of_the_table() -> None:
    for ids in MENUS.values():
        assert {action_id for action_id in ids if action_id} <= set(BY_ID)


async def test_the_palette_acts_on_the_conversation(environment: dict[str, str]) -> None:
    environment["TEXTCHAT_DEMO_SPEED"] = "0"
    async with open_app(environment, models=["demo/fast"], prompt=PROMPT, size=(80, 24)) as (app, pilot):
        await answered(app)
        await pilot.press("ctrl+p")
        await pilot.pause()
        assert isinstance(app.screen, Palette)
        assert sections(app)[:2] == ["Prompt", "Reply"], "what fits the input bar comes first"
        assert "Message" in sections(app)
        check_screen("palette-80x24", app, drawn(app, ".menu-dialog"))
        await pilot.press("ctrl+p")
        assert not isinstance(app.screen, Palette), "the key that opened it closes it"

        # A message action runs on the chosen message, here the prompt.
        list_ = active_view(app).message_list
        await pilot.press("shift+tab", "k", "ctrl+p")
        await pilot.pause()
        assert sections(app)[0] == "Message"
        assert "Copy code" not in labels(app), "there is no code in the prompt"
        await pilot.press(*"edit", "enter")
        await wait_for(app, "Edit the prompt")
        await pilot.press("escape")
        assert list_.has_focus

        # A theme, a model, a conversation.
        await pilot.press("ctrl+p", *"nord", "enter")
        await wait_until(lambda: app.theme == "nord", "the theme is chosen")
        await pilot.press("ctrl+p", *"careful", "enter")
        await wait_until(lambda: live_of(app).conversation.panes[0].model == "demo/careful", "the model is chosen")
        first = live_of(app).conversation.id
        await pilot.press("ctrl+n")
        await wait_until(lambda: live_of(app).conversation.id != first, "a new conversation is shown")
        await pilot.press("ctrl+p", *"some code", "enter")
        await wait_until(lambda: live_of(app).conversation.id == first, "the first is shown again")

        # The help is the same table.
        await pilot.press("f1", *"duplicate")
        await pilot.pause()
        check_screen("help-80x24", app, drawn(app, ".menu-dialog"))
        await pilot.press("enter")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 2, "the pane is duplicated")


async def test_the_menu_of_what_is_clicked(environment: dict[str, str]) -> None:
    environment["TEXTCHAT_DEMO_SPEED"] = "0"
    models = ["demo/fast", "demo/careful"]
    async with open_app(environment, models=models, prompt=PROMPT, size=(120, 40)) as (app, pilot):
        await answered(app)
        await pilot.pause()
        second = views_of(app)[1]
        await pilot.click(second.message_list, offset=(4, 6), button=3)
        await pilot.pause()
        assert isinstance(app.screen, ContextMenu)
        assert active_view(app) is second
        assert second.message_list.chosen.target == 1, "what is below the pointer is chosen"
        assert "Copy" in labels(app) and "Show the next version" in labels(app), "the reply of the first is a version"
        assert "Open the link" not in labels(app)
        menu = app.screen.query_one(MenuList)
        at = second.message_list.region.offset + Offset(4, 6)
        assert menu.region.offset == at + Offset(0, 1), "at the pointer"
        check_screen("menu-message", app, drawn(app, "MenuList"))
        await pilot.press("d")
        assert menu.item is not None and menu.item.id == "message.delete"
        await pilot.press("escape")
        assert not isinstance(app.screen, ContextMenu)

        await pilot.click(views_of(app)[0].message_list, offset=(4, 0), button=3)
        assert views_of(app)[0].message_list.chosen.target == 0
        assert "Edit" in labels(app) and not {"Copy code", "Inspect"} & set(labels(app)), "it is a prompt"
        await pilot.press("escape")

        await pilot.press("escape")
        hints = app.screen.query_one(StatusLine)
        at = shown(app).splitlines()[hints.region.y].index("F8 ")
        await pilot.click(hints, offset=(at - hints.region.x, 0), button=3)
        await pilot.pause()
        assert len(live_of(app).conversation.panes) == 2, "only the left button presses a key"

        await pilot.click(second.heading, button=3)
        await pilot.pause()
        assert labels(app)[0] == "Change the model" and "Close the pane" in labels(app)
        assert "Move the pane left" in labels(app) and "Move the pane right" not in labels(app), "it is the last"
        await pilot.click(offset=(0, 39))
        assert not isinstance(app.screen, ContextMenu), "a click beside closes it"
        await pilot.click(second.race_line, button=3)
        await pilot.pause()
        assert "Vote for this reply" in labels(app) and "Cancel the reply" not in labels(app)
        assert app.screen.query_one(MenuList).region.bottom <= 40
        await pilot.press("escape")

        await pilot.click(ConversationList, offset=(4, 0), button=3)
        await pilot.pause()
        assert labels(app)[0] == "Rename the conversation"
        await pilot.press("enter")
        await wait_for(app, "Rename")
        await pilot.press("escape")
        await pilot.press("shift+f10")
        await pilot.pause()
        assert labels(app)[0] == "Rename the conversation", "the list has the focus"
        await pilot.press("shift+f10")
        assert not isinstance(app.screen, ContextMenu), "the key that opened it closes it"

        # A link has its own rows, first.
        await pilot.press("escape")
        live, pane = live_of(app), screen_of(app).parts.current.active_pane
        await live.edit(pane.id, pane.leaf_id or "", "[a link](https://a.example/)")
        await wait_for(app, "a link")
        await pilot.click(second.message_list, offset=(4, 3), button=3)
        assert labels(app)[:3] == ["Open the link", "Copy the address", "Copy"]
        await pilot.press("down", "enter")
        await wait_until(lambda: "18 characters" in words_shown(app), "the address is copied")


async def test_over_another_screen_there_is_what_works_there(environment: dict[str, str]) -> None:
    environment["TEXTCHAT_DEMO_SPEED"] = "0"
    async with open_app(environment, models=["demo/fast", "demo/careful"], prompt=PROMPT) as (app, pilot):
        await answered(app)
        await pilot.press("f3")
        await wait_until(lambda: isinstance(app.screen, DiffScreen), "the differences are shown")
        await pilot.press("ctrl+p", *"copy", "enter")
        await wait_for(app, "Works in the conversation only.")
        await pilot.press("escape", "f1", *"quit", "enter")
        await wait_until(lambda: not app.is_running, "it quits")


async def test_a_menu_stays_on_the_screen(environment: dict[str, str]) -> None:
    environment["TEXTCHAT_DEMO_SPEED"] = "0"
    async with open_app(environment, models=["demo/fast"], prompt=PROMPT) as (app, pilot):
        await answered(app)
        for size in ((120, 40), (60, 16), (40, 10)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            list_ = active_view(app).message_list
            right, bottom = list_.scrollable_content_region.size - (1, 1)
            for place in ((0, 0), (right, 0), (right, bottom)):
                await pilot.click(list_, offset=place, button=3)
                assert isinstance(app.screen, ContextMenu), (size, place)
                menu = app.screen.query_one(MenuList)
                await pilot.pause()
                await pilot.press("end")
                assert app.screen.region.contains_region(menu.region), (size, place)
                assert menu.item is not None and menu.item.id == "message.delete"
                assert 0 <= menu.cursor - menu.scroll_offset.y < menu.size.height
                await pilot.press("down")
                assert menu.item.id == "message.copy", "around the end"
                await pilot.press("escape")


async def test_moving_where_nothing_is_found_does_nothing(environment: dict[str, str]) -> None:
    async with open_app(environment, models=["demo/fast"]) as (app, pilot):
        for opener in ("f1", "ctrl+p"):
            await pilot.press(opener, *"zqxzqx")
            await wait_for(app, "Nothing found")
            await pilot.press("up", "down", "pageup", "pagedown", "enter", "escape")
        assert app.screen is screen_of(app) and not app._notifications
