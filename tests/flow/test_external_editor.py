"""The prompt in an editor of the user's, in a real terminal: it has that to itself, and what it saves is taken."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path

import pytest

from tests.flow.local import local_environment
from tests.flow.screen import open_app, screen_of, wait_for
from tests.flow.terminal import TEXTCHAT, Terminal
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate
from textchat.config import paths
from textchat.live.editor_command import NoEditorError, editor_command
from textchat.ui.bar.external.editing import NotEditedError, OutsideEditor

ALT_X, F9 = "\x1bx", "\x1b[20~"
EDITOR = """#!/bin/sh
for file; do :; done
echo started >> "$HOME/started"
stat -c %a "$file" > "$HOME/mode"
echo "EDITOR $1 HAS: $(cat "$file")"
trap 'echo INTERRUPTED' INT
for try in 1 2 3; do read -r order && break; done
case $order in
    fail) echo lost > "$file"; exit 3 ;;
    hold) echo 'saved outside' > "$file"; echo SAVED; read -r order ;;
    killed) kill -9 $$ ;;
    latin) printf '\\377' > "$file" ;;
    *) printf '%s\\n' "$order" > "$file" ;;
esac
"""
needs_pty = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a pty and signals")


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def environ(tmp_path: Path, gate: Gate) -> Iterator[dict[str, str]]:
    """An environment with an editor that does what its line says, and a model that waits in between."""
    editor = tmp_path / "my editor"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    with OpenAIServer() as server:
        server.script("fast", "Two words", gate, " and the rest")
        yield local_environment(tmp_path, server) | {"VISUAL": f"'{editor}' --wait", "EDITOR": "false"}


def modes(terminal: Terminal) -> dict[bytes, bytes]:
    """The modes of the terminal that were switched, by what was written last."""
    return {mode: switch for many, switch in re.findall(rb"\x1b\[\?([\d;]+)([hl])", terminal.output)
            for mode in many.split(b";") if mode != b"2026"}  # fmt: skip


def says(sentence: str, text: str) -> bool:
    """Whether a notice says this, and the prompt is as it was."""
    return sentence in " ".join(text.split()) and "written outside" in text


def edit(terminal: Terminal, before: str, order: str) -> None:
    terminal.type(ALT_X)
    terminal.wait_until(f"EDITOR --wait HAS: {before}".rstrip())
    terminal.wait_until_restored()
    terminal.type(f"{order}\r")


@needs_pty
def test_it_has_the_terminal_while_a_reply_grows_and_only_what_it_saves_is_taken(
    environ: dict[str, str], gate: Gate
) -> None:
    with Terminal((*TEXTCHAT, "-m", "local/fast"), environ) as terminal:
        terminal.wait_until("local/fast")
        terminal.type("ask\r")
        terminal.wait_until("Two words")
        terminal.type("a draft")
        terminal.wait_until("a draft")
        before = modes(terminal)
        terminal.type(ALT_X + ALT_X)  # twice, and one editor starts
        terminal.wait_until("EDITOR --wait HAS: a draft")
        terminal.wait_until_restored()
        gate.open()
        terminal.press("ctrl+c")
        terminal.wait_until("INTERRUPTED")
        terminal.type("written outside\r")
        terminal.wait_until(lambda text: "written outside" in text and "and the rest" in text and "HAS" not in text)
        assert modes(terminal) == before, "the terminal is textchat's again, as it was"
        assert (Path(environ["HOME"]) / "mode").read_text() == "600\n"
        assert (Path(environ["HOME"]) / "started").read_text() == "started\n"
        for order, sentence in (
            ("fail", "failed with exit code 3"),
            ("killed", "was ended by signal 9"),
            ("latin", "the file is not UTF-8"),
        ):
            edit(terminal, "written outside", order)
            terminal.wait_until(partial(says, sentence))
        terminal.type(F9 + "\t\t\t\t")
        terminal.wait_until("PARAMETERS")
        edit(terminal, "", "Be brief outside")
        terminal.wait_until(lambda text: "Be brief outside" in text and "PARAMETERS" in text and "HAS" not in text)
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
    assert not list(Path(environ["TMPDIR"]).glob("textchat-*/prompt.md")), "no file is left behind"


async def test_one_that_leaves_at_once_with_nothing_changed_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textchat.ui.bar.external.editing.AT_ONCE_S", 60.0)
    editor = OutsideEditor(dict(os.environ) | {"VISUAL": "true"}, nullcontext, 1000, lambda text: None)
    with pytest.raises(NotEditedError, match="true ended at once"):
        await editor.edit("a draft")


@needs_pty
def test_a_signal_meanwhile_ends_both_and_what_was_saved_last_is_kept(environ: dict[str, str]) -> None:
    with Terminal(TEXTCHAT, environ) as terminal:
        terminal.wait_until("demo/fast")
        terminal.type("typed before")
        terminal.wait_until("typed before")
        edit(terminal, "typed before", "hold")
        terminal.wait_until("SAVED")
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 143
        terminal.assert_restored()
    with closing(sqlite3.connect(paths.database(environ))) as database:
        assert database.execute("SELECT text FROM drafts").fetchall() == [("saved outside",)]


async def test_without_a_terminal_it_says_so(environ: dict[str, str]) -> None:
    async with open_app(environ) as (app, pilot):
        await pilot.press("h", "i", "alt+x")
        await wait_for(app, "work in a terminal only")
        assert screen_of(app).input_bar.text == "hi"


@pytest.mark.parametrize(
    ("variables", "command"),
    [
        ({"VISUAL": "one --wait", "EDITOR": "two"}, ["one", "--wait"]),
        ({"VISUAL": " ", "EDITOR": "two -c 'a b'"}, ["two", "-c", "a b"]),
        ({}, ["nano"]),
        ({"EDITOR": "missing -x"}, "EDITOR names missing, which was not found."),
        ({"EDITOR": "'two"}, "EDITOR has a quote without its end: 'two"),
        ({"PATH": ""}, "No editor found. Set VISUAL or EDITOR."),
    ],
)
def test_which_editor(tmp_path: Path, variables: dict[str, str], command: list[str] | str) -> None:
    for name in ("one", "two", "nano", "vi"):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o700)
    try:
        program, *arguments = editor_command({"PATH": str(tmp_path)} | variables)
    except NoEditorError as error:
        assert str(error) == command
    else:
        assert [Path(program).name, *arguments] == command
