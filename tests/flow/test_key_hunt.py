"""A run through all that textchat does, against servers that repeat the key wherever they can: it is nowhere."""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.commands.program import Program
from tests.flow.screen import live_of, open_app, shown, wait_for
from tests.flow.terminal import isolated_environment
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.strange.wire import data
from tests.servers.waiting import wait_until
from textchat.core.text.secrets import MASK

KEYS = {
    "env": "sk-proj-Env+Key/of~the_hunt-3847561029",
    "command": "sk-Command-aB3dE5gH7jK9-of-the-hunt",
    "header": "Header.Key.0f.The.Hunt.77120934",
    "url": "Url-Password-0f-The-Hunt-5521",
}


def forms(key: str) -> Iterator[bytes]:
    """What is looked for: the key, and whatever it can be had back from."""
    yield from (key.encode(), key[::-1].encode(), quote(key, safe="").encode(), key.encode().hex().encode())
    for before in ("", "x", "xx"):
        coded = base64.b64encode(f"{before}{key}".encode()).decode()
        yield coded[4:-4].encode()


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(character):04x}" for character in text)


class Repeating(LoopbackServer):
    """Repeats whatever secret comes with a request: in headers, lists, refusals, pages, and all over its replies."""

    async def answer(self, exchange: Exchange) -> None:
        key = next((key for key in KEYS.values() if key in str(self.sent(exchange))), "")
        assert key, exchange.request.headers
        headers = {"X-Echo": key, "X-Request-Id": key, "Set-Cookie": f"key={key}"}
        model = exchange.request.json["model"] if exchange.request.body else "list"
        match model:
            case "list":
                models = [{"id": name} for name in ("m", "bad", "page", "moved", f"x-{key}")]
                await exchange.reply(200, json.dumps({"data": models, "note": key}).encode(), headers)
            case "bad":
                words = f"Bad key {escaped(key)} {key} {quote(key)} {key[::-1]}"
                said = f'{{"error": {{"message": "{words}", "code": "{key}"}}}}'
                await exchange.reply(400, said.encode(), headers)
            case "page":
                await exchange.reply(200, f"<title>{key}</title>".encode(), {**headers, "Content-Type": "text/html"})
            case "moved":
                await exchange.reply(307, b"", {**headers, "Location": f"http://127.0.0.1:1/{key}?key={key}"})
            case _:
                await exchange.head(200, {**headers, "Content-Type": "text/event-stream"})
                for piece in pieces(key):
                    await exchange.send(piece)
                await exchange.end()

    @staticmethod
    def sent(exchange: Exchange) -> list[str]:
        headers = exchange.request.headers
        basic = headers.get("authorization", "").removeprefix("Basic ")
        return [
            *headers.values(),
            base64.b64decode(basic).decode() if basic != headers.get("authorization", "") else "",
        ]


def pieces(key: str) -> Iterator[bytes]:
    """A reply full of the key, in many spellings and cuts."""
    yield f": {key}\n\nevent: {key}\nid: {key}\n".encode()
    told = [key, f"`{key}`", key[:7], key[7:], quote(key, safe=""), base64.b64encode(key.encode()).decode(), key[::-1]]
    told.append(base64.b64encode(f"user:{key}".encode()).decode())
    for word in told:
        yield delta({"content": word}, id=key, model=key)
    for character in key:
        yield delta({"reasoning_content": character, "content": character})
    yield delta({"content": "KEY"}).replace(b"KEY", escaped(key).encode())
    half = escaped(key).encode()
    yield from (b'data: {"choices": [{"delta": {"content": "' + half[:33], half[33:] + b'"}}]}\n\n')
    call = {"index": 0, "id": key, "function": {"name": key, "arguments": json.dumps({"key": key})}}
    yield delta({"tool_calls": [call]})
    yield data({"choices": [{"delta": {}, "finish_reason": key}]})
    yield data({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, key: key}, "error": None})
    yield b"data: [DONE]\n\n"


