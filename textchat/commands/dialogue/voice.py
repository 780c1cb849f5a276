"""What the dialogue says: whole lines and pieces of replies, one after the other, never over what was said before."""

from __future__ import annotations

from textchat.commands.output.streams import Output, Visible
from textchat.core.text.sanitize import plain_line, visible

LONGEST_LINE = 4_000
"""Characters of a sentence or a name in it; replies have no limit."""


class Voice:
    """Standard output without colours and control sequences; text from elsewhere is made safe to print."""

    def __init__(self) -> None:
        self._out = Output()
        self._shown = Visible()

    async def say(self, sentence: str) -> None:
        """Print a line of our own, on a line by itself."""
        await self.end_line()
        await self._out.write_styled(f"{plain_line(sentence, LONGEST_LINE)}\n")

    async def read_out(self, text: str) -> None:
        """Print a text that has ended, with all its lines."""
        await self.end_line()
        await self._out.write_styled(visible(text))
        await self.end_line()

    async def pass_on(self, piece: str) -> None:
        """Print a piece of a text that goes on."""
        await self._out.write_styled(self._shown.feed(piece))

    async def end_line(self) -> None:
        """End the line that a text has begun."""
        await self._out.write_styled(self._shown.close())
        if not self._out.ends_with_newline:
            await self._out.write_styled("\n")

    def say_now(self, sentence: str) -> None:
        """As `say`, outside of the event loop."""
        gap = "" if self._out.ends_with_newline else "\n"
        self._out.put_styled(f"{gap}{plain_line(sentence, LONGEST_LINE)}\n")

    def prompt(self, words: str) -> None:
        """Print what stands before a typed line."""
        self._out.put_styled(words)

    def echo(self, line: str) -> None:
        """Print a line that no terminal has shown."""
        self._out.put_styled(f"{visible(line)}\n")

    def line_was_typed(self) -> None:
        """Note that the terminal has shown the end of a line."""
        self._out.ends_with_newline = True
