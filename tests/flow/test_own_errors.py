"""An error of textchat itself: the reply says so, the log has where it was raised, and nobody's words."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.flow.screen import open_app, screen_of, shown, wait_for
from tests.flow.terminal import isolated_environment
from tests.servers.waiting import wait_until
from textchat.config import paths
from textchat.core.events import StreamEvent, TextDelta
from textchat.core.provider import Request, StreamTap
from textchat.providers.http.client import HttpProvider
from textchat.ui.conversation.actions.panes import PaneActions

BROKEN = """
import sys
from textchat.cli import main
from textchat.core.events import TextDelta
from textchat.providers.http.client import HttpProvider

async def stream(self, request, tap=None):
    yield TextDelta("Some ")
    raise RuntimeError(f"never before: {request.messages}")

HttpProvider.stream = stream
sys.exit(main(sys.argv[1:]))
"""
"""textchat with an error of its own: no server's answer is known to lead to one."""


def ask(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", BROKEN, *words, "a prompt of mine"]
    return subprocess.run(line, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)


def check_log(text: str) -> None:
    assert "RuntimeError" in text and " in stream" in text and "in run_reply" in text
    assert "never before" not in text and "of mine" not in text


@pytest.mark.parametrize("command", [("ask",), ("compare", "-m", "demo/careful")])
def test_a_command_ends_as_after_any_failure_and_names_the_log(tmp_path: Path, command: tuple[str, ...]) -> None:
    environment = isolated_environment(tmp_path / "home")
    ran = ask(environment, *command, "--json", "-m", "demo/fast")
    ends = [line for line in map(json.loads, ran.stdout.splitlines()) if line["type"] == "end"]
    log = paths.log_file(environment)
    assert [(end["status"], end["text"]) for end in ends] == [("failed", "Some ")] * (len(command) // 2 + 1)
    assert all(f"the log has the details ({log})." in end["error"]["message"] for end in ends)
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False)
    check_log(log.read_text())


def test_no_log_is_named_that_cannot_be_written(tmp_path: Path) -> None:
    environment = isolated_environment(tmp_path / "home")
    Path(environment["XDG_STATE_HOME"]).write_text("no folder")
    ran = ask(environment, "ask", "-m", "demo/fast")
    assert (ran.returncode, ran.stdout) == (1, "Some ")
    assert ran.stderr.strip().endswith("textchat hit an internal error; the log could not be written.")


async def test_the_app_names_the_log_where_the_details_are(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stream(
        self: HttpProvider, request: Request, tap: StreamTap | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        yield TextDelta("Some ")
        raise RuntimeError(f"never before: {request.messages}")

    monkeypatch.setattr(HttpProvider, "stream", stream)
    async with open_app(environment) as (app, pilot):
        await wait_for(app, "demo/fast")
        await pilot.press(*"mine", "enter")
        await wait_for(app, "textchat hit an internal error", "the log has the details")
        assert "Some" in shown(app)
    check_log(paths.log_file(environment).read_text())


async def test_an_error_of_ours_is_in_the_log_whoever_made_it(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail_later(*_: object) -> None:
        raise RuntimeError("later words")

    def fail_at_once(*_: object) -> None:
        raise RuntimeError("words at once")

    log = paths.log_file(environment)
    monkeypatch.setattr(PaneActions, "keep", fail_later)
    monkeypatch.setattr(PaneActions, "duplicate", fail_at_once)
    monkeypatch.setattr("textchat.live.connecting.model_lists.ModelLists.of", fail_later)
    async with open_app(environment) as (app, _):
        for action, place in (("pane.keep", "fail_later"), ("pane.duplicate", "fail_at_once"), ("pane.add", "_ask")):
            await app.run_action(f"screen.run('{action}')", screen_of(app))
            await wait_until(lambda place=place: log.exists() and f" in {place}" in log.read_text(), action)  # type: ignore[misc]
            await wait_for(app, "textchat itself failed here")
            assert str(log).replace("\n", "") in [*app._notifications][-1].message
        assert " words" not in log.read_text() and app.is_running