def delta(delta: dict[str, object], **more: str) -> bytes:
    return data({"choices": [{"index": 0, "delta": delta}], **more})


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    with Repeating() as server:
        program = Program(isolated_environment(tmp_path / "home", HUNT_KEY=KEYS["env"], WITH=KEYS["command"]))
        command = json.dumps([sys.executable, "-c", "import os; print(os.environ['WITH'])"])
        address = f"127.0.0.1:{server.port}/v1"
        providers = {
            "env": f'base_url = "http://{address}"\napi_key_env = "HUNT_KEY"',
            "command": f'base_url = "http://{address}"\napi_key_command = {command}',
            "header": f'base_url = "http://{address}"\nheaders = {{ "X-Api-Key" = "{KEYS["header"]}" }}',
            "url": f'base_url = "http://user:{KEYS["url"]}@{address}"',
        }
        program.configure(
            "\n".join(
                f'[providers.{name}]\nprotocol = "openai"\n{text}\nretries = 0\n' for name, text in providers.items()
            )
        )
        program.config.chmod(0o600)
        yield program


def hunt(where: str, content: bytes) -> list[str]:
    """Where a key is, as it stands and with JSON's escapes undone."""
    plain = re.sub(rb"\\u00([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), content)
    return [
        f"{name} in {where}: {form!r}"
        for name, key in KEYS.items()
        for form in forms(key)
        if form.lower() in content.lower() or form.lower() in plain.lower()
    ]


def test_commands_show_and_keep_no_key(program: Program) -> None:
    said: dict[str, bytes] = {}

    def run(*words: str) -> str:
        ran = program.run(*words, code=None)
        said[" ".join(words)] = (ran.out + ran.errors).encode()
        assert ran.code in (0, 1, 2), ran
        return ran.out

    run("ask", "-m", "url/m", "--json", "--stats", "--save", "--record", "recording.jsonl", "hi")
    for model in ("env/bad", "command/moved"):
        run("ask", "-m", model, "--save", "hi")
    models = [word for name in KEYS for word in ("-m", f"{name}/m")]
    run("compare", *models, "--save", "--results", "results.jsonl", "hi")
    run("models")
    run("config", "show")
    for kind in ("md", "html", "json"):
        run("conversations", "export", "--all", "-o", f"all.{kind}")
    found = [each for words, text in said.items() for each in hunt(words, text)]
    assert not found + files(program), "\n".join(found + files(program))


async def test_the_app_shows_and_keeps_no_key(program: Program) -> None:
    def fail() -> None:
        raise RuntimeError(f"never before: {KEYS}")

    pictures: list[str] = []
    models = ["env/m", "url/m"]
    with pytest.raises(RuntimeError):
        async with open_app(program.environment, models=models, prompt="hi", size=(200, 50)) as (app, pilot):
            await wait_until(
                lambda: len(live_of(app).conversation.messages) == 3 and not live_of(app).is_busy, "replies"
            )
            pictures.append(app.export_screenshot())
            await pilot.press("shift+tab", "i")
            await wait_for(app, "Trace")
            for _ in range(2):
                pictures.append(shown(app))
                await pilot.press("pagedown")
            await pilot.press("s")
            recordings = program.home.rglob("*.jsonl")
            await wait_until(lambda: any(recordings), "a recording")
            pictures.append(shown(app))
            await pilot.press("escape")
            app.call_later(fail)
            await wait_until(lambda: app.end.crash is not None, "it has failed")
    (said,) = app.end.last_words(is_orderly=app.has_closed)
    assert MASK in pictures[0]
    found = [each for number, picture in enumerate(pictures) for each in hunt(f"picture {number}", picture.encode())]
    found += hunt("the last words", said.encode())
    assert not found + files(program), "\n".join(found + files(program))


def files(program: Program) -> list[str]:
    made = [file for file in program.home.rglob("*") if file.is_file() and file != program.config]
    return [each for file in made for each in hunt(str(file), file.read_bytes())]
