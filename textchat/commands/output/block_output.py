"""Writes a comparison as blocks in the order of panes: plain, as Markdown, or as differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textchat.commands.asking.takings import TakenPart
from textchat.commands.output.differences import told
from textchat.commands.output.ending import ending_sentence, figures_line, fits_schema, laid_out, structure_sentence
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.sources import address, escaped_markdown, markdown_sources, source_lines
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import say
from textchat.core.conversation import Message
from textchat.core.events import PartReceived, StreamEvent
from textchat.core.parts.part import MediaKind, Part
from textchat.core.reply import Reply
from textchat.core.text.fences import with_blocks_closed
from textchat.render.diff.comparison import diff

Block = Callable[[int, Message], str]
"""The block of one pane, by its number from 0."""


class BlockOutput:
    """Writes each block below its heading, as soon as its reply and all before it have ended."""

    def __init__(self, names: Sequence[str], files: PartFiles, block: Block, heading: str = "") -> None:
        self._names = names
        self._files = files
        self._block = block
        self._heading = heading
        self._out = Output()
        self._ended: dict[int, Message] = {}
        self._next = 0

    async def begin(self, replies: Sequence[Reply], taken: Sequence[Sequence[TakenPart]]) -> None:
        if self._heading:
            await self._out.write(self._heading)

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        """Write the files that have come; the block is written when its reply has ended."""
        for event in events:
            if isinstance(event, PartReceived):
                await self._files.take(pane, event.part)

    async def ended(self, pane: int, message: Message) -> None:
        for sentence in filter(None, (ending_sentence(message), structure_sentence(message))):
            say(f"{self._names[pane]}: {sentence}")
        self._ended[pane] = message
        # What is put out is taken out first: another answer may end while this one is written.
        while (whole := self._ended.pop(self._next, None)) is not None:
            number, self._next = self._next, self._next + 1
            await self._out.write(self._block(number, whole))

    async def end(self, messages: Sequence[Message]) -> None:
        await self._out.end()


def text_blocks(names: Sequence[str], files: PartFiles) -> BlockOutput:
    """For each reply its name, its unchanged text, its files, its sources and its figures.

    Text is JSON on lines of its own where it has the structure that was asked for.
    """

    def block(pane: int, message: Message) -> str:
        text = laid_out(message)
        gap = "" if text.endswith("\n") or not text else "\n"
        above = "\n" if pane else ""
        more = "".join(f"{line}\n" for line in below(message, pane, files))
        return f"{above}=== {names[pane]} ===\n{text}{gap}{more}--- {figures_line(message)}\n"

    return BlockOutput(names, files, block)


def below(message: Message, pane: int, files: PartFiles) -> list[str]:
    """The lines below the text of a reply: its files and its sources."""
    lines = (files.line(part, path) for part, path in files.written(pane, message))
    return [*lines, *source_lines(message.citations)]


def markdown_blocks(names: Sequence[str], files: PartFiles, prompt: str) -> BlockOutput:
    """The prompt as a block quote, then each answer below a heading."""

    def block(pane: int, message: Message) -> str:
        is_json = fits_schema(message)
        text = f"```json\n{laid_out(message)}\n```" if is_json else with_blocks_closed(message.text).rstrip()
        written = files.written(pane, message)
        lines = "".join(f"- {_markdown_part(part, path, files)}\n" for part, path in written)
        pieces = (text if message.text.strip() else "", lines, markdown_sources(message.citations))
        body = "".join(f"{piece.rstrip()}\n\n" for piece in pieces if piece)
        return f"\n## {names[pane]}\n\n{body}*{figures_line(message)}*\n"

    quoted = "\n".join(f"> {line}".rstrip() for line in prompt.split("\n"))
    return BlockOutput(names, files, block, f"{quoted}\n")


def _markdown_part(part: Part, path: str | None, files: PartFiles) -> str:
    """A picture that was written somewhere as itself, another file as its line."""
    if path is None or part.kind is not MediaKind.PICTURE:
        return escaped_markdown(files.line(part, path))
    return f"![{escaped_markdown(part.name)}](<{address(path)}>)"


def difference_blocks(names: Sequence[str], files: PartFiles) -> BlockOutput:
    """The first answer, then each other one as its differences from the first."""
    base: list[str] = []

    def block(pane: int, message: Message) -> str:
        text = laid_out(message)
        more = "".join(f"{line}\n" for line in below(message, pane, files))
        if not base:
            base.append(text)
            return f"=== {names[0]} ===\n{text.rstrip(chr(10))}\n{more}--- {figures_line(message)}\n"
        is_same = text == base[0]
        found = diff(base[0], text)
        body = "(the same text)" if is_same else told(found)
        moved = f" {found.moved} moved (↑ ↓)" if found.moved else ""
        head = f"=== {names[pane]}, compared with {names[0]} ==={moved}"
        return f"\n{head}\n{body.rstrip(chr(10))}\n{more}--- {figures_line(message)}\n"

    return BlockOutput(names, files, block)
