"""`textchat serve`: who is let in, what a page gets, how it ends; and the same in a browser, where there is one."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.commands.program import Program
from tests.flow.terminal import PATIENCE_S, isolated_environment

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")

from textchat.commands.serving.access import Access  # noqa: E402

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
BROWSER = os.environ.get("TEXTCHAT_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
TOKEN = "t" * 32


@asynccontextmanager
async def serving(home: Path, *words: str) -> AsyncGenerator[tuple[str, asyncio.subprocess.Process]]:
    """textchat serve at a free port, and its link."""
    environment = isolated_environment(home, TEXTCHAT_DEMO_SPEED="0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "textchat", "serve", "--port", "0", *words),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        link = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).decode().strip()
        assert link, await process.stderr.read()
        yield link, process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


# -- who is let in -----------------------------------------------------------------------------------------------------

OWN = {"Host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("path", "headers", "is_let_in"),
    [
        (f"/{TOKEN}/", OWN, True),
        (f"/{TOKEN}/", {"Host": "localhost:8000"}, True),
        (f"/{TOKEN}/", {"Host": "[::1]:8000"}, True),
        ("/", OWN, False),
        (f"/{TOKEN[1:]}/", OWN, False),
        ("/\u00fc/", OWN, False),
        (f"/{TOKEN}/", {"Host": "rebound.example:8000"}, False),
        (f"/{TOKEN}/", {"Host": "192.168.1.20:8000"}, False),
        (f"/{TOKEN}/", {"Host": "127.0.0.1:x"}, False),
        (f"/{TOKEN}/", {"Host": "[::1"}, False),
        (f"/{TOKEN}/", {}, False),
        (f"/{TOKEN}/ws", OWN | {"Upgrade": "websocket", "Origin": "http://127.0.0.1:8000"}, True),
        (f"/{TOKEN}/ws", OWN | {"Upgrade": "websocket", "Origin": "http://127.0.0.1:9000"}, False),
        (f"/{TOKEN}/ws", OWN | {"Upgrade": "websocket", "Origin": "https://other.example"}, False),
        (f"/{TOKEN}/ws", OWN | {"Upgrade": "websocket", "Origin": "null"}, False),
        (f"/{TOKEN}/ws", OWN | {"Upgrade": "websocket"}, False),
    ],
)
def test_only_the_link_opens_it(path: str, headers: dict[str, str], is_let_in: bool) -> None:
    assert (Access(False, token=TOKEN).refusal(path, headers) is None) == is_let_in


def test_a_public_one_is_known_by_addresses_and_its_own_names() -> None:
    access = Access(True, ("box", "box.local"), TOKEN)
    let_in = [
        host
        for host in ("192.168.1.20:8000", "[2001:db8::1]:8000", "box:8000", "box.local", "other.example:8000")
        if access.refusal(f"/{TOKEN}/", {"Host": host}) is None
    ]
    assert let_in == ["192.168.1.20:8000", "[2001:db8::1]:8000", "box:8000", "box.local"]


def test_another_address_needs_the_flag_that_says_what_it_means(program: Program) -> None:
    for host in ("0.0.0.0", "192.168.1.20", "::", "box"):
        error = program.run("serve", "--host", host, code=2).error
        assert "reads all conversations" in error and "--public" in error
    assert "more than 65535" in program.run("serve", "--port", "65536", code=2).error
    assert "Cannot listen on 203.0.113.1" in program.run("serve", "--host", "203.0.113.1", "--public", code=1).error


# -- what a page gets --------------------------------------------------------------------------------------------------


async def test_a_page_is_typed_into_and_answered(tmp_path: Path) -> None:
    async with serving(tmp_path) as (link, process), aiohttp.ClientSession() as client:
        base = link.partition("/" + link.split("/")[3])[0]
        async with client.get(link) as page:
            text, policy = await page.text(), page.headers["Content-Security-Policy"]
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "nothing is loaded from elsewhere"
        assert policy.startswith("default-src 'none'")
        for file in ("page.css", "page.js", "static/js/textual.js", "static/css/xterm.css"):
            async with client.get(link + file) as found:
                assert found.status == 200
        for wrong in (base, f"{base}/static/js/textual.js", f"{link}static/", f"{link}static/../server.py"):
            async with client.get(wrong) as refused:
                assert refused.status in (403, 404)

        async with client.ws_connect(f"{link}ws?width=90&height=30", headers={"Origin": base}) as socket:
            await read_until(socket, b"demo/fast")
            for nonsense in ("x", "[", "[" * 100_000, '["resize",{"width":"x"}]', '["stdin","\\ud800"]', '["quit"]'):
                await socket.send_str(nonsense)
            await socket.send_json(["resize", {"width": 10**9, "height": -1}])
            await socket.send_json(["resize", {"width": 90, "height": 30}])
            await socket.send_json(["stdin", "Hello"])
            await read_until(socket, b"Hello")
            await socket.send_json(["stdin", "\r"])
            await read_until(socket, b"done")
            process.send_signal(signal.SIGTERM)
            async for _ in socket:  # until it is closed
                pass
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 128 + signal.SIGTERM
        assert process.stderr is not None and b"Traceback" not in await process.stderr.read()


async def read_until(socket: Any, text: bytes) -> None:
    seen = b""
    async with asyncio.timeout(PATIENCE_S):
        while text not in seen:
            message = await socket.receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), (message, seen[-500:])
            seen += message.data if message.type == aiohttp.WSMsgType.BINARY else b""


def test_it_is_ended_also_in_a_shells_background(tmp_path: Path) -> None:
    """There SIGINT is ignored, by which the other signals end a command."""
    command = f"trap '' INT; exec {sys.executable} -m textchat serve --port 0"
    environment = isolated_environment(tmp_path)
    with subprocess.Popen(["sh", "-c", command], env=environment, stdout=subprocess.PIPE, stderr=-3) as process:
        try:
            assert process.stdout is not None and process.stdout.readline().startswith(b"http://127.0.0.1:")
            process.terminate()
            assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
        finally:
            process.kill()


# -- in a browser ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here; TEXTCHAT_CHROMIUM may name one")
async def test_in_chromium(tmp_path: Path) -> None:
    """Speaks the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""
    async with serving(tmp_path / "home") as (link, _), browser_page(tmp_path / "browser") as (call, events):
        for domain in ("Page", "Network", "Runtime"):
            await call(f"{domain}.enable")
        await call("Page.navigate", url=link)
        await shown(call, "document.body?.classList.contains('-first-byte')")
        await shown(call, "document.activeElement?.className === 'xterm-helper-textarea'")
        await call("Input.insertText", text="Hello")
        await call("Input.dispatchKeyEvent", type="rawKeyDown", key="Enter", code="Enter", windowsVirtualKeyCode=13)
        await asyncio.wait_for(stored(tmp_path / "home"), PATIENCE_S)
        picture = base64.b64decode((await call("Page.captureScreenshot"))["data"])
        if folder := os.environ.get("TEXTCHAT_PICTURES"):
            await asyncio.to_thread(Path(folder, "browser.png").write_bytes, picture)
        assert picture.startswith(b"\x89PNG") and len(picture) > 10_000
        asked = [
            event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"
        ]
        assert asked and all(address.startswith(link) for address in asked), "nothing is loaded from elsewhere"
        assert not [event for event in events if event["method"] == "Runtime.exceptionThrown"]


