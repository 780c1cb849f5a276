"""Shows decoded pictures in the best way of the terminal; it is asked with the first of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

from textchat.core.configuration import PictureStyle
from textchat.render.pictures.canvas import BLOCKS, Canvas, PictureForm
from textchat.render.pictures.picture import Picture
from textchat.ui.terminal.graphics.abilities import ask_canvas
from textchat.ui.terminal.graphics.kitty import KittyPictures
from textchat.ui.terminal.graphics.sixel import SixelPictures
from textchat.ui.terminal.graphics.writing import TerminalWriting


class TerminalPictures:
    """What lists of messages know of the terminal."""

    def __init__(
        self,
        screen: Screen[Any],
        style: Callable[[], PictureStyle],
        redraw: Callable[[], None],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """`style` is the setting as it is now; `redraw` draws anew all pictures that are shown."""
        self._screen = screen
        self._style = style
        self._environ = environ
        self._redraw = redraw
        self._asked: tuple[PictureStyle, Size] | None = None
        """The setting for which the terminal was asked, and its size then: a larger font makes a smaller window."""
        self._canvas = BLOCKS
        self._asking = asyncio.Lock()

    @property
    def _app(self) -> App[Any]:
        return self._screen.app

    @property
    def are_off(self) -> bool:
        """Whether no pictures are wanted."""
        return self._style() is PictureStyle.OFF

    async def canvas(self) -> Canvas:
        """What pictures are drawn on."""
        async with self._asking:
            asked = self._style(), self._app.size
            if asked != self._asked:
                self._canvas = await ask_canvas(self._app, asked[0], self._environ)
                self._asked = asked
        return self._canvas

    @property
    def known_canvas(self) -> Canvas:
        """The same without a question: half blocks until there is an answer."""
        return self._canvas

    async def shown(self, picture: Picture, form: PictureForm) -> Picture | None:
        """A picture that was decoded for this form as it is shown; None where half blocks have to do."""
        match form:
            case PictureForm.BLOCKS:
                return picture
            case PictureForm.KITTY:
                return await self._kitty.shown(picture) if self._kitty.takes(picture) else None
            case PictureForm.SIXEL:
                return self._sixel.shown(picture)

    @cached_property
    def _sixel(self) -> SixelPictures:
        return SixelPictures(self._screen, TerminalWriting(self._app), self._redraw)

    @cached_property
    def _kitty(self) -> KittyPictures:
        writing = TerminalWriting(self._app)
        kitty = KittyPictures(writing)
        writing.at_end(kitty.farewell)
        # Another program had the terminal: it has forgotten all.
        self._app.app_resume_signal.subscribe(self._app, lambda _: self._redraw(), immediate=True)
        return kitty
