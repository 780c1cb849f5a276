"""Lists the sources of a reply below it, under the numbers that they have in the app."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from textchat.core.parts.citation import Citation
from textchat.core.text.sanitize import plain_line, plain_name

MOST = 100
"""Sources that are listed; `--json` has all."""
_LONGEST_ADDRESS = 2_000


def markdown_sources(citations: Sequence[Citation]) -> str:
    """The sources as a numbered list of links; empty for none."""
    return "".join(
        f"{number}. [{escaped_markdown(citation.title or citation.url)}](<{address(citation.url)}>)\n"
        for number, citation in enumerate(citations, start=1)
    )


def escaped_markdown(text: str) -> str:
    """Foreign text on one line, with nothing in it that Markdown obeys."""
    return re.sub(r"([\\`*_\[\]<>&!#|~$])", r"\\\1", plain_line(text, 500))


def address(url: str) -> str:
    """An address within `<>`: what could end it is written as a percentage."""
    return re.sub(r"[<>\\\s]", lambda found: f"%{ord(found[0]):02X}", plain_name(url, _LONGEST_ADDRESS))


def source_lines(citations: Sequence[Citation]) -> Iterator[str]:
    """One line for each source: `[1] Title · https://…`."""
    for number, citation in enumerate(citations[:MOST], start=1):
        title = f"{plain_line(citation.title)} · " if citation.title else ""
        yield f"[{number}] {title}{plain_name(citation.url, _LONGEST_ADDRESS)}"
    if len(citations) > MOST:
        yield f"{len(citations) - MOST:,} more sources."
