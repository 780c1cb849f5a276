"""What is typed behind a key that opens something belongs to what it opens, however much comes at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial

import pytest
from textual import events
from textual.keys import _character_to_key

from tests.flow.screen import live_of, open_app, screen_of, views_of, wait_for
from tests.flow.terminal import TEXTCHAT, Terminal
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.core.parameters import Effort
from textchat.core.provider import Listing, ModelInfo
from textchat.ui.dialogs import model_picker
from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.help import HelpScreen
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.input.typed_text import UnmarkedPaste
from textchat.ui.side_panel.conversation_list import ConversationList


def burst(app: TextchatApp, *keys: str) -> None:
    """Press keys, a text one by one (`'`) or its lines in one read (`|`), all before the app gets to any of them."""
    for key in keys:
        if key.startswith("'"):
            for character in key[1:]:
                app.post_message(events.Key(_character_to_key(character), character))
        elif key.startswith("|"):
            app.post_message(UnmarkedPaste(key[1:]))
        else:
            app.post_message(events.Key(key, {"enter": "\r", "tab": "\t"}.get(key)))


def typed_into(app: TextchatApp, kind: type[LineField] | type[PromptEditor]) -> str:
    """The text of the field that has the focus; empty where something else has it."""
    return app.focused.text if isinstance(app.focused, kind) else ""


async def test_a_letter_is_shown_without_waiting_for_a_frame(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(environment) as (app, pilot):
        frames: list[str] = []
        monkeypatch.setattr(app.screen._update_timer, "resume", lambda: None)  # Textual's own never come
        monkeypatch.setattr(app, "post_display_hook", lambda: frames.append(screen_of(app).input_bar.text))
        await pilot.press("x")
        await wait_until(lambda: frames[-1:] == ["x"], "it is drawn")  # whatever else is drawn of itself before


async def test_behind_each_opener(environment: dict[str, str]) -> None:
    async with open_app(environment, models=["demo/fast", "demo/fast"]) as (app, pilot):
        bar = screen_of(app).input_bar
        for opener in ("ctrl+o", "ctrl+t", "f2", "ctrl+f"):
            burst(app, "'a", opener, "'bcd", "left", "'x", "backspace")
            await wait_until(lambda: typed_into(app, LineField) == "bcd", f"the field that {opener} opens has it all")
            await pilot.press("escape")
            assert bar.text == "a", opener
            bar.clear()
        burst(app, "ctrl+p", "'theme")
        await wait_until(lambda: getattr(app.focused, "value", getattr(app.focused, "text", "")) == "theme", "palette")
        await pilot.press("escape")
        burst(app, "f9", "'0.5", "tab", "'100", "tab", "'7", "tab", "'d ef")
        await wait_until(lambda: bar.text == "d ef", "what means nothing to the switch is typed")
        parameters = live_of(app).conversation.panes[0].parameters
        assert (parameters.temperature, parameters.max_tokens, parameters.seed) == (0.5, 100, 7)
        bar.clear()
        burst(app, "f1", "'abc", "enter", "escape", "'d")
        await wait_until(lambda: bar.text == "d" and not isinstance(app.screen, HelpScreen), "the help took the rest")
        burst(app, "alt+c", "'zqx 123 zq")
        await wait_until(lambda: bar.text == "dzqx 123 zq", "all of it, in order")
        burst(app, "alt+c", "down")
        await wait_until(lambda: isinstance(app.focused, ConversationList), "the list has the focus")
        assert not live_of(app).conversation.messages, "nothing was sent"
        bar.clear()


async def test_a_value_for_what_is_left_at_once_and_a_race_of_efforts(
    environment: dict[str, str],
) -> None:
    async with open_app(environment, models=["demo/fast"]) as (app, pilot):
        await wait_until(lambda: screen_of(app).is_built, "the screen is built")
        first = live_of(app)
        burst(app, "'hi", "enter")
        await wait_until(lambda: bool(first.conversation.messages) and not first.is_busy, "it has ended")
        burst(app, "f9", "'0.5", "ctrl+n", "'next")
        await wait_until(lambda: live_of(app) is not first and screen_of(app).input_bar.text == "next", "a new one")
        second = live_of(app)

        async def temperature() -> float | None:
            stored = await screen_of(app).parts.workspace.history.load(first.conversation.id)
            return None if stored is None else stored.panes[0].parameters.temperature

        async with asyncio.timeout(10):
            while await temperature() != 0.5:
                await asyncio.sleep(0.01)
        assert second.conversation.panes[0].parameters.temperature is None
        await pilot.press("alt+a")
        await wait_until(lambda: len(views_of(app)) == len(Effort), "a pane for each effort")
        assert [pane.parameters.effort for pane in live_of(app).conversation.panes] == list(Effort)
        await pilot.press("alt+u")
        await wait_until(lambda: len(views_of(app)) == 1, "they are closed")


@pytest.mark.parametrize("last", ["", "tab"])
async def test_a_value_typed_just_before_the_end_is_kept(environment: dict[str, str], last: str) -> None:
    async with open_app(environment, models=["demo/fast"], prompt="hi") as (app, pilot):
        await wait_for(app, "✓ done")
        conversation_id = live_of(app).conversation.id
        await pilot.press("f9")
        await wait_until(lambda: isinstance(app.focused, LineField), "a field has the focus")
        burst(app, "'0.5", *filter(None, [last]))
        if not last:
            await wait_until(lambda: typed_into(app, LineField) == "0.5", "it is typed")
        burst(app, "ctrl+q")
        await wait_until(lambda: not app.is_running, "it has ended")
    async with open_app(environment, conversation_id=conversation_id) as (app, _):
        assert live_of(app).conversation.panes[0].parameters.temperature == 0.5


async def test_enter_in_the_side_panel_waits_for_its_first_rows(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_app(environment, models=["demo/fast"]) as (app, pilot):
        listed = screen_of(app).query_one(ConversationList)
        chosen: list[bool] = []
        monkeypatch.setattr(listed, "action_choose", lambda: chosen.append(listed.loaded.is_set()))
        listed.loaded.clear()
        burst(app, "alt+c", "enter", "'x")
        await wait_until(lambda: app.focused is listed, "the list has the focus")
        await pilot.pause()
        listed.loaded.set()
        await wait_until(lambda: screen_of(app).input_bar.text == "x", "what is behind it follows")
        assert chosen == [True]


async def test_behind_keys_on_messages_and_dialogs_behind_dialogs(environment: dict[str, str]) -> None:
    async with open_app(environment, models=["demo/fast"], prompt="hello") as (app, _):
        await wait_for(app, "✓ done")
        bar = screen_of(app).input_bar
        burst(app, "shift+tab", "k", "e", "'!", "enter")
        await wait_until(lambda: "hello!" in {m.text for m in live_of(app).conversation.messages.values()}, "edited")
        await wait_for(app, "✓ done")
        burst(app, "shift+tab", "'zw")
        await wait_until(lambda: bar.text == "zw", "letters without a meaning go on in the bar")
        bar.clear()
        burst(app, "ctrl+p", "'rename", "enter", "ctrl+u", "'Mine", "enter", "'next")
        await wait_until(lambda: live_of(app).conversation.title == "Mine", "renamed")
        await wait_until(lambda: bar.text == "next", "and behind it the bar has the keys again")
        texts = {m.text for m in live_of(app).conversation.messages.values() if m.model is None}
        assert texts == {"hello", "hello!"}


@dataclass
class Case:
    """What is typed at once into a picker whose list comes later, and what becomes of it."""

    keys: tuple[str, ...]
    listings: tuple[Listing | None, ...] = ()
    """What the servers say, once Enter waits; None: nothing more, ever."""
    models: tuple[str, ...] = ("demo/fast",)
    """Of the panes, at the end."""
    sent: tuple[str, ...] = ()
    typed: str = ""
    """In the input bar, at the end."""
    said: str = ""
    """In the picker, if it stays open."""


ONE = Listing("demo", (ModelInfo("careful"), ModelInfo("careful-2"), ModelInfo("slow")))
FAILED = Listing("dead", problem="No response from dead. Start the server.")
CASES = {
    "the match": Case(
        ("ctrl+t", "'care", "enter", "enter", "'hi", "enter"), (FAILED, ONE), ("demo/fast", "demo/careful"), ("hi",)
    ),
    "a match, one is slow": Case(("f2", "|care\rx"), (ONE, None), ("demo/careful",), (), "x"),
    "one that is listed after one typed": Case(("f2", "'demo/slo", "enter"), (ONE,), ("demo/slow",)),
    "none": Case(("f2", "'z", "enter", "'ab", "backspace", "'c", "enter"), (ONE, FAILED), typed="ac", said="No respon"),
    "one that never comes": Case(("f2", "'slow", "enter", "'hi", "enter"), (None,), typed="hi", said="Still loading"),
    "given up": Case(("f2", "'slow", "enter", "'hi", "enter", "escape", "'!"), (None,), typed="hi!"),
    "from the palette": Case(("ctrl+p", "'demo/car", "enter", "'hi", "enter"), (ONE,), ("demo/careful",), ("hi",)),
}  # fmt: skip


async def test_enter_waits_for_the_list_and_the_rest_for_what_is_below(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_picker, "OTHERS_S", 0.1)
    async with open_app(environment, models=["demo/fast"], size=(100, 30)) as (app, _):
        workspace, bar = screen_of(app).parts.workspace, screen_of(app).input_bar
        monkeypatch.setattr(workspace, "recent_models", no_models)
        for name, case in CASES.items():
            gate = asyncio.Event()
            monkeypatch.setattr(ChoosingDialog, "longest_wait_s", 0.1 if None in case.listings and case.said else 30)
            monkeypatch.setattr(workspace, "list_models", partial(listed, case.listings, gate))
            await screen_of(app).show_conversation(workspace.new(["demo/fast"]))
            burst(app, *case.keys)
            await wait_until(lambda: isinstance(app.screen, ChoosingDialog), f"{name}: it is open")
            dialog = app.screen
            assert isinstance(dialog, ChoosingDialog)
            await wait_until(lambda: dialog.choice is not None, f"{name}: Enter waits")  # noqa: B023
            gate.set()
            if case.said:
                await wait_for(app, case.said)
                assert app.screen is dialog, name
            else:
                await wait_until(lambda: len(app.screen_stack) == 1, f"{name}: it is closed")
            await wait_until(lambda: bar.text == case.typed, f"{name}: it is typed below")  # noqa: B023
            await wait_until(lambda: prompts(app) == case.sent, f"{name}: sent")  # noqa: B023
            if case.said:
                await dialog.dismiss(None)
            await wait_until(lambda: models(app) == case.models, f"{name}: chosen")  # noqa: B023
            bar.clear()


async def listed(
    listings: Sequence[Listing | None], gate: asyncio.Event, good_for_s: float = 0.0
) -> AsyncIterator[Listing]:
    await gate.wait()
    for listing in listings:
        if listing is None:
            await asyncio.Event().wait()
        else:
            yield listing


async def no_models() -> tuple[str, ...]:
    return ()


def models(app: TextchatApp) -> tuple[str, ...]:
    return tuple(pane.model for pane in live_of(app).conversation.panes)


def prompts(app: TextchatApp) -> tuple[str, ...]:
    return tuple(message.text for message in live_of(app).conversation.messages.values() if message.model is None)


def is_closed(words: str, text: str) -> bool:
    return words not in text and "Ask anything" in text


def test_in_one_read_while_eight_panes_stream(environment: dict[str, str]) -> None:
    """As a terminal over a slow line sends it: the opener, what is typed behind it, and Enter, all at once."""
    models = [part for _ in range(8) for part in ("-m", "demo/fast")]
    environment |= {"TEXTCHAT_DEMO_SPEED": "0.3"}
    with Terminal((*TEXTCHAT, *models, "How do I compare two models?"), environment, columns=120, rows=30) as terminal:
        terminal.wait_until(lambda text: "to all 8 panes" in text and "/s " in text)
        for opener, words, enter in (("\x10", "zqtheme", ""), ("\x0f", "zqwords", "\r"), ("\x1bOQ", "zqdemo", "")):
            terminal.send(f"{opener}{words}{enter}".encode())
            terminal.wait_until(words)
            assert words not in terminal.text.splitlines()[-1], "it is no prompt"
            terminal.press("escape")
            terminal.wait_until(partial(is_closed, words))
        terminal.send(b"\x1b[Z" + "kzéx".encode())
        terminal.wait_until(lambda text: text.splitlines()[-1].endswith("zéx"))
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


def test_what_is_pressed_before_the_first_paint_is_done_in_order(environment: dict[str, str]) -> None:
    environment |= {"TEXTCHAT_DEMO_SPEED": "20"}
    with Terminal((*TEXTCHAT, "-m", "demo/fast"), environment, columns=100, rows=50) as terminal:
        # Enter comes as a line feed: the terminal still has its own line editor.
        terminal.send(b"first\r\x14demo/fast\rsecond\r\x1bOQslow")
        terminal.wait_until(lambda text: "› second" in text and "Change the model" in text and "demo/slow" in text)
        assert "Ask anything" in terminal.text.splitlines()[-1], "nothing is left over"


@pytest.mark.parametrize("typed", [b"one\rtwo\rthree\r", b"\x1b[200~one\rtwo\rthree\x1b[201~"])
def test_what_is_pasted_before_the_first_paint_is_in_the_input_bar(environment: dict[str, str], typed: bytes) -> None:
    with Terminal((*TEXTCHAT, "-m", "demo/fast"), environment) as terminal:
        terminal.send(typed)
        terminal.wait_until(lambda text: all(word in text for word in ("one", "two", "three", "PROMPT")))
