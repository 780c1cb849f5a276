"""Lists below a comparison which sources and files both answers have, and which one alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.shared import Shared
from textchat.core.parts.size_words import size_words
from textchat.ui.transcript.cited.source_list import source_line

T = TypeVar("T")
MOST_LINES = 200
"""More sources are counted."""


class DiffSources(VerticalScroll):
    """Hidden where neither answer names a source or holds a file."""

    def __init__(self) -> None:
        super().__init__(Static())
        self.display = False

    def show(self, sources: Shared[Citation], files: Shared[Part]) -> None:
        """List them; `-` and `+` as in the comparison, and no sign beside what both have."""
        lines = [
            *_group("Sources", sources, source_line),
            *_group("Files", files, _file_line),
        ]
        self.display = bool(lines)
        if len(lines) > MOST_LINES:
            lines = [*lines[:MOST_LINES], Content.styled(f"  and {len(lines) - MOST_LINES:,} more", "$text-muted")]
        self.query_one(Static).update(Content("\n").join(lines))
        self.scroll_home(animate=False)


def _group(title: str, shared: Shared[T], line: Callable[[T], str]) -> Iterator[Content]:
    rows = [
        *((Content("  "), each) for each in shared.both),
        *((Content.styled("- ", "bold $error"), each) for each in shared.only_left),
        *((Content.styled("+ ", "bold $success"), each) for each in shared.only_right),
    ]
    if rows:
        yield Content.styled(f"  {title}: {shared.summary}", "bold")
    for sign, each in rows:
        yield sign + line(each)


def _file_line(part: Part) -> str:
    size = size_words(part.size) if part.digest else ""
    return " · ".join(filter(None, (part.shown_name, size)))
