"""Draws a picture as half blocks of two colours a cell, or for a terminal's own way; decoded in another process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from textchat.core.limits import PICTURE, PICTURE_S, quantity
from textchat.render.pictures.canvas import BLOCKS, Canvas, PictureForm
from textchat.render.pictures.child import UNREADABLE

CELL_BYTES = 250
"""What a drawn cell takes: a segment, and its share of styles."""
_CHILD = "from textchat.render.pictures.child import main; main()"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture, or why there is none."""

    lines: Sequence[Strip] = ()
    problem: str = ""
    """A sentence."""
    cells: tuple[int, int] = (0, 0)
    """Columns and rows."""
    sent: bytes = b""
    """What the terminal is sent to show it, as long as it is not kept there."""
    held: object = None
    """What the terminal keeps of it; it is let go of with the picture."""

    @property
    def bytes(self) -> int:
        """About how much it takes."""
        return sum(line.cell_length for line in self.lines) * CELL_BYTES + len(self.sent)


def can_draw() -> bool:
    """Whether the library for it is installed."""
    return find_spec("textual_image") is not None


async def draw_picture(data: bytes, columns: int, rows: int, ground: str, canvas: Canvas = BLOCKS) -> Picture:
    """Draw a picture in at most `columns` and `rows`, on a ground of the colour `#rrggbb`."""
    if len(data) > PICTURE.most:
        return Picture(problem=f"Too large to draw: more than {quantity(PICTURE.most, PICTURE.unit)}.")
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", _CHILD, str(columns), str(rows), ground, canvas.form, *map(str, canvas.cell)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return Picture(problem=f"Cannot be drawn: {error.strerror or error}.")
    try:
        async with asyncio.timeout(PICTURE_S.most):
            output, _ = await process.communicate(data)
    except TimeoutError:
        return Picture(problem=f"Cannot be drawn: decoding took more than {PICTURE_S.told}.")
    finally:
        if process.returncode is None:
            await _end(process)
    return await asyncio.to_thread(_picture_from, output, canvas.form)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


def _picture_from(output: bytes, form: PictureForm = PictureForm.BLOCKS) -> Picture:
    """The picture that the process has told of."""
    head, _, drawn = output.partition(b"\n")
    try:
        told = json.loads(head)
        if problem := told.get("problem"):
            return Picture(problem=str(problem))
        columns, rows = int(told["columns"]), int(told["rows"])
    except (ValueError, KeyError, AttributeError):
        return Picture(problem=UNREADABLE)
    size = 0 if form is PictureForm.KITTY else columns * rows * 6
    if len(drawn) < size or (len(drawn) == size) != (form is PictureForm.BLOCKS):
        return Picture(problem=UNREADABLE)
    lines = [_line(drawn[at : at + columns * 6], columns) for at in range(0, size, columns * 6)]
    return Picture(lines, cells=(columns, rows), sent=drawn[size:])


def _line(colours: bytes, columns: int) -> Strip:
    cells = [(colours[at : at + 3], colours[at + 3 : at + 6]) for at in range(0, columns * 6, 6)]
    segments: list[Segment] = []
    start = 0
    for at in range(1, columns + 1):
        if at == columns or cells[at] != cells[start]:
            segments.append(Segment("▀" * (at - start), _style(*cells[start])))
            start = at
    return Strip(segments, columns)


@lru_cache(maxsize=4096)
def _style(upper: bytes, lower: bytes) -> Style:
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))
