"""Files, pictures and long pastes go with a prompt: each way in, the chips, and the ways back."""

from __future__ import annotations

import json
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.flow.comparing import environment_for, open_ready, settled
from tests.flow.screen import live_of, screen_of, shown, wait_for, words_shown
from tests.flow.terminal import TEXTCHAT, Terminal, isolated_environment
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.core.conversation import Message
from textchat.core.parts.draft import Draft
from textchat.ui.attaching.files.reading import FileReader, Found
from textchat.ui.messages import ConversationChosen

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x3c\0\0\0\x28" + bytes(20)
LONG = "\n".join(f"line {number}" for number in range(1, 61))


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        server.say("m1", "answer")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, desk: Path, tmp_path: Path) -> dict[str, str]:
    return environment_for(server, tmp_path / "home")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is worked in, with a few files."""
    folder = tmp_path / "desk"
    for name, data in {"src/main.py": b"main", "src/util.py": b"util", "my notes.md": b"notes", "red.png": PNG}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    monkeypatch.chdir(folder)
    return folder


def bar_of(app: TextchatApp) -> Draft:
    return screen_of(app).input_bar.draft


async def paste(app: TextchatApp, pilot: Pilot[None], text: str) -> None:
    app.post_message(events.Paste(text))
    await pilot.pause()


async def sent(app: TextchatApp, number: int) -> Message:
    """The prompt with this number, once its reply has ended."""

    def prompts() -> list[Message]:
        return [message for message in live_of(app).conversation.messages.values() if message.is_prompt]

    await wait_until(lambda: len(prompts()) >= number, f"prompt {number} is sent")
    await settled(app)
    return prompts()[number - 1]


def names(draft: Draft | Message) -> list[tuple[str, int]]:
    return [(part.name, part.offset) for part in draft.parts]


async def test_files_are_completed_pasted_removed_and_sent(environ: dict[str, str], server: OpenAIServer) -> None:
    async with open_ready(environ, models=["local/m1"], size=(80, 24)) as (app, pilot):
        await pilot.press(*"see @")
        await wait_for(app, "src/", "2 files · 8 B", "my notes.md", "red.png")
        await pilot.press(*"ma")
        await wait_until(lambda: "red.png" not in shown(app), "only what fits is offered")
        await pilot.press("tab")
        await wait_for(app, "main.py · text · 4 B · ~1 token ✕")
        assert names(bar_of(app)) == [("main.py", 16)] and bar_of(app).text == "see @src/main.py "
        await pilot.press("ctrl+z")
        assert bar_of(app) == Draft("see @ma"), "an undo takes the text and the file back"
        await pilot.press("escape")
        await wait_until(lambda: "src/main.py" not in shown(app), "Escape closes the list")
        await pilot.press("ctrl+u")
        # A file with a blank in its name, a pattern, a folder gone into by Tab and taken as a whole by Enter.
        for typed, offer, keys in (
            ("@note", "my notes.md  ", ["tab"]),
            ("@src/m*", "1 file · 4 B", ["enter"]),
            ("@s", "2 files · 8 B", ["tab", "enter"]),
        ):
            await pilot.press(*typed)
            await wait_for(app, offer)
            await pilot.press(*keys)
        await wait_for(app, "src/ · 2 files · 8 B · ~2 tokens")
        assert bar_of(app).text == '@"my notes.md" @src/m* @src/ '
        assert [part.name for part in bar_of(app).parts] == ["my notes.md", "main.py", "src/main.py", "src/util.py"]
        await pilot.press("enter")
        prompt = await sent(app, 1)
        assert names(prompt) == [("my notes.md", 14), ("main.py", 22), ("src/main.py", 28), ("src/util.py", 28)]
        assert "✕" not in shown(app) and "notes" in json.dumps(server.requests[-1].json["messages"])


async def test_pasted_paths_and_long_pastes_become_chips(environ: dict[str, str], desk: Path) -> None:
    async with open_ready(environ, models=["local/m1"], size=(80, 24)) as (app, pilot):
        pasted = shlex.join([str(desk / "red.png"), str(desk / "my notes.md")])
        await pilot.press(*"say ")
        await paste(app, pilot, pasted)
        await wait_for(app, "red.png · picture · 44 B · ~255 tokens", "my notes.md · text")
        assert (bar_of(app).text, names(bar_of(app))) == ("say ", [("red.png", 4), ("my notes.md", 4)])
        await pilot.press("ctrl+z")
        assert bar_of(app) == Draft(f"say {pasted}"), "an undo brings the text back"
        await pilot.press("ctrl+u")
        for text in ("see /etc/passwd", str(desk / "missing"), "/dev/null"):
            await paste(app, pilot, text)
            await app.workers.wait_for_complete([each for each in app.workers if each.group == "edits"])
            assert bar_of(app) == Draft(text), "what is no file stays text"
            await pilot.press("ctrl+u")
        await pilot.press(*"x")
        await paste(app, pilot, LONG)
        await wait_for(app, "Pasted text · 60 lines · ~")
        assert screen_of(app).input_bar.text == "x" and bar_of(app).text == f"x\n{LONG}"
        await pilot.press("alt+l", "enter")
        assert screen_of(app).input_bar.text == f"x{LONG}", "opened, it is text"
        await pilot.press("ctrl+z")
        await paste(app, pilot, LONG)
        await pilot.press("ctrl+z")
        assert screen_of(app).input_bar.text == f"x{LONG}", "so it is undone"
        await pilot.press("ctrl+z")
        await paste(app, pilot, LONG)
        await pilot.press("enter")
        assert (await sent(app, 1)).text == f"x\n{LONG}"


async def test_chips_are_removed_come_back_and_follow_their_prompt(
    environ: dict[str, str], server: OpenAIServer, desk: Path
) -> None:
    gate = Gate()
    server.script("m1", gate, "answer")
    async with open_ready(environ, models=["local/m1"], size=(80, 24)) as (app, pilot):
        for name in ("src/main.py", "red.png", "my notes.md"):
            await paste(app, pilot, str(desk / name))
        await wait_for(app, "main.py", "red.png", "my notes.md")
        await pilot.press("backspace")
        await wait_for(app, "Removed my notes.md. Alt+U undoes this.")
        await pilot.press("alt+u")
        await wait_for(app, "Brought back my notes.md.", "my notes.md · text")
        await pilot.press("alt+l", "left", "delete", "escape")
        await wait_until(lambda: "red.png" not in shown(app), "a key removes the one that is chosen")
        assert await pilot.click("ChipRow", offset=(2 + len("main.py · text · 4 B · ~1 token "), 0))
        await wait_until(lambda: "main.py" not in words_shown(app).partition("PROMPT")[2], "a click on the cross, too")
        await pilot.press("enter")
        await server.until_requests(1)
        await paste(app, pilot, str(desk / "red.png"))
        await wait_for(app, "red.png · picture")
        await pilot.press(*"wait", "enter")
        await wait_for(app, "wait + red.png")
        assert live_of(app).conversation.title == "my notes.md"
        await paste(app, pilot, str(desk / "src/util.py"))
        await wait_for(app, "util.py · text")
        await pilot.press(*"next", "alt+up")
        await wait_for(app, "red.png · picture")
        assert (bar_of(app).text, names(bar_of(app))) == ("wait\nnext", [("red.png", 0), ("util.py", 5)])
        await pilot.press("alt+u")
        await wait_until(lambda: len(live_of(app).queue) == 1, "it waits again")
        assert names(bar_of(app)) == [("util.py", 0)], "and nothing of it is left in the input bar"
        await pilot.press("ctrl+u", "backspace")
        gate.open()
        assert names(await sent(app, 1)) == [("my notes.md", 0)], "without text it is a prompt, too"
        assert names(await sent(app, 2)) == [("red.png", 0)]
        await pilot.press("up")
        await wait_for(app, "red.png · picture")
        await pilot.press("down", "up", "up")
        await wait_for(app, "my notes.md · text")
        assert bar_of(app).text == ""
        await pilot.press("ctrl+n")
        await wait_until(lambda: not live_of(app).conversation.messages, "a new conversation")
        assert bar_of(app) == Draft()


async def test_a_prompt_that_waits_for_its_file_stays_where_it_was_written(
    environ: dict[str, str], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the program does not lose it, and it is never sent in another conversation."""
    may_read, read = threading.Event(), FileReader.read

    def read_late(reader: FileReader, path: str, room: int) -> Found:
        may_read.wait(20)
        return read(reader, path, room)

    monkeypatch.setattr(FileReader, "read", read_late)
    text = "second @src/main.py please"
    async with open_ready(environ, models=["local/m1"]) as (app, pilot):
        await pilot.press(*"first", "enter")
        await sent(app, 1)
        first = live_of(app).conversation.id
        await pilot.press("ctrl+n")
        await wait_until(lambda: not live_of(app).conversation.messages, "a new conversation")
        await paste(app, pilot, text)
        app.post_message(events.Key("enter", "\r"))
        await wait_until(lambda: not screen_of(app).input_bar.text, "it waits for its file")
        screen_of(app).post_message(ConversationChosen(first))
        await wait_until(lambda: live_of(app).conversation.id == first, "the first one is shown")
        may_read.set()
        await app.workers.wait_for_complete([each for each in app.workers if each.group == "edits"])
        assert len(live_of(app).conversation.messages) == 2 and bar_of(app) == Draft()
    may_read.clear()
    async with open_ready(environ, models=["local/m1"]) as (app, _):
        assert bar_of(app) == Draft(text)
        app.post_message(events.Key("enter", "\r"))
        await wait_until(lambda: not screen_of(app).input_bar.text, "it waits once more")
    may_read.set()
    async with open_ready(environ, models=["local/m1"]) as (app, _):
        assert bar_of(app) == Draft(text)


