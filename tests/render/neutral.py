"""One structure for what a Markdown text means, read from our blocks and from markdown-it's tokens."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from textchat.render.markdown.block import Rule
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.container import Container, Footnote, ListItem, PlacedBlock, Quote
from textchat.render.markdown.paragraph import Paragraph
from textchat.render.markdown.parsing.text_parser import TextParser
from textchat.render.markdown.table import TableBlock
from textchat.render.spans import InlineText
from textchat.render.styles import SpanStyle

Run = tuple[str, frozenset[str], str]
"""A piece of text, its marks, and where it leads."""
Meaning = tuple[str, tuple[str, ...], tuple[Run, ...]]
"""A block: its kind, the containers around it, and its text."""

ORACLE = MarkdownIt("commonmark", {"maxNesting": 100})
_MARKS = {"em_open": "em", "strong_open": "strong", "s_open": "s"}
_STYLES = {
    SpanStyle.STRONG: "strong",
    SpanStyle.EMPHASIS: "em",
    SpanStyle.STRIKE: "s",
    SpanStyle.CODE: "code",
    SpanStyle.HTML: "html",
    SpanStyle.IMAGE: "image",
}
_AROUND = {Quote: "quote", Footnote: "footnote"}


def ours(text: str, sizes: int = 0) -> list[Meaning]:
    """The meaning of a text as we read it, whole or in pieces of `sizes` characters."""
    parser = TextParser()
    for start in range(0, len(text), sizes or max(1, len(text))):
        parser.feed(text[start : start + (sizes or len(text))])
        if parser.open_block:
            parser.open_block.block.lay(60)
    parser.finish()
    return [found for placed in parser.blocks for found in _ours(placed)]


def _ours(placed: PlacedBlock) -> Iterator[Meaning]:
    around = tuple(_name(container) for container in placed.containers)
    match placed.block:
        case Paragraph() as paragraph:
            paragraph.lay(10_000)
            yield f"h{paragraph.level}" if paragraph.level else "p", around, tuple(_spans(paragraph.drawn))
        case Verbatim() as code:
            yield "html" if code.is_html else "code", around, _plain(str(code.text).rstrip("\n"))
        case Rule():
            yield "rule", around, ()
        case TableBlock() as table:
            for number, row in enumerate(table.rows):
                yield "row", around, ()
                for column, alignment in enumerate(table.alignments):
                    kind = f"{'td' if number else 'th'} {alignment.name.lower()}"
                    yield kind, around, tuple(_spans(row[column].drawn)) if column < len(row) else ()


def _name(container: Container) -> str:
    """What a container is; of an item, whether it is a task."""
    if isinstance(container, ListItem):
        return f"{container.marker} item" if container.marker in "☐☑" else "item"
    return _AROUND[type(container)]


def _spans(drawn: InlineText) -> Iterator[Run]:
    ends = [*(span.start for span in drawn.spans), len(drawn.plain)][1:]
    runs = []
    for span, end in zip(drawn.spans, ends, strict=True):
        if not span.style & SpanStyle.TARGET:
            marks = frozenset(name for style, name in _STYLES.items() if span.style & style)
            runs.append((drawn.plain[span.start : end].removeprefix("▣ "), marks, span.href))
    return merged(runs)


def theirs(text: str) -> list[Meaning]:
    """The meaning of a text as markdown-it reads it."""
    return list(_theirs(iter(ORACLE.parse(text))))


def _theirs(tokens: Iterator[Token]) -> Iterator[Meaning]:
    around: list[str] = []
    for token in tokens:
        match token.type:
            case "blockquote_open" | "list_item_open":
                around.append("quote" if token.type == "blockquote_open" else "item")
            case "blockquote_close" | "list_item_close":
                around.pop()
            case "paragraph_open" | "heading_open":
                yield token.tag, tuple(around), tuple(merged(_runs(next(tokens).children or [])))
            case "fence" | "code_block" | "html_block":
                kind = "html" if token.type == "html_block" else "code"
                yield kind, tuple(around), _plain(token.content.rstrip("\n"))
            case "hr":
                yield "rule", tuple(around), ()


def _runs(tokens: list[Token]) -> Iterator[Run]:
    marks: list[str] = []
    href = ""
    for token in tokens:
        now = frozenset(marks)
        match token.type:
            case "text" | "text_special":
                yield token.content, now, href
            case "softbreak" | "hardbreak":
                yield " " if token.type == "softbreak" else "\n", now, href
            case "code_inline":
                yield token.content, now | {"code"}, href
            case "html_inline":
                yield token.content.replace("\n", " "), now | {"html"}, href
            case "image":
                alt = "".join(_alt(token.children or [])) or "image"
                yield alt, now | {"image"}, str(token.attrs["src"])
            case "link_open":
                href = str(token.attrs["href"])
            case "link_close":
                href = ""
            case kind if kind in _MARKS:
                marks.append(_MARKS[kind])
            case _:
                marks.pop()


def _alt(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type == "image":
            yield from _alt(token.children or [])
        elif token.type in ("softbreak", "hardbreak"):
            yield " "
        elif token.type != "html_inline":
            yield token.content


def merged(runs: Iterator[Run] | list[Run]) -> Iterator[Run]:
    """The runs with those of one look as one, and tabs as drawn."""
    last: Run | None = None
    for text, marks, href in runs:
        text = text.replace("\t", " ")
        if last and last[1:] == (marks, href):
            last = (last[0] + text, marks, href)
            continue
        if last and last[0]:
            yield last
        last = (text, marks, href)
    if last and last[0]:
        yield last


def _plain(text: str) -> tuple[Run, ...]:
    return ((text, frozenset(), ""),)
