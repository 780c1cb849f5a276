"""How the ways of a user look: the screens of each at three sizes; all on them can be read, also in a light theme."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.flow.comparing import open_ready
from tests.flow.screen import screen_of, shown, wait_for
from tests.providers.test_discovery import PLACES
from tests.providers.test_keyring import MemoryKeyring
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from tests.snapshots.pictures import check_screen
from tests.snapshots.resting import at_rest
from tests.snapshots.stored_comparison import ID, write_comparison
from tests.ui.test_contrast import unreadable
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.providers.discovery.usual_servers import UsualPort

DARK, LIGHT = "textchat-dark", "textchat-light"
LOOKED_AT = pytest.mark.parametrize(
    ("size", "theme"),
    [
        pytest.param((80, 24), DARK, id="80x24"),
        pytest.param((120, 40), DARK, id="120x40"),
        pytest.param((120, 40), LIGHT, id="120x40-light"),
        pytest.param((200, 60), DARK, id="200x60"),
    ],
)
PARAMETERS = {(120, 40): ["temperature"], (200, 60): ["temperature"]}
PRICE = {(200, 60): ["▲ about 1.2k tokens"]}
"""What comes a moment later, where there is room for it."""
KEY = "sk-secret-of-the-test"
PORT = "11434"
"""What stands on the pictures for the port that a server of the tests was given."""
ALIKE = {LIGHT: DARK.ljust(len(LIGHT))}
"""What differs between pictures of one name: the theme is written in them."""
CLOCK = re.compile(r"\b\d\d:\d\d\b")


class Walk:
    """An app that goes from screen to screen, and pictures of what it shows there."""

    def __init__(self, app: TextchatApp, pilot: Pilot[None], replaced: dict[str, str]) -> None:
        self.app = app
        self.pilot = pilot
        self._replaced = ALIKE | replaced

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()

    async def to(self, action: str, *texts: str) -> None:
        """Run an action as its key would, until the screen shows `texts`."""
        screen_of(self.app).action_run(action)
        await wait_for(self.app, *texts)

    async def back(self) -> None:
        while self.app.screen.is_modal:
            await self.pilot.press("escape")
            await self.pilot.pause()

    async def look(self, name: str, *texts: str) -> None:
        """Compare what is shown, once it shows `texts`, with what was accepted; all of it can be read."""
        await wait_for(self.app, *texts)
        text = await at_rest(self.app, self.pilot)
        for found, instead in self._replaced.items():
            text = text.replace(found, instead)
        text = CLOCK.sub("12:00", text)
        size, theme = self.app.size, "-light" if self.app.theme == LIGHT else ""
        check_screen(f"flow-{name}-{size.width}x{size.height}", self.app, text, variant=theme)
        assert list(unreadable(self.app)) == [], name


@asynccontextmanager
async def walking(
    environ: dict[str, str],
    size: tuple[int, int],
    theme: str,
    replaced: dict[str, str],
    conversation: str | None = None,
) -> AsyncIterator[Walk]:
    preferences = paths.preferences_file(environ)
    preferences.parent.mkdir(parents=True, exist_ok=True)
    preferences.write_text(f'[ui]\ntheme = "{theme}"\n')
    async with open_ready(environ, size=size, conversation_id=conversation) as (app, pilot):
        yield Walk(app, pilot, replaced)


@pytest.fixture
def found_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    """A server of this machine, on a port with as many digits as all."""
    with OpenAIServer() as server:
        server.say("llama-3.3-70b-instruct", "Here.")
        server.say("qwen3-8b", "Here.")
        monkeypatch.setattr(PLACES, (UsualPort(server.port, "lmstudio"),))
        yield server


@LOOKED_AT
async def test_first_steps(
    environment: dict[str, str],
    found_server: OpenAIServer,
    memory: MemoryKeyring,
    size: tuple[int, int],
    theme: str,
) -> None:
    environment |= {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    async with walking(environment, size, theme, {str(found_server.port): PORT}) as walk:
        await walk.look("first-screen", "On this machine", "Ready", *PARAMETERS.get(size, ()))
        await walk.press("f2")
        await walk.look("models", "Enter choose", "qwen3-8b")
        await walk.press("space", "down", "space")
        await walk.look("models-marked", "choose 2 marked")
        await walk.back()
        await walk.to("model.connect", "Another")
        await walk.look("providers")
        await walk.paste("another")
        await walk.press("enter")
        await walk.look("connect")
        found_server.key = KEY
        await walk.paste(f"127.0.0.1:{found_server.port}/chat/completions")
        await walk.press("enter")
        await walk.look("connect-key", "asks for a key")
        await walk.press("left", "down")
        await walk.paste("wrong")
        await walk.press("enter")
        await walk.look("connect-refused", "refused the key")


PERSONAS = {
    "pirate.toml": 'name = "Pirate"\nsystem = "Speak as a pirate would."\nmodel = "demo/careful"\n',
    "reviewer.toml": 'name = "Reviewer"\nsystem = "Review code. Be brief, name the line."\n',
}
SAVED_PROMPT = "Review this {{language=Python}} code:\n```\n{{code}}\n```\n"
SETTINGS = """[providers.local]
base_url = "http://127.0.0.1:9/v1"
[providers.cloud]
base_url = "http://127.0.0.1:9/v1"
[models."local/model-1"]
context_window = 1000
"""


async def lived_in(home: Path) -> dict[str, str]:
    """A home with a comparison, personas, a saved prompt and settings."""
    environ = await write_comparison(home, 2)
    folder = paths.config_file(environ).parent
    for name in ("personas", "prompts"):
        (folder / name).mkdir(parents=True)
    for name, text in PERSONAS.items():
        (folder / "personas" / name).write_text(text)
    (folder / "prompts" / "review.md").write_text(SAVED_PROMPT)
    paths.config_file(environ).write_text(SETTINGS)
    return environ


@LOOKED_AT
async def test_at_home(tmp_path: Path, size: tuple[int, int], theme: str) -> None:
    environ = await lived_in(tmp_path)
    async with walking(environ, size, theme, {str(tmp_path): "~"}, ID) as walk:
        await walk.press("slash")
        await walk.look("slash", "/")
        await walk.press("escape", "escape", "ctrl+u")
        await walk.press("alt+h")
        await walk.look("history", "Sent prompts", "How do I count")
        await walk.back()
        await walk.press("alt+m")
        await walk.look("map")
        await walk.press("escape")
        await walk.press("ctrl+p")
        await walk.look("palette", "Find an action")
        await walk.press(*"persona")
        await walk.look("personas", "Pirate", "Reviewer")
        await walk.back()
        await walk.to("prompt.use", "Review this")
        await walk.press("enter")
        await walk.look("variables", "language", "Python")
        await walk.back()
        await walk.press("f10")
        await walk.look("settings", "default_models")
        await walk.press(*"fold_pastes")
        await walk.press("enter")
        await walk.look("setting", "Expected")
        await walk.press(*"many", "enter")
        await walk.look("setting-refused", "found a string")
        await walk.press("escape", "escape", "escape")
        walk.app.action_change_theme()
        await walk.look("themes", "How does this look?")
        await walk.back()
        await walk.press("f1")
        await walk.look("keys")
        await walk.paste("api key")
        await walk.press("enter")
        await walk.look("page", "Connect")
        await walk.press("escape", "escape")
        await walk.to("pane.choose", "Closed pane 2")
        walk.app.clear_notifications()
        await walk.paste("word " * 900)
        await wait_for(walk.app, *PRICE.get(size, ()))
        await walk.press("enter")
        await wait_until(lambda: "shorten it" not in shown(walk.app), "the price goes with the prompt")
        await walk.look("full", "Send anyway")
