"""Status line of a reply that has not begun; erased with the first output; only on a terminal."""

from __future__ import annotations

import asyncio
import shutil

from textchat.commands.output.streams import Output
from textchat.core.figures.ending import waiting
from textchat.core.reply import Reply
from textchat.core.text.sanitize import plain_line

INTERVAL_S = 0.25
ERASE = "\r\x1b[K"


class WaitingLine:
    """Shows the place in the queue, dots while waiting, or the seconds until the next try."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._clock: asyncio.Task[None] | None = None

    def begin(self, reply: Reply) -> None:
        self._clock = asyncio.create_task(self._tick(reply))

    def end(self) -> None:
        """Erase the line permanently; later calls do nothing."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
            self._out.put_styled(ERASE)

    async def _tick(self, reply: Reply) -> None:
        while not reply.has_begun:
            columns, _ = shutil.get_terminal_size()
            self._out.put_styled(ERASE + _end_of(plain_line(waiting(reply), 500), columns - 1))
            await asyncio.sleep(INTERVAL_S)


def _end_of(line: str, width: int) -> str:
    """Cut the line to the width of the terminal, keeping its end: a line that wraps could not be erased."""
    from textchat.render.cells import graphemes, width_of

    if (left := width_of(line)) <= width:
        return line
    for _, end, cells in graphemes(line):
        left -= cells
        if left < width:
            return f"…{line[end:]}"
    return ""
