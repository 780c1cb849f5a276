"""Asks the terminal how it shows pictures, behind the first paint and only once there is one to show.

It is asked what every terminal may be asked: its name and version (`CSI > q`), the size of a cell (`CSI 16 t`), and
last its attributes (`CSI c`), which all of them tell, in the order in which they were asked: what has not come by then
does not come. Only one that is known to draw pictures in placeholders is asked for kitty's protocol: others print the
question. The references are xterm's control sequences (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html) and
kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from textual.app import App

from textchat.core.configuration import PictureStyle
from textchat.render.pictures.canvas import BLOCKS, Canvas, PictureForm
from textchat.ui.terminal.reports import ask_terminal

_NAME, _NAMED = "\x1b[>q", r"\x1bP>\|(.{1,100})(?:\x1b\\|\x07|\x9c)"
_CELL, _SIZED = "\x1b[16t", r"\x1b\[6;(\d{1,3});(\d{1,3})t"
_ATTRIBUTES, _LISTED = "\x1b[c", r"\x1b\[\?([\d;]{1,100})c"
_KITTY, _KITTY_ANSWER = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\", r"\x1b_Gi=31;(OK|[^\x1b]{1,200})\x1b\\"
_SIXEL = "4"
"""The attribute of a terminal that draws sixels."""
_GRACE_S = 0.05
"""Between the last answer and those before it, which the reader's thread has given to the loop already."""
_USUAL_CELL = (10, 20)
_MULTIPLEXERS = ("tmux", "screen")
"""They draw no pictures themselves, or do not know whether the terminal behind them does."""


async def ask_canvas(app: App[Any], style: PictureStyle, environ: Mapping[str, str]) -> Canvas:
    """What the terminal of a running app is to be given; half blocks where it does not say that it takes more."""
    is_plain = app.console.color_system != "truecolor"  # a placeholder names its picture by an exact colour
    term = environ.get("TERM", "")
    if style in (PictureStyle.BLOCKS, PictureStyle.OFF) or is_plain or "TMUX" in environ or "STY" in environ:
        return BLOCKS
    if term in ("linux", "dumb") or term.startswith(_MULTIPLEXERS):
        return BLOCKS
    attributes, name, size = await _asked(app, (_NAME, _NAMED), (_CELL, _SIZED))
    if attributes is None or (name is not None and name[1].startswith(_MULTIPLEXERS)):
        return BLOCKS
    cell = (int(size[2]), int(size[1])) if size is not None and int(size[1]) and int(size[2]) else None
    if style is PictureStyle.KITTY or (
        style is PictureStyle.AUTO and name is not None and await _is_kitty(app, name[1])
    ):
        return Canvas(PictureForm.KITTY, cell or _USUAL_CELL)
    has_sixel = style is PictureStyle.SIXEL or _SIXEL in attributes[1].split(";")
    return Canvas(PictureForm.SIXEL, cell) if has_sixel and cell is not None else BLOCKS


async def _is_kitty(app: App[Any], name: str) -> bool:
    """Whether the terminal is one that draws pictures in placeholders, and does so now."""
    if not _has_placeholders(name):
        return False
    _, answer = await _asked(app, (_KITTY, _KITTY_ANSWER))
    return answer is not None and answer[1] == "OK"


def _has_placeholders(name: str) -> bool:
    """kitty has them since 0.28, Ghostty since its first; WezTerm and Konsole have the protocol without them."""
    if match := re.match(r"kitty\((\d{1,4})\.(\d{1,4})", name):
        return (int(match[1]), int(match[2])) >= (0, 28)
    return name.lower().startswith("ghostty")


async def _asked(app: App[Any], *questions: tuple[str, str]) -> list[re.Match[str] | None]:
    """The terminal's attributes, then the answers to the questions; all in one write."""
    waiting = [asyncio.create_task(ask_terminal(app, "", matching)) for _, matching in questions]
    await asyncio.sleep(0)  # each waits before it can be answered
    try:
        query = "".join(question for question, _ in questions) + _ATTRIBUTES
        attributes = await ask_terminal(app, query, _LISTED)
        if attributes is not None:
            await asyncio.wait(waiting, timeout=_GRACE_S)
        return [attributes, *(task.result() if task.done() else None for task in waiting)]
    finally:
        for task in waiting:
            task.cancel()
