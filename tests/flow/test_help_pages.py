"""The pages of help in the app: found beside the keys, with links between them, at any size."""

from __future__ import annotations

from tests.flow.screen import open_app
from tests.servers.waiting import wait_until
from textchat.help.pages import PAGES
from textchat.ui.dialogs.help import HelpScreen
from textchat.ui.help_pages.page_screen import HelpPageScreen


def seen(screen: HelpPageScreen) -> str:
    return "\n".join(screen.view.render_line(y).text for y in range(screen.view.size.height))


async def test_pages_are_beside_the_keys_and_lead_to_each_other(environment: dict[str, str]) -> None:
    environment["TEXTCHAT_DEMO_SPEED"] = "0"
    async with open_app(environment, size=(80, 24)) as (app, pilot):
        await pilot.press("f1", *"api key", "enter")
        await wait_until(lambda: isinstance(app.screen, HelpPageScreen), "the page is shown")
        screen = app.screen
        assert isinstance(screen, HelpPageScreen) and screen.page.topic == "connect"
        assert "Ctrl+T adds a pane" in seen(screen)
        assert "(troubleshooting" not in "".join(line.text for line in map(screen.view.render_line, range(24)))

        await pilot.press("tab", "enter")
        await pilot.pause()
        assert screen.page.topic == "troubleshooting"
        assert seen(screen).lstrip().startswith("Troubleshooting")
        await pilot.press("escape")
        await pilot.pause()
        assert screen.page.topic == "connect" and screen.is_current
        await pilot.press("left", "right", "right")
        assert screen.page.topic == "compare"

        # The keys are one step away, and another page opens in place of this one.
        await pilot.press("f1")
        await wait_until(lambda: isinstance(app.screen, HelpScreen), "the keys are shown")
        await pilot.press(*"backup", "enter")
        await wait_until(lambda: screen.is_current and screen.page.topic == "data", "the other page is shown")
        await pilot.press("escape", "escape")
        await wait_until(lambda: app.screen is not screen, "it is closed")

        # At any size each page begins at its beginning.
        await pilot.press("f1", *"connect a model", "enter")
        await wait_until(lambda: isinstance(app.screen, HelpPageScreen), "the first page is shown")
        opened = app.screen
        assert isinstance(opened, HelpPageScreen)
        for size in ((40, 10), (80, 24), (200, 60)):
            await pilot.resize_terminal(*size)
            for page in PAGES:
                assert opened.page is page and page.title.split()[0] in seen(opened)
                await pilot.press("end", "right")
                await pilot.pause()
                assert opened.view.scroll_offset.y == 0
