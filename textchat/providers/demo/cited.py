"""Takes the marks of sources out of a scripted text, and remembers what they cite."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

SOURCES = (
    ("https://textual.textualize.io/", "Textual"),
    ("https://www.sqlite.org/wal.html", "Write-Ahead Logging"),
)
"""What `{1}` and `{2}` in `answers.md` cite."""
_MARK = re.compile(r"\{([12])\}")


@dataclass(frozen=True, slots=True)
class Source:
    """A source with the part of the answer that it stands for."""

    url: str
    title: str
    start: int
    end: int


def cited(text: str) -> tuple[str, tuple[Source, ...]]:
    """A text without its marks, and the sources that these name; each stands for the sentence before it."""
    plain, sources = "", list[Source]()
    at = 0
    for mark in _MARK.finditer(text):
        plain += text[at : mark.start()]
        at = mark.end()
        url, title = SOURCES[int(mark[1]) - 1]
        start = max(plain.rfind("\n", 0, -1) + 1, plain.rfind(". ", 0, -1) + 2)
        sources.append(Source(url, title, start, len(plain)))
    return plain + text[at:], tuple(sources)


def moved(sources: tuple[Source, ...], by: int) -> tuple[Source, ...]:
    """The sources in a text that begins so much later; without those that stand before it."""
    shifted = (replace(source, start=source.start + by, end=source.end + by) for source in sources)
    return tuple(source for source in shifted if source.start >= 0)
