"""A newcomer's first steps: what the empty pane shows, a model connected without editing a file, and kept for later."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from textual import events
from textual.pilot import Pilot

from tests.flow.screen import open_app, screen_of, shown, views_of, wait_for
from tests.providers.test_discovery import PLACES, SomeServer, listed
from tests.providers.test_keyring import MemoryKeyring
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.providers.discovery.usual_servers import UsualPort
from textchat.ui.connecting.connect_dialog import ConnectDialog
from textchat.ui.connecting.provider_picker import ProviderPicker
from textchat.ui.dialogs.diff_screen import DiffScreen
from textchat.ui.dialogs.model_picker import ModelPicker

KEY = "sk-secret-of-the-test"


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    before, own = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


def preferences(environ: dict[str, str]) -> dict[str, Any]:
    file = paths.preferences_file(environ)
    return tomllib.loads(file.read_text()) if file.exists() else {}


def files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


async def until_open(app: TextchatApp, dialog: type[object]) -> None:
    await wait_until(lambda: isinstance(app.screen, dialog) and app.screen.is_current, f"{dialog.__name__} is open")


async def paste(app: TextchatApp, pilot: Pilot[None], text: str) -> None:
    app.post_message(events.Paste(text))
    await pilot.pause()


async def ask(app: TextchatApp, pilot: Pilot[None], prompt: str, reply: str) -> None:
    await wait_until(lambda: not app.screen.is_modal, "no dialog is open")
    await paste(app, pilot, prompt)
    await pilot.press("enter")
    await wait_for(app, reply)


async def test_a_model_is_connected_by_keyboard_alone_asked_and_asked_again_after_a_restart(
    openai_server: OpenAIServer,
    environment: dict[str, str],
    memory: MemoryKeyring,
    tmp_path: Path,
) -> None:
    openai_server.key = KEY
    openai_server.say("fast", "Forty-two.")
    openai_server.say("slow", "Let me see: 42.")
    async with open_app(environment, size=(80, 24)) as (app, pilot):
        await pilot.press("ctrl+t")
        await until_open(app, ModelPicker)
        await wait_until(lambda: "Loading" not in shown(app), "the models are listed")
        await paste(app, pilot, "nothing/like/this")
        await pilot.press("down", "down", "enter")  # the last row of whatever is listed
        await until_open(app, ProviderPicker)
        await paste(app, pilot, "another")
        await pilot.press("enter")
        await until_open(app, ConnectDialog)
        await paste(app, pilot, f"127.0.0.1:{openai_server.port}/chat/completions")
        await pilot.press("enter")
        await wait_for(app, "asks for a key. Choose where it is.")
        await pilot.press("left")  # from “no key” to the keyring
        await wait_for(app, "system keyring")
        await pilot.press("down")
        await paste(app, pilot, KEY)
        assert KEY not in shown(app) and "•" * len(KEY) in shown(app)
        await pilot.press("enter")
        await until_open(app, ModelPicker)
        await pilot.press("space", "space")
        await wait_for(app, "choose 2 marked", "✓")
        await pilot.press("enter")
        await wait_until(lambda: len(views_of(app)) == 3, "a pane for each beside the first")
        await ask(app, pilot, "What is it?", "Let me see: 42.")
        await wait_for(app, "Forty-two.")
        await pilot.press("ctrl+q")

    assert preferences(environment)["default_models"] == ["local/fast", "local/slow"]
    table = preferences(environment)["providers"]
    assert table == {"local": {"protocol": "openai", "base_url": openai_server.base_url, "api_key_keyring": True}}
    assert memory.keys == {("textchat", "local"): KEY}
    assert not [file for file in files_below(tmp_path) if KEY.encode() in file.read_bytes()]
    async with open_app(environment, size=(80, 24)) as (app, pilot):
        assert len(views_of(app)) == 2 and "local/fast" in shown(app) and "demo" not in shown(app)
        await ask(app, pilot, "And now?", "Forty-two.")
        await compare_with_a_file_and_export(app, pilot, tmp_path)
    assert "A line of the notes." in str(openai_server.requests[-1].json)
    assert "Let me see: 42." in (tmp_path / "talk.md").read_text()
    assert not paths.config_file(environment).exists(), "no file was edited by hand"


async def compare_with_a_file_and_export(app: TextchatApp, pilot: Pilot[None], folder: Path) -> None:
    """Attach a file by its pasted path, look at the difference of the two replies, export the conversation."""
    (folder / "notes.txt").write_text("A line of the notes.")
    await wait_until(lambda: not screen_of(app).parts.current.live.replies, "both have replied")
    await paste(app, pilot, str(folder / "notes.txt"))
    await wait_for(app, "notes.txt")
    await ask(app, pilot, "Compare with this", "Compare with this")
    await wait_until(lambda: not screen_of(app).parts.current.live.replies, "both have replied")
    await pilot.press("f3")
    await until_open(app, DiffScreen)
    await pilot.press("escape")
    await wait_until(lambda: not app.screen.is_modal, "the difference is closed")
    await paste(app, pilot, f"/export {folder / 'talk.md'}")
    await pilot.press("enter")
    await wait_until((folder / "talk.md").exists, "the conversation is exported")
    await pilot.press("ctrl+q")


async def test_a_found_server_is_shown_and_used_at_once_and_written_down_with_its_first_prompt(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with OpenAIServer() as server:
        server.say("m1", "I am here.")
        monkeypatch.setattr(PLACES, (UsualPort(server.port, "lmstudio"),))
        environment["GROQ_API_KEY"] = KEY
        async with open_app(environment, size=(80, 24)) as (app, pilot):
            await wait_for(app, "On this machine  lmstudio (1 model)", "Ready            groq")
            asked = len(server.requests)
            await pilot.press("f2")
            await until_open(app, ModelPicker)
            await paste(app, pilot, "lmstudio/m1")
            await pilot.press("enter")
            await wait_for(app, "Ask lmstudio/m1")
            assert [request.path for request in server.requests[asked:]].count("/v1/models") <= 2, "one more look"
            assert "providers" not in preferences(environment)
            await ask(app, pilot, "there?", "I am here.")
            await wait_until(lambda: "providers" in preferences(environment), "it is written down")
            await wait_for(app, "Added lmstudio to your providers.")
        assert preferences(environment)["providers"]["lmstudio"]["base_url"] == server.base_url
        monkeypatch.setattr(PLACES, ())
        async with open_app(environment, models=["lmstudio/m1"]) as (app, pilot):
            await ask(app, pilot, "again", "I am here.")
            await paste(app, pilot, "/connect")
            await pilot.press("enter")
            await until_open(app, ProviderPicker)
            await paste(app, pilot, "lm studio")
            await pilot.press("enter")
            await until_open(app, ConnectDialog)
            await wait_for(app, "◂ any number at once ▸")
            await pilot.press("down", "down", "right", "enter")
            await wait_for(app, "Connected lmstudio: 1 model.")
        assert preferences(environment)["providers"]["lmstudio"]["max_concurrent"] == 1


async def test_without_a_look_and_without_a_key_the_picker_says_what_to_do_and_enter_does_it(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with SomeServer({"/v1/models": listed("vllm", "a")}) as server:
        monkeypatch.setattr(PLACES, (UsualPort(server.port, "vllm"),))
        config = paths.config_file(environment)
        config.parent.mkdir(parents=True)
        config.write_text("[ui]\ndiscover = false\n")
        environment["MISTRAL_API_KEY"] = KEY
        async with open_app(environment, size=(80, 24)) as (app, pilot):
            await wait_for(app, "Ready   mistral")  # what needs no look
            workspace = screen_of(app).parts.workspace
            await workspace.found.look()
            assert workspace.found.servers == () and not server.connections
            assert "On this machine" not in shown(app)
            await pilot.press("f2")
            await until_open(app, ModelPicker)
            await paste(app, pilot, "anthropic")
            await wait_for(app, "anthropic  no key: set ANTHROPIC_API_KEY, or press Enter")
            await wait_until(lambda: "Loading" not in shown(app), "the models are listed")
            await pilot.press("enter")
            await until_open(app, ConnectDialog)
            await wait_for(app, "Connect Anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY")
            await pilot.press("enter")
            await wait_for(app, "ANTHROPIC_API_KEY is not set.")
            await pilot.press("escape")
            await wait_for(app, "Ask demo/fast")
            assert not server.connections
