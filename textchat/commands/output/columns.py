"""Draws a comparison on a terminal: side by side while replies grow, and whole in the scrollback at the end."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from textchat.commands.asking.takings import TakenPart
from textchat.commands.output.block_output import below
from textchat.commands.output.ending import ending_sentence, structure_sentence
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.streams import Output
from textchat.core.conversation import Message, Status
from textchat.core.events import PartReceived, ReasoningDelta, StreamEvent, TextDelta, TextWasReasoning
from textchat.core.figures.race import SEPARATOR, summary
from textchat.core.figures.reply_figures import Figure, figures_of
from textchat.core.figures.reply_state import state_of
from textchat.core.figures.shortfall import shortfall_of
from textchat.core.reply import Phase, Reply
from textchat.core.text.pretty_json import PrettyJson
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.render.cells import cut_middle, fitted, width_of
from textchat.render.markdown import Document
from textchat.render.styles import Styles
from textchat.signals import around_stops

if TYPE_CHECKING:
    from rich.console import Console

INTERVAL_S = 1 / 15
NARROWEST = 36
"""Cells of text below which fewer columns stand side by side."""
GAP = " │ "
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
_LOOK = re.compile("\x1b\\[[0-9;]*m")
CLEAR_LINE, CLEAR_BELOW = "\x1b[K", "\x1b[J"
"""Both erase from the cursor on."""


class _Pane:
    """One reply: its text laid out for the column, its heading and its figures."""

    def __init__(self, name: str, reply: Reply, styles: Styles, width: int) -> None:
        self.name = plain_name(name)
        self.reply = reply
        self._styles, self._width = styles, width
        self.document = Document(styles, width)
        self.thoughts = 0
        self._json = None if reply.parameters.schema is None else PrettyJson()
        self._has_fence = False

    def take(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text) if self._json is not None:
                fence = "" if self.reply.text.lstrip()[:1] not in ("{", "[") or self._has_fence else "```json\n"
                self._has_fence = self._has_fence or bool(fence)
                self.document.append(fence + self._json.feed(text))
            case TextDelta(text):
                self.document.append(text)
            case ReasoningDelta():
                self.thoughts += 1
            case TextWasReasoning():
                self.document = Document(self._styles, self._width)

    def foot(self, width: int) -> str:
        """The line below the text: the waiting state, or as many figures as fit."""
        state = state_of(self.reply)
        if not state.figures_count or not self.reply.has_begun:
            return f"{state.glyph} {state.word}"
        figures = figures_of(self.reply)
        is_whole = self.reply.status is Status.COMPLETE and shortfall_of(self.reply) is None
        is_ordinary = self.reply.phase is Phase.STREAMING or is_whole
        foot = state.glyph if is_ordinary else f"{state.glyph} {state.word} ·"
        for figure, unit in (
            (Figure.FIRST, ""),
            (Figure.SPEED, " tok/s"),
            (Figure.OUTPUT, " tokens"),
            (Figure.COST, ""),
        ):
            text = figures.text(figure)
            if text and width_of(longer := f"{foot} {text}{unit} ·") <= width + 2:
                foot = longer
        return foot.removesuffix(" ·")


class Columns:
    """Redraws the columns in place, at most 15 times a second, without the alternate screen."""

    def __init__(self, names: Sequence[str], files: PartFiles) -> None:
        from rich.console import Console

        self._names = names
        self._files = files
        self._out = Output()
        self._is_plain = not self._out.has_colour
        self._console: Console = Console(force_terminal=True, legacy_windows=False, color_system="standard")
        self._panes: list[_Pane] = []
        self._drawn: list[int] = []
        """Width of each line of the last frame, above the cursor."""
        self._clock: asyncio.Task[None] | None = None

    # -- what happens ------------------------------------------------------------------------------------------------

    async def begin(self, replies: Sequence[Reply], taken: Sequence[Sequence[TakenPart]]) -> None:
        styles = Styles.from_theme({}, dark=True, ansi=True)
        width = self._layout()[1]
        self._panes = [_Pane(name, reply, styles, width) for name, reply in zip(self._names, replies, strict=True)]
        self._out.put_styled(HIDE)
        self._clock = asyncio.create_task(self._tick())

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        for event in events:
            self._panes[pane].take(event)
            if isinstance(event, PartReceived):
                await self._files.take(pane, event.part)

    async def ended(self, pane: int, message: Message) -> None:
        self._panes[pane].document.finish()

    async def end(self, messages: Sequence[Message]) -> None:
        if self._clock is not None:
            self._clock.cancel()
        lines = list(self._lines(None))
        for pane, (name, message) in enumerate(zip(self._names, messages, strict=True)):
            told = [ending_sentence(message), structure_sentence(message), *below(message, pane, self._files)]
            lines += [f"{plain_name(name)}: {plain_line(line, 2_500)}" for line in told if line]
        if said := summary(messages, self._names):
            lines += _broken(plain_line(said, 500), shutil.get_terminal_size().columns)
        self._draw(lines)
        self._out.put_styled(SHOW)

    async def _tick(self) -> None:
        with around_stops(lambda: self._out.put_styled(SHOW), self._begin_below):
            try:
                while True:
                    _, rows = shutil.get_terminal_size()
                    self._draw(list(islice(self._lines(rows - 1), max(1, rows - 1))))
                    await asyncio.sleep(INTERVAL_S)
            finally:
                self._out.put_styled(SHOW)

    def _begin_below(self) -> None:
        """Go on after a stop: what the shell has written meanwhile stays, and the next frame begins below it."""
        self._drawn = []
        self._out.put_styled(HIDE)

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _layout(self) -> tuple[int, int]:
        """Number of columns side by side, and the width of each."""
        columns, _ = shutil.get_terminal_size()
        side_by_side = max(1, min(len(self._names), (columns + len(GAP)) // (NARROWEST + len(GAP))))
        return side_by_side, max(1, (columns - len(GAP) * (side_by_side - 1)) // side_by_side)

    def _lines(self, rows: int | None) -> Iterator[str]:
        """The lines of all panes; with `rows`, only the end of each answer, so that all fit."""
        side_by_side, width = self._layout()
        groups = [self._panes[at : at + side_by_side] for at in range(0, len(self._panes), side_by_side)]
        height = None if rows is None else max(0, rows // len(groups) - 2)
        for group in groups:
            for pane in group:
                pane.document.set_width(width)
            yield self._row(group, [self._words(cut_middle(pane.name, width), width, "1") for pane in group], width)
            tallest = max(pane.document.height for pane in group)
            for step in range(tallest if height is None else min(height, tallest)):
                yield self._row(group, [self._text(pane, step, height) for pane in group], width)
            yield self._row(group, [self._words(pane.foot(width), width, "2") for pane in group], width)

    def _text(self, pane: _Pane, step: int, height: int | None) -> str | None:
        """Line `step` of the visible part of the answer."""
        skipped = 0 if height is None else max(0, pane.document.height - height)
        y = skipped + step
        if y >= pane.document.height:
            return None
        strip = pane.document.line(y)
        return strip.text if self._is_plain else strip.render(self._console)

    def _row(self, group: Sequence[_Pane], cells: Sequence[str | None], width: int) -> str:
        return GAP.join(" " * width if cell is None else cell for cell in cells).rstrip()

    def _words(self, text: str, width: int, look: str) -> str:
        cell = fitted(text, width)
        return cell if self._is_plain else f"\x1b[{look}m{cell}\x1b[0m"

    def _draw(self, lines: Sequence[str]) -> None:
        """Overwrite the last frame: clearing it first would flicker, and fill the scrollback if it fills the screen."""
        columns, _ = shutil.get_terminal_size()
        # A terminal that has become narrower has broken the lines that were wider.
        rows = sum(max(1, -(-width // columns)) for width in self._drawn)
        up = f"\x1b[{rows}A" if rows else ""
        self._out.put_styled("".join([f"{up}\r", *(f"{CLEAR_LINE}{line}\n" for line in lines), CLEAR_BELOW]))
        self._drawn = [width_of(_LOOK.sub("", line)) for line in lines]


def _broken(summary: str, width: int) -> list[str]:
    """The lines of a summary: broken between its parts, and between the words of a part that is wider than a line."""
    lines = _filled(summary.split(SEPARATOR), SEPARATOR, width)
    return [shorter for line in lines for shorter in _filled(line.split(" "), " ", width)]


def _filled(pieces: Sequence[str], joint: str, width: int) -> list[str]:
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = f"{lines[-1]}{joint}{piece}"
        if width_of(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines
