"""`textchat serve`: the app in a browser."""

from __future__ import annotations

import asyncio
import errno
import sys
from argparse import Namespace
from importlib.util import find_spec
from typing import TYPE_CHECKING

from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import OutputError, say
from textchat.commands.serving.access import Access, is_loopback, own_names
from textchat.core.errors import ConfigurationError
from textchat.core.text.sanitize import plain_name

if TYPE_CHECKING:
    from aiohttp import web

PATIENCE_S = 3.0
"""How long open pages may take to end."""
MOST_PORT = 65_535


def run(arguments: Namespace) -> int:
    """Serve until Ctrl+C or a signal. Raises ConfigurationError, OutputError and BrokenPipeError."""
    host: str = arguments.host
    is_public = not is_loopback(host)
    if arguments.port > MOST_PORT:
        raise ConfigurationError(f"--port {arguments.port} is more than {MOST_PORT}.")
    if is_public and not arguments.public:
        raise ConfigurationError(
            f"--host {plain_name(host, 60)} lets other machines in: whoever has the link reads all conversations and "
            "uses the keys of this account, over a connection without encryption. Add --public if you want that."
        )
    if find_spec("textual_serve") is None:
        raise ConfigurationError("textchat serve needs its extra: pip install 'textchat-llm[serve]'.")
    if sys.platform == "win32":
        raise ConfigurationError("textchat serve does not run on Windows.")
    asyncio.run(_serve(host, arguments.port, Access(is_public, own_names() if is_public else ())))
    return 0


async def _serve(host: str, port: int, access: Access) -> None:
    from aiohttp import web

    from textchat.commands.serving.server import BrowserServer

    runner = web.AppRunner(BrowserServer(access).application(), access_log=None, shutdown_timeout=PATIENCE_S)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        number = runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        Output().put(f"http://{shown}:{number}/{access.token}/\n")
        if access.is_public:
            say("Other machines can open this link. Whoever has it reads all conversations and uses your keys.")
        say("Open the link in a browser. Each page is a textchat of this account. Ctrl+C ends it.")
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    from aiohttp import web

    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OutputError(f"Port {port} is in use. Choose another with --port.") from error
        raise OutputError(
            f"Cannot listen on {plain_name(host, 60)}, port {port}: {error.strerror or error}."
        ) from error