async def test_a_prompt_is_edited_with_its_files(environ: dict[str, str], desk: Path) -> None:
    async with open_ready(environ, models=["local/m1"], size=(80, 24)) as (app, pilot):
        await paste(app, pilot, str(desk / "red.png"))
        await pilot.press(*"look", "enter")
        assert names(await sent(app, 1)) == [("red.png", 0)], "Enter waits until the file is read"
        await pilot.press("shift+tab", "k", "e")
        await wait_for(app, "Edit the prompt and send it again", "red.png · picture", "attach")
        await pilot.press(*" @util", "tab")
        await wait_for(app, "util.py · text")
        await pilot.press("enter")
        assert names(await sent(app, 2)) == [("red.png", 0), ("util.py", 17)]
        await pilot.press("k", "e")
        await wait_for(app, "util.py · text")
        await pilot.press("alt+l", "left", "delete", "escape", "enter")
        assert names(await sent(app, 3)) == [("util.py", 17)]


async def test_what_names_a_file_is_attached_when_it_is_sent(environ: dict[str, str], desk: Path) -> None:
    """Also where nobody has waited for the list; any other `@` is text."""
    (desk / ".env").write_text("a key")
    text = f"Is @src/main.py right, @alice? `@my` @.env @{desk}/red.png @../desk/red.png ?"
    async with open_ready(environ, models=["local/m1"]) as (app, pilot):
        await pilot.press(*"@ma", "tab")
        await wait_for(app, "main.py · text")
        await pilot.press("ctrl+z", "ctrl+u")  # it is attached once more where it is written once more
        await paste(app, pilot, text)
        await pilot.press("enter")
        prompt = await sent(app, 1)
        assert (prompt.text, names(prompt)) == (text, [("main.py", 15)])


