"""The web server of `textchat serve`: textual-serve's own, one textchat for each page, with our page and our guard.

Messages of a page are those of textual-serve 1.1: `["stdin", text]`, `["resize", {"width": n, "height": n}]`,
`["ping", text]`, `["blur"]` and `["focus"]` (https://github.com/Textualize/textual-serve). Nothing is loaded from
elsewhere.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Awaitable, Callable
from importlib import resources
from string import Template
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from textchat.commands.serving.access import Access

MOST_PAGES = 16
"""Pages at a time: each is a program."""
MOST_COLUMNS, MOST_ROWS = 1_000, 500
LONGEST_MESSAGE = 16 << 20
"""Bytes: a paste, in JSON."""
USUAL_FONT_SIZE, FONT_SIZES = 16, range(6, 73)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ServedApp(AppService):
    """One textchat, in the surroundings of a browser's terminal."""

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        return environment | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class BrowserServer(Server):
    """Serves one page under the token, and the terminal behind it."""

    def __init__(self, access: Access) -> None:
        super().__init__(shlex.join((sys.executable, "-m", "textchat")), title="textchat")
        self._access = access
        self._pages = 0

    def application(self) -> web.Application:
        """The application for aiohttp."""
        app = web.Application(middlewares=[self._guarded])
        base = f"/{self._access.token}"
        app.add_routes(
            [
                web.get(f"{base}/", self._page),
                web.get(f"{base}/{{file:page.css|page.js}}", self._page_file),
                web.get(f"{base}/ws", self._terminal),
                web.static(f"{base}/static", self.statics_path),
                web.get("/download/{key}", self.handle_download),
            ]
        )
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = self._access.refusal(request.path, request.headers)
        if refusal is not None and not self._is_download(request):
            return web.Response(status=403, text=f"{refusal}\n", headers=_headers(request))
        return await handler(request)

    def _is_download(self, request: web.Request) -> bool:
        """A file that the app offers: its address is made by textual-serve and has a key of its own."""
        path = f"/{self._access.token}{request.path}"
        return request.path.startswith("/download/") and self._access.refusal(path, request.headers) is None

    async def _page(self, request: web.Request) -> web.Response:
        size = request.query.get("fontsize", "")
        is_size = size.isascii() and size.isdigit() and len(size) < 4 and int(size) in FONT_SIZES
        text = Template(_file("page.html")).substitute(
            socket=f"ws://{request.host}/{self._access.token}/ws", size=size if is_size else USUAL_FONT_SIZE
        )
        return web.Response(text=text, content_type="text/html", headers=_headers(request))

    async def _page_file(self, request: web.Request) -> web.Response:
        name = request.match_info["file"]
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return web.Response(text=_file(name), content_type=kind, headers=_headers(request))

    async def _terminal(self, request: web.Request) -> web.StreamResponse:
        """One page's terminal, for as long as its connection lasts."""
        if self._pages >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text=f"textchat serve has {MOST_PAGES} pages open: close one.\n")
        self._pages += 1
        try:
            return await self._connected(request)
        finally:
            self._pages -= 1

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=LONGEST_MESSAGE)
        await socket.prepare(request)

        async def close() -> None:
            await socket.close()

        app = ServedApp(
            self.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        columns, rows = _size(request.query.get("width"), request.query.get("height"))
        await app.start(columns, rows)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._obey(message.data, app, socket)
        finally:
            await app.stop()
        return socket

    async def _obey(self, text: str, app: AppService, socket: web.WebSocketResponse) -> None:
        """Pass one message of the page on; what is none is ignored."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        match message:
            case ["stdin", str(typed)]:
                await app.send_bytes(typed.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await app.set_terminal_size(*_size(width, height))
            case ["ping", str(sent)]:
                await socket.send_json(["pong", sent[:100]])
            case ["blur"]:
                await app.blur()
            case ["focus"]:
                await app.focus()


def _size(width: Any, height: Any) -> tuple[int, int]:
    """The size of a terminal in cells, as a page says it."""
    return _whole(width, 80, MOST_COLUMNS), _whole(height, 24, MOST_ROWS)


def _whole(value: Any, otherwise: int, most: int) -> int:
    is_number = isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit())
    return max(1, min(int(str(value)[:6]), most)) if is_number else otherwise


def _file(name: str) -> str:
    return resources.files("textchat.commands.serving").joinpath("page", name).read_text(encoding="utf-8")


def _headers(request: web.Request) -> dict[str, str]:
    """What keeps pages of others away from this one, and this one from loading anything of others."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"font-src 'self'; connect-src 'self' ws://{request.host}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
