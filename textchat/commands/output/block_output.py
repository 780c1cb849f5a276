"""Writes a comparison as blocks in the order of panes: plain, as Markdown, or as differences."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.commands.output.differences import differences
from textchat.commands.output.ending import ending_sentence, figures_line
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import say
from textchat.core.conversation import Message, Status
from textchat.core.events import StreamEvent
from textchat.core.reply import Reply
from textchat.core.text.fences import with_fence_closed


class _InOrder:
    """Writes each block as soon as its reply and all before it have ended."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.out = Output()
        self._ended: dict[int, Message] = {}
        self._next = 0

    def block(self, pane: int, message: Message) -> str:
        raise NotImplementedError

    async def begin(self, replies: Sequence[Reply]) -> None:
        """No-op: nothing is written before the first block."""

    async def take(self, pane: int, event: StreamEvent) -> None:
        """No-op: a block is written whole."""

    async def ended(self, pane: int, message: Message) -> None:
        if message.status is not Status.CANCELLED and (sentence := ending_sentence(message)):
            say(f"{self.names[pane]}: {sentence}")
        self._ended[pane] = message
        # What is put out is taken out first: another answer may end while this one is written.
        while (whole := self._ended.pop(self._next, None)) is not None:
            number, self._next = self._next, self._next + 1
            await self.out.write(self.block(number, whole))

    async def end(self, messages: Sequence[Message]) -> None:
        await self.out.end()


class TextBlocks(_InOrder):
    """The name, the text as it is, the figures."""

    def block(self, pane: int, message: Message) -> str:
        gap = "" if message.text.endswith("\n") or not message.text else "\n"
        above = "\n" if pane else ""
        return f"{above}=== {self.names[pane]} ===\n{message.text}{gap}--- {figures_line(message)}\n"


class MarkdownBlocks(_InOrder):
    """The prompt as a quotation, then each answer below its heading."""

    def __init__(self, names: Sequence[str], prompt: str) -> None:
        super().__init__(names)
        self._prompt = prompt

    async def begin(self, replies: Sequence[Reply]) -> None:
        quoted = "\n".join(f"> {line}".rstrip() for line in self._prompt.split("\n"))
        await self.out.write(f"{quoted}\n")

    def block(self, pane: int, message: Message) -> str:
        text = f"{with_fence_closed(message.text).rstrip()}\n\n" if message.text.strip() else ""
        return f"\n## {self.names[pane]}\n\n{text}*{figures_line(message)}*\n"


class Differences(_InOrder):
    """The first answer, then each other one as what it leaves out of the first and adds to it."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self._base: Message | None = None

    def block(self, pane: int, message: Message) -> str:
        above = "\n" if pane else ""
        if self._base is None:
            self._base = message
            head, body = f"=== {self.names[0]} ===", message.text
        else:
            head = f"=== {self.names[pane]}, compared with {self.names[0]} ==="
            is_same = message.text == self._base.text
            body = "(the same text)" if is_same else differences(self._base.text, message.text)
        return f"{above}{head}\n{body.rstrip(chr(10))}\n--- {figures_line(message)}\n"