async def test_chips_say_who_does_not_take_them_and_leave_room_for_the_rest(
    environ: dict[str, str], desk: Path
) -> None:
    (desk / "a.zip").write_bytes(b"PK\x03\x04\x00...")
    for number in range(40):
        (desk / f"file-{number}.txt").write_text("x")
    async with open_ready(environ, models=["local/m1"], size=(80, 24)) as (app, pilot):
        await paste(app, pilot, str(desk / "a.zip"))
        await wait_for(app, "a.zip · file · 8 B · not by m1")
        await paste(app, pilot, "\n".join(str(desk / f"file-{number}.txt") for number in range(40)))
        await wait_for(app, "file-39.txt", "more")
        rows = app.screen.query("ChipRow").first()
        assert rows.size.height == 3 and all(len(line) <= 80 for line in shown(app).splitlines())


# -- in a terminal ---------------------------------------------------------------------------------------------------

CONFIG = """
[providers.one]
protocol = "openai"
base_url = "{url}/v1"
[providers.two]
protocol = "anthropic"
base_url = "{url}"
api_key_env = "KEY"
[providers.three]
protocol = "gemini"
base_url = "{url}"
api_key_env = "KEY"
"""


class ThreeProtocols(LoopbackServer):
    """Answers chat completions, Anthropic's messages and Gemini's with one word each."""

    async def answer(self, exchange: Exchange) -> None:
        path = exchange.request.path
        events: list[dict[str, Any]]
        if "chat/completions" in path:
            events = [{"choices": [{"index": 0, "delta": {"content": "first"}, "finish_reason": "stop"}]}]
        elif path.endswith("/messages"):
            start = {"type": "message_start", "message": {"usage": {"input_tokens": 1, "output_tokens": 1}}}
            block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "second"}}
            end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}
            events = [start, block, end, {"type": "message_stop"}]
        else:
            content = {"role": "model", "parts": [{"text": "third"}]}
            events = [{"candidates": [{"content": content, "finishReason": "STOP"}]}]
        body = "".join(f"event: {each.get('type', 'message')}\ndata: {json.dumps(each)}\n\n" for each in events)
        await exchange.reply(200, body.encode(), {"Content-Type": "text/event-stream"})


