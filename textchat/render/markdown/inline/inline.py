"""Emphasis, code, links and the rest of what stands inside a line: source text → drawn text in pieces of one look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from textchat.core.sanitize import visible
from textchat.render.markdown.inline.parser import DOLLAR_REACH, parser
from textchat.render.spans import Inline, Look, Piece

if TYPE_CHECKING:
    from markdown_it.token import Token

References = Mapping[str, Mapping[str, str]]
"""The link definitions of a text: normalised label → `href` and `title`."""


_SPECIAL = re.compile(r"[\\`*_~\[\]<&\n$\t@]|://|www\.", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENCODED = re.compile(r"(?:%[89A-F][0-9A-F])+", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<[A-Za-z/!?]")
NO_TARGET = "#"
"""A link that leads nowhere, such as one whose target has not arrived, shows no target."""


def parse(source: str, references: References, *, live: bool = False, breaks: bool = False) -> Inline:
    """The drawn form of inline Markdown.

    `live` closes emphasis that is still open; `breaks` takes `<br>` for a line break.
    """
    if _SPECIAL.search(source) is None:
        return Inline(visible(source), [Piece(0, 0, "", 0, len(source), True)] if source else [], False)
    tokens: list[Token] = []
    environment: dict[str, Any] = {"references": references, "live": live, "open": False}
    markdown = parser()
    markdown.inline.parse(source, markdown, environment, tokens)
    drawn = _Drawn(source)
    drawn.take(tokens, breaks)
    return Inline(visible("".join(drawn.parts)), drawn.pieces, environment["open"] or drawn.is_open)


class _Drawn:
    """Collects pieces from the parser's tokens, following the source by a cursor."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.pieces: list[Piece] = []
        self.length = self.cursor = self.brackets = 0
        self.is_open = False

    def add(self, text: str, look: int, href: str, start: int, end: int, exact: bool = False) -> None:
        if not text:
            return
        last = self.pieces[-1] if self.pieces else None
        if last and exact and last.exact and last.source_end == start and last[1:3] == (look, href):
            self.pieces[-1] = last._replace(source_end=end)
        else:
            self.pieces.append(Piece(self.length, look, href, start, end, exact))
        self.parts.append(text.replace("\t", " "))
        self.length += len(text)

    def take(self, tokens: list[Token], breaks: bool) -> None:
        looks: list[int] = [0]
        hrefs: list[str] = [""]
        words = ""
        for token in tokens:
            if token.type == "text":
                words += token.content
                continue
            if words:
                self.text(words, looks[-1], hrefs[-1])
                words = ""
            look, href = looks[-1], hrefs[-1]
            start, end = token.meta.get("span", (self.cursor, self.cursor + len(token.markup)))
            match token.type:
                case "text_special":
                    self.is_open = self.is_open or token.markup in (r"\(", r"\[")
                    self.add(token.content, look, href, start, end)
                case "softbreak":
                    self.add(" ", look & ~Look.CODE, href, start, end)
                case "hardbreak":
                    self.add("\n", look, href, start, end)
                case "code_inline":
                    self.code(token, look, href, start, end)
                case "html_inline" if breaks and _BREAK.fullmatch(token.content):
                    self.add("\n", look, href, start, end)
                case "html_inline":
                    self.add(token.content.replace("\n", " "), look | Look.HTML, href, start, end, exact=True)
                case "maths":
                    self.add(token.content, look | Look.MATHS, href, start, end)
                case "image":
                    target = str(token.attrs.get("src", ""))
                    self.add(
                        "▣ " + (token.content.replace("\n", " ") or "image"), look | Look.IMAGE, target, start, end
                    )
                    self.target(target, look, start, end)
                case "link_open":
                    looks.append(look | Look.LINK)
                    hrefs.append(str(token.attrs.get("href", "")))
                case "link_close":
                    looks.pop()
                    hrefs.pop()
                    if token.markup != "autolink":
                        self.target(href, looks[-1], self.cursor, end)
                case "strong_open" | "em_open" | "s_open":
                    looks.append(look | _EMPHASIS[token.tag])
                    hrefs.append(href)
                case "strong_close" | "em_close" | "s_close":
                    looks.pop()
                    hrefs.pop()
            self.cursor = end
        self.text(words, looks[-1], hrefs[-1])

    def text(self, content: str, look: int, href: str) -> None:
        """Text as it stands in the source; what it left open is noticed."""
        start = self.cursor
        self.cursor += len(content)
        if not content:
            return
        if self.source[start : self.cursor] != content:  # the shown form of an <address>
            self.add(content, look, href, start, self.cursor)
            return
        self._notice_open(content)
        self.add(content, look, href, start, self.cursor, exact=True)

    def _notice_open(self, content: str) -> None:
        if "[" in content or "]" in content:
            for character in content:
                if character == "[":
                    self.brackets += 1
                elif character == "]":
                    self.brackets = max(0, self.brackets - 1)
        dollar = content.rfind("$")
        if dollar >= 0 and len(self.source) - (self.cursor - len(content) + dollar) < DOLLAR_REACH:
            self.is_open = True
        if self.brackets or "`" in content or _OPEN_TAG.search(content):
            self.is_open = True

    def code(self, token: Token, look: int, href: str, start: int, end: int) -> None:
        ticks = len(token.markup)
        inner = self.source[start + ticks : end - ticks]
        shift = ticks + (len(inner) > len(token.content))
        self.add(token.content, look | Look.CODE, href, start + shift, start + shift + len(token.content), exact=True)

    def target(self, href: str, look: int, start: int, end: int) -> None:
        """Where a link leads, unless its text says so already."""
        if href == NO_TARGET or not href:
            return
        shown = visible(re.sub(r"^(https?://|mailto:)", "", _ENCODED.sub(_decoded, href))).rstrip("/")
        text = "".join(self.parts[-8:])
        if text.rstrip("/").endswith((shown, href)):
            return
        if len(shown) > 60:
            shown = shown[:59] + "…"
        self.add(f" ({shown})", (look & ~Look.LINK) | Look.TARGET, href, start, end)


_EMPHASIS = {"strong": Look.STRONG, "em": Look.EMPHASIS, "s": Look.STRIKE}


def _decoded(encoded: re.Match[str]) -> str:
    """Characters beyond ASCII of an address in a form that can be read."""
    try:
        return unquote(encoded.group(), errors="strict")
    except UnicodeDecodeError:
        return encoded.group()
