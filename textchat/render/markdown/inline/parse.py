"""Parses inline Markdown (emphasis, code, links, formulas) into drawn text in spans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from textchat.core.text.sanitize import revealed, visible
from textchat.render.markdown.inline.html_tags import OpenLists, resolve_tags
from textchat.render.markdown.inline.markdown_it_rules import References, html_parser, inline_parser
from textchat.render.markdown.inline.targets import says, shown_target
from textchat.render.markdown.maths import DOLLAR_REACH
from textchat.render.spans import InlineText, Span
from textchat.render.styles import SpanStyle

if TYPE_CHECKING:
    from markdown_it.token import Token

_WORDS = re.compile(r"[^\\`*_~\[\]<&\n$\t@]*")
_OPEN_TAG = re.compile(r"<[A-Za-z/!?]")
_BREAKS = frozenset({"softbreak", "hardbreak"})
_NEAR = 100
"""Signs, or parts of the text, around a link that are looked at."""
NO_TARGET = "#"
"""A link that leads nowhere, such as one whose target has not arrived, shows no target."""


def parse(source: str, references: References, *, live: bool = False) -> InlineText:
    """Parse inline Markdown into its drawn form; `live` closes emphasis that is still open."""
    if plain_end(source) == len(source):
        spans = [Span(0, SpanStyle.PLAIN, "", 0, len(source), True)] if source else []
        return InlineText(visible(source), spans, False)
    tokens: list[Token] = []
    environment: dict[str, object] = {"references": references, "live": live, "open": False}
    markdown = inline_parser()
    markdown.inline.parse(source, markdown, environment, tokens)
    resolved, is_open = resolve_tags(tokens, markdown, is_live=live)
    builder = _SpanBuilder(source)
    builder.add_tokens(resolved)
    is_open = is_open or bool(environment["open"]) or builder.is_open
    return InlineText(visible("".join(builder.texts)), builder.spans, is_open)


def plain_end(source: str) -> int:
    """Where the beginning of a text ends that is nothing but words."""
    # Signs and addresses in one pattern take four times as long.
    words = _WORDS.match(source)
    end = words.end() if words else 0
    for text, address in ((source, "://"), (source.lower(), "www.")):
        if (place := text.find(address, 0, end)) >= 0:
            end = place
    return end


def parse_html_line(source: str, lists: OpenLists) -> InlineText:
    """Parse a line of a block of HTML, in which the marks of Markdown mean nothing; `lists` are those around it."""
    tokens: list[Token] = []
    markdown = html_parser()
    markdown.inline.parse(source, markdown, {"references": {}, "live": False, "open": False}, tokens)
    resolved, _ = resolve_tags(tokens, markdown, lists=lists)
    builder = _SpanBuilder(source)
    builder.add_tokens(resolved)
    return InlineText(visible("".join(builder.texts)), builder.spans, False)


class _Context(NamedTuple):
    """The styles and the link that apply at a place of the text."""

    style: SpanStyle
    href: str


class _SpanBuilder:
    """Builds spans from the parser's tokens, tracking the place in the source."""

    def __init__(self, source: str) -> None:
        self.texts: list[str] = []
        self.spans: list[Span] = []
        self.is_open = False
        """Whether something was left open that text added later could close."""
        self._source = source
        self._length = self._cursor = self._brackets = 0
        self._link_first = 0
        """The index of the first text of the last link; there is none within another."""
        self._contexts = [_Context(SpanStyle.PLAIN, "")]

    def add_tokens(self, tokens: Sequence[Token]) -> None:
        words = ""
        for number, token in enumerate(tokens):
            if token.type == "text":
                words += token.content
                continue
            self._add_words(words)
            words = ""
            start, end = token.meta.get("span", (self._cursor, self._cursor + len(token.markup)))
            if token.type == "link_close":
                self._end_link(token, end, _next_words(tokens, number))
            elif token.nesting:
                self._nest(token)
            else:
                self._add_token(token, start, end)
            self._cursor = end
        self._add_words(words)

    def _end_link(self, token: Token, end: int, after: str) -> None:
        href = self._contexts.pop().href
        text = "".join(self.texts[self._link_first :])
        before = "".join(part[-_NEAR:] for part in self.texts[max(0, self._link_first - _NEAR) : self._link_first])
        if token.markup == "autolink":
            before = ""  # an address as it stands in the source; what is behind it may look like more of it
            self.texts[self._link_first :] = map(revealed, self.texts[self._link_first :])
        self._add_target(href, text, self._contexts[-1].style, self._cursor, end, (before, after))

    def _nest(self, token: Token) -> None:
        """Begin a link, or begin or end an emphasis."""
        style, href = self._contexts[-1]
        match token.type:
            case "link_open":
                href = str(token.attrs.get("href", ""))
                self._contexts.append(_Context(style | SpanStyle.LINK, href))
                self._link_first = len(self.texts)
            case "strong_open" | "em_open" | "s_open" | "code_open":
                self._contexts.append(_Context(style | _EMPHASIS[token.tag], href))
            case "strong_close" | "em_close" | "s_close" | "code_close":
                self._contexts.pop()

    def _add_token(self, token: Token, start: int, end: int) -> None:
        """Add a token without children."""
        style, href = self._contexts[-1]
        match token.type:
            case "text_special":
                self.is_open = self.is_open or token.markup in (r"\(", r"\[")
                self._add(token.content, style, href, start, end)
            case "softbreak":
                self._add(" ", style & ~SpanStyle.CODE, href, start, end)
            case "hardbreak":
                self._add("\n", style, href, start, end)
            case "code_inline":
                self._add_code(token, start, end)
            case "between" | "after":
                is_at_start = not self.texts or self.texts[-1].endswith("\n")
                self._add(token.content.lstrip("\n │") if is_at_start else token.content, style, href, start, end)
            case "html_inline":
                self._add(token.content.replace("\n", " "), style | SpanStyle.HTML, href, start, end, exact=True)
            case "maths":
                self._add(token.content, style | SpanStyle.MATHS, href, start, end)
            case "image":
                target = str(token.attrs.get("src", ""))
                label = _words_of(resolve_tags(token.children or (), inline_parser())[0]) or "image"
                self._add(f"▣ {label}", style | SpanStyle.IMAGE, target, start, end)
                self._add_target(target, label, style, start, end)

    def _add_words(self, words: str) -> None:
        """Add text as it is in the source, and note what it left open."""
        if not words:
            return
        start = self._cursor
        self._cursor += len(words)
        style, href = self._contexts[-1]
        is_exact = self._source[start : self._cursor] == words  # not so the shown form of an <address>
        if is_exact:
            self._notice_open(words)
        self._add(words, style, href, start, self._cursor, exact=is_exact)

    def _add_code(self, token: Token, start: int, end: int) -> None:
        ticks = len(token.markup)
        inner = self._source[start + ticks : end - ticks]
        start += ticks + (len(inner) > len(token.content))
        style, href = self._contexts[-1]
        self._add(revealed(token.content), style | SpanStyle.CODE, href, start, start + len(token.content), exact=True)

    def _add_target(
        self, href: str, text: str, style: SpanStyle, start: int, end: int, around: tuple[str, str] = ("", "")
    ) -> None:
        """Append the target of a link, unless its text is the target; `around` is what is drawn around the text."""
        if href == NO_TARGET or not href or says(text, href, *around):
            return
        shown = shown_target(href, text)
        self._add(f" ({shown})", (style & ~SpanStyle.LINK) | SpanStyle.TARGET, href, start, end)

    def _add(self, text: str, style: SpanStyle, href: str, start: int, end: int, exact: bool = False) -> None:
        if not text:
            return
        span = Span(self._length, style, href, start, end, exact)
        if self.spans and (joined := self.spans[-1].joined(span)):
            self.spans[-1] = joined
        else:
            self.spans.append(span)
        self.texts.append(text.replace("\t", " "))
        self._length += len(text)

    def _notice_open(self, words: str) -> None:
        if "[" in words or "]" in words:
            for sign in words:
                if sign == "[":
                    self._brackets += 1
                elif sign == "]":
                    self._brackets = max(0, self._brackets - 1)
        dollar = words.rfind("$")
        if dollar >= 0 and len(self._source) - (self._cursor - len(words) + dollar) < DOLLAR_REACH:
            self.is_open = True
        if self._brackets or "`" in words or _OPEN_TAG.search(words):
            self.is_open = True


_EMPHASIS = {
    "strong": SpanStyle.STRONG,
    "em": SpanStyle.EMPHASIS,
    "s": SpanStyle.STRIKE,
    "code": SpanStyle.CODE,
}


def _words_of(tokens: Sequence[Token]) -> str:
    """The text of some tokens without their marks, as the description of an image is."""
    parts = (" " if token.type in _BREAKS else _words_of(token.children or ()) or token.content for token in tokens)
    return "".join(parts).replace("\n", " ")


def _next_words(tokens: Sequence[Token], number: int) -> str:
    """What is drawn after a token, as far as it may look like one word with what is before it."""
    near = tokens[number + 1 : number + 1 + _NEAR]
    return "".join(" " if token.type in _BREAKS else token.content for token in near)