async def stored(home: Path) -> None:
    """Wait until a reply is stored in the only conversation."""
    environment = isolated_environment(home)
    while True:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "textchat", "conversations", "search", "scripted", "--json"),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if (await process.communicate())[0].strip():
            return


async def shown(call: Any, condition: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (await call("Runtime.evaluate", expression=condition))["result"].get("value"):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def browser_page(profile: Path) -> AsyncGenerator[tuple[Any, list[dict[str, Any]]]]:
    """A page of a new browser: a function that calls a method, and the events so far."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--window-size=1000,600")
    process = await asyncio.create_subprocess_exec(
        BROWSER or "",
        *(*options, f"--user-data-dir={profile}", "about:blank"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as client:
            while not (port := profile / "DevToolsActivePort").is_file() or not port.read_text().strip():
                await asyncio.sleep(0.05)
            async with client.get(f"http://127.0.0.1:{port.read_text().split()[0]}/json") as found:
                address = next(each for each in await found.json() if each["type"] == "page")["webSocketDebuggerUrl"]
            async with client.ws_connect(address, max_msg_size=0) as socket:
                events: list[dict[str, Any]] = []
                numbers = count(1)

                async def call(method: str, **parameters: Any) -> Any:
                    await socket.send_json({"id": (number := next(numbers)), "method": method, "params": parameters})
                    while True:
                        message = json.loads((await socket.receive()).data)
                        if message.get("id") == number:
                            return message["result"]
                        events.append(message)

                yield call, events
    finally:
        process.kill()
        await process.wait()
