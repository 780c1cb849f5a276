"""What the tests of comparisons share: a scripted server in the settings, panes by number, and the stored tree."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.flow.screen import live_of, open_app, screen_of, views_of
from tests.flow.terminal import isolated_environment
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import wait_until
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.core.conversation import Conversation
from textchat.store.history import History
from textchat.ui.panes.pane import PaneView
from textchat.ui.transcript.message_list import MessageList


def environment_for(server: OpenAIServer, home: Path, *, provider: str = "", more: str = "") -> dict[str, str]:
    """A machine whose settings know `server` as `local`; `provider` goes into its table, `more` below it."""
    environ = isolated_environment(home)
    config = paths.config_file(environ)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        f'[providers.local]\nprotocol = "openai"\nbase_url = "{server.base_url}"\nretries = 0\n{provider}\n{more}\n'
    )
    return environ


@asynccontextmanager
async def open_ready(environ: dict[str, str], **options: Any) -> AsyncGenerator[tuple[TextchatApp, Pilot[None]], None]:
    """`open_app`, once all of the screen is there and its keys count."""
    async with open_app(environ, **options) as (app, pilot):
        await wait_until(lambda: screen_of(app).is_built, "the screen is built")
        await pilot.pause()
        yield app, pilot


def pane(app: TextchatApp, number: int) -> PaneView:
    """The pane with this number, from 1."""
    return screen_of(app).parts.pane_views.by_id[live_of(app).conversation.panes[number - 1].id]


def messages(app: TextchatApp, number: int) -> MessageList:
    return pane(app, number).message_list


def top_line(app: TextchatApp, number: int) -> str:
    """The first line in the window of a pane."""
    return messages(app, number).render_line(0).text.strip()


async def settled(app: TextchatApp) -> None:
    """No reply grows, nothing waits to be stored, and the screen shows the end of it."""
    live = live_of(app)
    await wait_until(lambda: not live.is_busy, "all replies are stored")
    await wait_until(lambda: all(view.reply_id is None for view in views_of(app)), "the panes show it")


async def stored(environ: dict[str, str], conversation_id: str | None = None) -> Conversation:
    """The newest conversation, or the one with this id, as another program would read it."""
    history = History.open(paths.database(environ))
    wanted = conversation_id or await history.newest()
    assert wanted is not None
    found = await history.load(wanted)
    await history.aclose()
    assert found is not None
    return found


def tree(conversation: Conversation) -> list[str]:
    """All messages, one row each: depth by `> `, who, status if not complete, text."""
    rows: list[str] = []

    def walk(ids: Iterable[str], depth: int) -> None:
        for id_ in ids:
            message = conversation.messages[id_]
            who = message.model or message.role.value
            status = "" if message.status == "complete" else f" {message.status.value}"
            rows.append(f"{'> ' * depth}{who}{status}: {message.text}")
            walk(conversation.children(id_), depth + 1)

    walk(conversation.children(None), 0)
    return rows
