"""The screen once nothing on it moves any more: what pictures are taken of."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.flow.screen import shown
from textchat.app import TextchatApp


async def at_rest(app: TextchatApp, pilot: Pilot[None]) -> str:
    """The text of the screen that has stayed the same for four looks."""
    pictures = [shown(app)]
    while len(pictures) < 4 or len(set(pictures[-4:])) > 1:
        await pilot.pause(0.02)
        pictures.append(shown(app))
        assert len(pictures) < 500, "it never comes to rest"
    return pictures[-1]
