"""Prints how the replies of a sweep spread: below the columns, below a Markdown document, or to standard error."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

from textchat.commands.output.sources import escaped_markdown
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import say
from textchat.core.conversation import Message
from textchat.core.sweeps.spread import spreads_of
from textchat.core.sweeps.spread_words import EXPLANATION, table_rows
from textchat.render.spread_lines import spread_lines

Replies = Iterable[tuple[str, str, Message]]
"""The name of a variant, the prompt, and the reply."""


def say_spread(replies: Replies) -> None:
    """Print the table to standard error."""
    for line in _lines(replies):
        say(line)


async def print_spread(replies: Replies) -> None:
    """Print the table to standard output, with an empty line before."""
    await Output().write("".join(f"{line}\n" for line in ("", *_lines(replies))))


async def print_markdown_spread(replies: Replies) -> None:
    """Print the table in Markdown to standard output, and what its figures mean."""
    headings, *rows = ([_cell(cell) for cell in row] for row in table_rows(spreads_of(replies)))
    rule = ["---", *("--:" for _ in headings[1:-1]), "---"]
    lines = "".join(f"| {' | '.join(row)} |\n" for row in (headings, rule, *rows))
    await Output().write(f"\n## Summary\n\n{lines}\n{EXPLANATION}\n")


def _lines(replies: Replies) -> list[str]:
    return spread_lines(spreads_of(replies), shutil.get_terminal_size().columns)


def _cell(text: str) -> str:
    return escaped_markdown(text)
