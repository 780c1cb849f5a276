"""Writes a comparison as blocks in the order of panes: plain, as Markdown, or as differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textchat.commands.output.differences import told
from textchat.commands.output.ending import ending_sentence, figures_line
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import say
from textchat.core.conversation import Message
from textchat.core.events import StreamEvent
from textchat.core.reply import Reply
from textchat.core.text.fences import with_blocks_closed
from textchat.render.diff.comparison import diff

Block = Callable[[int, Message], str]
"""The block of one pane, by its number from 0."""


class BlockOutput:
    """Writes each block below its heading, as soon as its reply and all before it have ended."""

    def __init__(self, names: Sequence[str], block: Block, heading: str = "") -> None:
        self._names = names
        self._block = block
        self._heading = heading
        self._out = Output()
        self._ended: dict[int, Message] = {}
        self._next = 0

    async def begin(self, replies: Sequence[Reply]) -> None:
        if self._heading:
            await self._out.write(self._heading)

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        """No-op: a block is written when its reply has ended."""

    async def ended(self, pane: int, message: Message) -> None:
        if sentence := ending_sentence(message):
            say(f"{self._names[pane]}: {sentence}")
        self._ended[pane] = message
        # What is put out is taken out first: another answer may end while this one is written.
        while (whole := self._ended.pop(self._next, None)) is not None:
            number, self._next = self._next, self._next + 1
            await self._out.write(self._block(number, whole))

    async def end(self, messages: Sequence[Message]) -> None:
        await self._out.end()


def text_blocks(names: Sequence[str]) -> BlockOutput:
    """For each reply its name, its unchanged text and its figures."""

    def block(pane: int, message: Message) -> str:
        gap = "" if message.text.endswith("\n") or not message.text else "\n"
        above = "\n" if pane else ""
        return f"{above}=== {names[pane]} ===\n{message.text}{gap}--- {figures_line(message)}\n"

    return BlockOutput(names, block)


def markdown_blocks(names: Sequence[str], prompt: str) -> BlockOutput:
    """The prompt as a block quote, then each answer below a heading."""

    def block(pane: int, message: Message) -> str:
        text = f"{with_blocks_closed(message.text).rstrip()}\n\n" if message.text.strip() else ""
        return f"\n## {names[pane]}\n\n{text}*{figures_line(message)}*\n"

    quoted = "\n".join(f"> {line}".rstrip() for line in prompt.split("\n"))
    return BlockOutput(names, block, f"{quoted}\n")


def difference_blocks(names: Sequence[str]) -> BlockOutput:
    """The first answer, then each other one as its differences from the first."""
    base: list[Message] = []

    def block(pane: int, message: Message) -> str:
        if not base:
            base.append(message)
            return f"=== {names[0]} ===\n{message.text.rstrip(chr(10))}\n--- {figures_line(message)}\n"
        is_same = message.text == base[0].text
        found = diff(base[0].text, message.text)
        body = "(the same text)" if is_same else told(found)
        moved = f" {found.moved} moved (↑ ↓)" if found.moved else ""
        head = f"=== {names[pane]}, compared with {names[0]} ==={moved}"
        return f"\n{head}\n{body.rstrip(chr(10))}\n--- {figures_line(message)}\n"

    return BlockOutput(names, block)
