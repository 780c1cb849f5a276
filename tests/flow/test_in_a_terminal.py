"""textchat as a person meets it: a real pty, keys in, the screen out, and the terminal as it was afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.terminal import TEXTCHAT, Terminal
from tests.servers.openai import OpenAIServer
from textchat.ui.keymap import ACTIONS

TWO_MODELS = (*TEXTCHAT, "-m", "demo/fast", "-m", "demo/careful")
FAST_ANSWER, CAREFUL_ANSWER = "Compare two models", "Without a screen"
QUESTION = "How do I compare two models?"


def all_done(text: str) -> bool:
    """Both race lines say it, and the side panel for the active pane."""
    return text.count("✓ done") == 3


def test_two_models_answer_and_the_terminal_is_restored(environment: dict[str, str]) -> None:
    with Terminal(TWO_MODELS, environment | {"TEXTCHAT_DEMO_SPEED": "0"}) as terminal:
        text = terminal.wait_until("demo/careful")
        assert "demo/fast" in text
        terminal.type(QUESTION)
        terminal.wait_until(QUESTION)
        terminal.press("enter")
        # A reply has ended a moment before its last words are drawn.
        terminal.wait_until(lambda text: all_done(text) and FAST_ANSWER in text and CAREFUL_ANSWER in text)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()


def test_escape_cancels_and_what_came_stays(environment: dict[str, str]) -> None:
    with Terminal(TWO_MODELS, environment | {"TEXTCHAT_DEMO_SPEED": "0.3"}) as terminal:
        terminal.wait_until("demo/careful")
        terminal.type(QUESTION)
        terminal.press("enter")
        terminal.wait_until(FAST_ANSWER)
        terminal.press("escape")
        text = terminal.wait_until("■ cancelled")
        assert FAST_ANSWER in text
        terminal.type("typed meanwhile")
        terminal.wait_until("typed meanwhile")
        terminal.press("escape")
        terminal.wait_until("1 other pane is still replying. Press Esc again to stop it.")
        terminal.press("escape")
        # In both panes: one shows it twice, and Escape and Ctrl+Q that come in one read are Alt+Ctrl+Q.
        terminal.wait_until(lambda text: text.count("Cancelled ·") == 2)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()

    with Terminal((*TEXTCHAT, "--continue"), environment) as terminal:
        terminal.wait_until(lambda text: FAST_ANSWER in text and "demo/careful" in text)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


def test_it_stays_usable_while_the_terminal_changes_its_size(environment: dict[str, str]) -> None:
    with Terminal(TWO_MODELS, environment | {"TEXTCHAT_DEMO_SPEED": "0"}, columns=200, rows=60) as terminal:
        terminal.wait_until("demo/careful")
        terminal.type(QUESTION)
        terminal.press("enter")
        terminal.wait_until(all_done)
        for columns, rows in ((80, 24), (40, 10), (120, 40)):
            terminal.resize(columns, rows)
            terminal.type("x")
            terminal.wait_until(lambda text: "x" in text.splitlines()[-1])
            terminal.press("backspace")
        terminal.wait_until(FAST_ANSWER)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()


def test_alt_with_a_letter_is_heard_while_one_types(environment: dict[str, str]) -> None:
    """As terminals without the kitty keyboard protocol send it, among them tmux."""
    with Terminal((*TEXTCHAT, "-m", "demo/fast"), environment) as terminal:
        terminal.wait_until("demo/fast")
        terminal.type("typed")
        terminal.wait_until("typed")
        terminal.type("\x1bt")
        text = terminal.wait_until("to both panes")
        assert "typedd" not in text
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


def test_a_vote_is_cast_while_one_types(environment: dict[str, str]) -> None:
    with Terminal(TWO_MODELS, environment | {"TEXTCHAT_DEMO_SPEED": "0"}) as terminal:
        terminal.wait_until("demo/careful")
        terminal.type(QUESTION)
        terminal.press("enter")
        terminal.wait_until(all_done)
        terminal.type("typed\x1bv")
        terminal.wait_until(lambda text: "typed" in text and text.count("✓ done ♥") == 1)
        terminal.type("\x1be")
        text = terminal.wait_until(lambda text: text.count("✓ done =") == 2)
        assert text.splitlines()[-1].endswith("│  typed")
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


def test_pasted_text_is_one_prompt_and_never_keys(environment: dict[str, str]) -> None:
    with Terminal((*TEXTCHAT, "-m", "demo/fast"), environment) as terminal:
        terminal.wait_until("demo/fast")
        terminal.paste("first line\rsecond line\r")
        text = terminal.wait_until("second line")
        assert "first line" in text
        assert "✓ done" not in text
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()


HARMLESS = (
    b"\x1b]11;rgb:1e1e/1e1e/1e1e\x07",  # its end is Ctrl+G: the model would be asked to continue
    b"\x1bP>|XTerm(390)\x1b\\\x1b[?62;22c\x1b[8;24;80t\x1b[48;0;0;0;0t",
    b"\x1b[97;1:3u\x1b[1;1:3A\x1b[99999999u\x1b[M\x20\xe1\xe2\x1b[<0;99999;1M",
    b"\x1b\x07\x1b1\x1bO",  # chords without an action, among them Ctrl+Alt+G
)
PASTED = b"\x1b[31mERROR\x1b[0m one\r\x1b[32mok\x1b[0m \x07two\rthree\x11"


def test_no_bytes_end_it_or_send_anything(environment: dict[str, str]) -> None:
    with OpenAIServer() as server:
        server.say("one", "10\u00a0km away")
        config = Path(environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\n')
        with Terminal((*TEXTCHAT, "-m", "local/one"), environment | {"COLUMNS": "70", "LINES": "20"}) as terminal:
            terminal.wait_until(lambda text: "local/one" in text and text.splitlines()[-1].endswith("Ask anything"))
            terminal.send(b"first\r")
            terminal.wait_until("✓ done")
            for data in HARMLESS:
                terminal.send(b"f" + data)
            terminal.send(b"\x1b[200~" + PASTED + b"\x1b[201~ caf\xe9 \x1b[13u")
            terminal.wait_until(lambda text: text.count("10\u00a0km away") == 2 and "✓ done" in text)
            contents = [request.json["messages"][-1]["content"] for request in server.requests]
            assert contents == ["first", "f" * len(HARMLESS) + PASTED.decode().replace("\r", "\n") + " caf\ufffd "]
            terminal.press("ctrl+f")
            terminal.wait_until("find")
            terminal.type("10\u00a0k")
            terminal.wait_until("1/2")
            terminal.press("ctrl+q")
            assert terminal.wait_for_exit() == 0
            terminal.assert_restored()


def test_what_is_typed_before_the_first_paint_stands_in_the_input_bar(environment: dict[str, str]) -> None:
    with Terminal(TEXTCHAT, environment) as terminal:
        terminal.type("typed early")
        terminal.wait_until(lambda text: text.splitlines()[-1].endswith("│  typed early"))
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


LOSES_FOCUS, HAS_FOCUS = "\x1b[O", "\x1b[I"


@pytest.mark.parametrize("typed", ["words", "\x1b[200~words\x1b[201~", f"{HAS_FOCUS}words"])
def test_a_terminal_that_is_not_looked_at_while_it_starts_can_be_typed_in(
    environment: dict[str, str], typed: str
) -> None:
    with Terminal(TEXTCHAT, environment) as terminal:
        terminal.type(LOSES_FOCUS)
        terminal.wait_until("shows every key")
        terminal.type(typed)
        terminal.wait_until(lambda text: text.splitlines()[-1].endswith("│  words") and "sends what you type" in text)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0


def test_help_lists_the_keys(environment: dict[str, str]) -> None:
    with Terminal(TEXTCHAT, environment, rows=60) as terminal:
        terminal.wait_until("demo/fast")
        terminal.press("f1")
        terminal.wait_until(ACTIONS[1].id)
        terminal.press("escape")  # in one read with what follows it would be a chord
        terminal.wait_until(lambda text: ACTIONS[1].id not in text)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
