"""Reads the neutral structure of a text from the HTML that a specification gives for it."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import unquote

from markdown_it.common.normalize_url import normalizeLink

from tests.render.neutral import Meaning, Run, merged

_TEXTS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "th", "td", "pre")
_MARKS = {"em": "em", "strong": "strong", "del": "s", "code": "code"}
_AROUND = {"li": "item", "blockquote": "quote"}

Attributes = Sequence[tuple[str, str | None]]


def meaning_of_html(html: str) -> list[Meaning]:
    """The meaning of HTML as the specifications write it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_text()
    return reader.found


def _punycoded(target: str) -> str:
    """A target with its host as the browser opens it, which a specification may write in percent signs."""
    host = target.split("/")[2:3]
    return normalizeLink(unquote(target)) if host and "%" in host[0] else target


class _Reader(HTMLParser):
    """Collects blocks; text outside of one, as in a tight list, is a paragraph."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Meaning] = []
        self._kind = ""
        """Of the open block; none between blocks."""
        self._runs: list[Run] = []
        self._around: list[str] = []
        self._marks: list[str] = []
        self._href = ""

    def end_text(self) -> None:
        """End the open block."""
        if not self._kind:
            return
        self._strip_blanks()
        self._add_block(self._kind, *merged(self._runs))
        self._kind, self._runs = "", []

    def _strip_blanks(self) -> None:
        """Take the blanks away that end the text so far; of code, only line breaks."""
        if self._runs:
            text, marks, href = self._runs[-1]
            self._runs[-1] = (text.rstrip("\n" if self._kind == "code" else None), marks, href)

    def _add_block(self, kind: str, *runs: Run) -> None:
        self.found.append((kind, tuple(self._around), runs))

    def _add_run(self, text: str, *marks: str, href: str = "") -> None:
        self._kind = self._kind or "p"
        self._runs.append((text, frozenset((*self._marks, *marks)), href or self._href))

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        values = dict(attrs)
        if tag in _TEXTS or tag in _AROUND or tag in ("tr", "hr", "ul", "ol"):
            self.end_text()
        match tag:
            case "pre":
                self._kind = "code"
            case "td" | "th":
                self._kind = f"{tag} {values.get('align') or 'left'}"
            case "tr" | "hr":
                self._add_block({"tr": "row", "hr": "rule"}[tag])
            case "input":
                self._around[-1] = "☑ item" if "checked" in values else "☐ item"
            case "a":
                self._href = _punycoded(values.get("href") or "")
            case "img":
                self._add_run(values.get("alt") or "image", "image", href=values["src"] or "")
            case "br":
                self._strip_blanks()
                self._add_run("\n")
            case _ if tag in _TEXTS:
                self._kind = tag
            case _ if tag in _AROUND:
                self._around.append(_AROUND[tag])
            case _ if tag in _MARKS and self._kind != "code":
                self._marks.append(_MARKS[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in _TEXTS or tag in _AROUND:
            self.end_text()
        if tag in _AROUND:
            self._around.pop()
        elif tag == "a":
            self._href = ""
        elif tag in _MARKS and self._kind != "code":
            self._marks.pop()

    def handle_data(self, data: str) -> None:
        if not self._runs and self._kind != "code":
            data = data.lstrip()
        if self._runs and self._runs[-1][0] == "\n":
            data = data.lstrip()
        if data:
            self._add_run(data if self._kind == "code" else data.replace("\n", " "))
