"""Standard output and error: exact bytes for a pipe, text without control sequences for a terminal."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import stat
import time
from collections.abc import AsyncGenerator, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from textchat.commands.output.terminal import STDOUT, OutputError, TerminalGone, has_colour, is_terminal
from textchat.core.text.sanitize import plain_line, visible

_UNSAFE_IN_LINE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Legal within JSON strings, but taken for line ends by some readers, obeyed by terminals, or not to be encoded."""
_OPEN_END = re.compile("(?:[\u061c\u115f\u200b\u200d-\u200f\ufe0f]|\U0001f3f4[\U000e0030-\U000e007a]{0,8})\\Z")
"""An end of text of which what follows decides whether it is seen: a joiner, a mark, a flag that is spelled out."""
_CONTEXT = 16
BLOCKED_S = 0.5
PIECE = 64 * 1024
"""Bytes of one write: as much as a pipe holds, so that a slow reader is not taken for one that takes nothing."""


_writing: dict[int, float] = {}
"""Descriptors that are being written to, and since when."""


def is_blocked() -> bool:
    """Whether a reader takes nothing, such as `less` that shows the first page: no write to it ends by itself."""
    return any(time.monotonic() - since > BLOCKED_S for since in list(_writing.values()))


def json_line(value: Mapping[str, Any]) -> str:
    """`value` as one line of JSON, with non-ASCII characters unescaped where that is safe."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE_IN_LINE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


class Visible:
    """Incremental form of `sanitize.visible`: an escape sequence that was cut is held until the rest has come."""

    def __init__(self) -> None:
        self._before = ""
        self._held = ""

    def feed(self, text: str) -> str:
        text = self._held + text
        found = _OPEN_END.search(text)
        self._held = "" if found is None else found[0]
        return self._shown(text[: len(text) - len(self._held)], self._held)

    def close(self) -> str:
        held, self._held = self._held, ""
        return self._shown(held)

    def _shown(self, text: str, behind: str = "") -> str:
        before, self._before = self._before, (self._before + text)[-_CONTEXT:]
        return visible(before + text + behind)[len(before) :][: len(text)]


class Output:
    """Standard output, unbuffered but for `together`. `write` runs in a thread: a slow reader delays no stream."""

    def __init__(self, descriptor: int = STDOUT) -> None:
        self._descriptor = descriptor
        self.is_terminal = is_terminal(descriptor)
        self.has_colour = has_colour(descriptor)
        self._visible = Visible() if self.is_terminal else None
        self._thread = ThreadPoolExecutor(1, "textchat-output")
        self.ends_with_newline = True
        self._gathered: list[str] = []
        self._gathering = 0

    @asynccontextmanager
    async def together(self) -> AsyncGenerator[None, None]:
        """What is written in the block goes out in one piece at its end: a turn of the thread takes 0.1 ms."""
        self._gathering += 1
        try:
            yield
        finally:
            self._gathering -= 1
            if not self._gathering:
                await self.flush()

    async def write(self, text: str) -> None:
        """Write text; raises BrokenPipeError if the reader has gone, OutputError if there is no space."""
        self._gathered.append(text)
        if not self._gathering:
            await self.flush()

    async def flush(self) -> None:
        """Write what was gathered; raises what `write` raises."""
        text = "".join(self._gathered)
        self._gathered.clear()
        if not text:
            return
        # Shielded: what was said to be written is written, whole and in order, also when the caller is cancelled.
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self.put, text))

    async def write_styled(self, text: str) -> None:
        """Write text of our own behind what was gathered, keeping its escape sequences; raises what `write` raises."""
        await self.flush()
        if text:
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self.put_styled, text))

    def put(self, text: str) -> None:
        """Like `write`, but synchronous and callable from any thread."""
        if self._visible is not None:
            text = self._visible.feed(text)
        self.put_styled(text)

    def put_styled(self, text: str) -> None:
        """Write text of our own, keeping its escape sequences."""
        if text:
            self.ends_with_newline = text.endswith("\n")
            self._put_bytes(text.encode("utf-8", "replace"))

    async def end(self) -> None:
        """Write what was held back; on a terminal, end the last line, so that the shell's prompt begins a new one."""
        await self.flush()
        if self._visible is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._end, self._visible)

    def _end(self, shown: Visible) -> None:
        self.put_styled(shown.close())
        if not self.ends_with_newline:
            self.put_styled("\n")

    def _put_bytes(self, data: bytes) -> None:
        waiting = memoryview(data)
        try:
            while waiting:
                _writing[self._descriptor] = time.monotonic()
                waiting = waiting[os.write(self._descriptor, waiting[:PIECE]) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            is_device = stat.S_ISCHR(os.fstat(self._descriptor).st_mode)
            if is_device and error.errno in (errno.EIO, errno.ENXIO):
                raise TerminalGone from error
            raise OutputError(f"Cannot write to standard output: {error.strerror}.") from error
        finally:
            _writing.pop(self._descriptor, None)


def table(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> str:
    """Format rows as columns, two spaces apart; those in `right` are aligned to the right.

    The last column is as long as it is. What the cells hold is made safe for a terminal.
    """
    from textchat.render.cells import width_of

    shown = [[plain_line(cell, 500) for cell in row] for row in rows]
    widths = [max(map(width_of, column)) for column in zip(*shown, strict=True)]
    lines = []
    for row in shown:
        cells = []
        for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
            gap = " " * (width - width_of(cell))
            cells.append(gap + cell if index in right else cell + gap)
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)
