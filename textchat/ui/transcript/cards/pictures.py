"""Draws the pictures of all lists, one after the other and apart from the interface; keeps none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from textchat.core.figures.media.picture_size import size_of
from textchat.core.parts.part import MediaKind, Part
from textchat.core.store_error import StoreError
from textchat.render.pictures.canvas import BLOCKS
from textchat.render.pictures.picture import Picture, can_draw, draw_picture

if TYPE_CHECKING:
    from textchat.ui.terminal.graphics.terminal_pictures import TerminalPictures

NO_LIBRARY = "To see pictures here: pip install 'textchat-llm[images]'"
LoadContent: TypeAlias = Callable[[Part], Coroutine[Any, Any, bytes]]
"""Gives the content of a part, wherever it is kept; raises StoreError, or ValueError where nobody has it."""


class Wanted(NamedTuple):
    """A picture as it is to be drawn."""

    digest: str
    columns: int
    rows: int
    ground: str


class Waiting(NamedTuple):
    """Who waits for a picture."""

    done: Callable[[Picture], None]
    is_waiting: Callable[[], bool]


class Pictures:
    """Loads, measures and draws pictures in turn; who wants the same one gets the same."""

    def __init__(
        self,
        load: LoadContent,
        run: Callable[[Coroutine[Any, Any, None]], object],
        *,
        rows: Callable[[], int],
        has_colour: Callable[[], bool],
        terminal: TerminalPictures | None = None,
    ) -> None:
        """`run` runs work beside the interface, `rows` says how high a picture may be at the most.

        Without a `terminal`, all are half blocks.
        """
        self._load = load
        self._run = run
        self._rows = rows
        self._has_colour = has_colour
        self._terminal = terminal
        self._waiting: dict[Wanted, list[Waiting]] = {}
        self._turn = asyncio.Lock()
        self._can_draw: bool | None = None
        self._hinted = ""
        """The digest of the picture whose card says what is missing."""

    @property
    def rows(self) -> int:
        """Rows of the highest picture."""
        return max(1, self._rows())

    @property
    def are_drawn(self) -> bool:
        """Whether pictures can and may be drawn: without colours they cannot."""
        if self._can_draw is None:
            self._can_draw = can_draw()
        return self._can_draw and self._has_colour() and not self._are_off

    @property
    def _are_off(self) -> bool:
        return self._terminal is not None and self._terminal.are_off

    def cells_of(self, size: tuple[int, int], columns: int) -> tuple[int, int]:
        """The columns and rows of a picture of so many pixels, as far as is known now."""
        canvas = BLOCKS if self._terminal is None else self._terminal.known_canvas
        return canvas.fitting(*size, columns, self.rows)

    def hint(self, part: Part) -> str:
        """What is missing to draw a picture; said of one alone."""
        if self.are_drawn or self._are_off or not self._has_colour():
            return ""
        self._hinted = self._hinted or part.digest
        return NO_LIBRARY if self._hinted == part.digest else ""

    def want(self, part: Part, columns: int, ground: str, waiting: Waiting) -> None:
        """Draw a picture some time soon, for who waits for it; without the library, only its size is found out."""
        wanted = Wanted(part.digest, columns, self.rows, ground)
        if (others := self._waiting.get(wanted)) is not None:
            others.append(waiting)
            return
        self._waiting[wanted] = [waiting]
        self._run(self._draw(part, wanted))

    async def _draw(self, part: Part, wanted: Wanted) -> None:
        try:
            async with self._turn:
                if not any(each.is_waiting() for each in self._waiting[wanted]):
                    del self._waiting[wanted]  # while a terminal is resized, each width asks for every picture
                    return
                picture = await self._drawn(part, wanted)
        except asyncio.CancelledError:  # the screen is closed: nobody waits any more
            del self._waiting[wanted]
            raise
        for each in self._waiting.pop(wanted):
            each.done(picture)

    async def _drawn(self, part: Part, wanted: Wanted) -> Picture:
        try:
            data = await self._load(part)
        except (StoreError, ValueError):
            return Picture(problem="Its content cannot be read.")
        size_of(part.with_data(data))  # now it is known
        if not self.are_drawn:
            return Picture()
        if self._terminal is not None:
            canvas = await self._terminal.canvas()
            picture = await draw_picture(data, *wanted[1:], canvas)
            if picture.problem:
                return picture
            if (shown := await self._terminal.shown(picture, canvas.form)) is not None:
                return shown
        return await draw_picture(data, *wanted[1:], BLOCKS)


def is_picture(part: Part) -> bool:
    """Whether a part may be drawn: SVG is a program for a browser."""
    return part.kind is MediaKind.PICTURE and "svg" not in part.media_type and bool(part.digest)