def test_each_pane_gets_what_was_attached_in_three_ways(tmp_path: Path, desk: Path) -> None:
    (tmp_path / "shot").write_bytes(PNG)
    (tmp_path / "bin").mkdir()
    stub = tmp_path / "bin" / "wl-paste"
    stub.write_text(f'#!/bin/sh\ncase "$*" in *types*) echo image/png;; *) cat "{tmp_path}/shot";; esac\n')
    stub.chmod(0o755)
    with ThreeProtocols() as server:
        environ = isolated_environment(tmp_path / "home", KEY="k", WAYLAND_DISPLAY="w")
        environ["HOME"] = str(desk)  # where the program starts
        environ["PATH"] = f"{tmp_path / 'bin'}:{environ.get('PATH', '/usr/bin:/bin')}"
        config = paths.config_file(environ)
        config.parent.mkdir(parents=True)
        config.write_text(CONFIG.format(url=server.url))
        models = ("-m", "one/m1", "-m", "two/m2", "-m", "three/m3")
        with Terminal((*TEXTCHAT, *models), environ, columns=120, rows=40) as terminal:
            terminal.wait_until("three/m3")
            terminal.type("Compare @mai")
            terminal.wait_until("src/main.py")
            terminal.press("tab")
            terminal.wait_until("main.py · text")
            terminal.paste(f"'{desk / 'my notes.md'}'")
            terminal.wait_until("my notes.md · text")
            terminal.send(b"\x1bi")
            terminal.wait_until("picture-1.png · picture")
            terminal.send(b"\x1a")
            terminal.wait_until(lambda text: "picture-1" not in text)
            assert "Compare @src/main.py" in terminal.text, "an undo of the picture leaves what was typed"
            terminal.send(b"\x1bi")
            terminal.wait_until("picture-2.png · picture")
            terminal.press("enter")
            terminal.wait_until(lambda text: all(word in text for word in ("first", "second", "third")))
            terminal.press("ctrl+q")
            assert terminal.wait_for_exit() == 0
        bodies = {request.path.split("?")[0]: json.dumps(request.json) for request in server.requests}
        assert len(bodies) == 3
        picture = "iVBORw0KGgoAAAANSUhEUgAAADwAAAAo"
        assert all(text in body for body in bodies.values() for text in ("Compare @src/main.py", "notes", picture))
        assert "data:image/png;base64," in bodies["/v1/chat/completions"]
        assert '"media_type": "image/png"' in next(body for path, body in bodies.items() if path.endswith("messages"))
        assert '"inlineData"' in next(body for path, body in bodies.items() if "GenerateContent" in path)
