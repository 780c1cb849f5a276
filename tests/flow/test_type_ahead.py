"""What is typed behind a key that opens something belongs to what it opens, however much comes at once."""

from __future__ import annotations

from functools import partial

import pytest
from textual import events
from textual.keys import _character_to_key

from tests.flow.screen import live_of, open_app, screen_of, wait_for
from tests.flow.terminal import TEXTCHAT, Terminal
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.ui.dialogs.help import HelpScreen
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PromptEditor
from textchat.ui.side_panel.conversation_list import ConversationList


def burst(app: TextchatApp, *keys: str) -> None:
    """Press keys, and those of a text one by one, all before the app gets to any of them."""
    for key in keys:
        if key.startswith("'"):
            for character in key[1:]:
                app.post_message(events.Key(_character_to_key(character), character))
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
        await wait_until(lambda: frames == ["x"], "it is drawn")


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
