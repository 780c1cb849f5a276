"""The app under Textual's pilot, and what a person would read on its screen."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot

from tests.servers.waiting import wait_until
from textchat.app import Opening, TextchatApp
from textchat.core.evaluation.opened_rows import OpenedRows
from textchat.live.conversation import LiveConversation
from textchat.ui.conversation.screen import ConversationScreen
from textchat.ui.panes.pane import PaneView


@asynccontextmanager
async def open_app(
    environ: dict[str, str],
    *,
    models: Sequence[str] = (),
    prompt: str | None = None,
    conversation_id: str | None = None,
    rows: OpenedRows | None = None,
    size: tuple[int, int] = (120, 40),
) -> AsyncGenerator[tuple[TextchatApp, Pilot[None]], None]:
    """The app as the command line would open it, its side effects all in `environ`'s folders."""
    app = TextchatApp(Opening(models, prompt, rows or conversation_id), environ)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = app.screen
        assert isinstance(screen, ConversationScreen)
        await wait_until(lambda: screen.is_built, "everything behind the first paint is there, and keys count")
        await pilot.pause()
        yield app, pilot


def screen_of(app: TextchatApp) -> ConversationScreen:
    """The conversation screen, also while a dialog stands above it."""
    return next(screen for screen in app.screen_stack if isinstance(screen, ConversationScreen))


def live_of(app: TextchatApp) -> LiveConversation:
    """The conversation that is shown."""
    return screen_of(app).parts.current.live


def views_of(app: TextchatApp) -> list[PaneView]:
    """The panes that are shown, in the order they were opened."""
    return list(screen_of(app).parts.pane_views.by_id.values())


def active_view(app: TextchatApp) -> PaneView:
    return screen_of(app).parts.pane_views.active


def shown(app: App[None]) -> str:
    """The text on the screen, line by line, all widgets in their places."""
    # Textual offers no public way to read the whole screen as text; this is the only place that reaches for it.
    # As when it paints: a dialog that does not know what lies behind it is drawn over nothing, and stays so.
    visible_screen_stack.set(app._background_screens)
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def words_shown(app: TextchatApp) -> str:
    """The words on the screen in one line, without frames: where a text wraps makes no difference."""
    return " ".join(re.sub(r"[\u2500-\u259f]", " ", shown(app)).split())


async def wait_for(app: TextchatApp, *texts: str) -> None:
    """Return once all texts stand on the screen; fails with the screen otherwise."""
    try:
        await wait_until(lambda: all(text in shown(app) for text in texts), f"the screen shows {texts}")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{shown(app)}") from None
