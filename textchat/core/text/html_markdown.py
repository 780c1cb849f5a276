"""Turns HTML as chat programs keep it (https://html.spec.whatwg.org/multipage/) into Markdown.

Only what a reply is made of is kept: paragraphs, headings, lists, tables, code, quotes, emphasis and links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape

from textchat.core.text.fences import fence_around

MOST_DEPTH = 60
"""Elements inside each other; those that stand deeper are read as if they stood beside each other."""
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_UNSEEN = frozenset(("head", "script", "style", "template", "title", "noscript"))
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
    "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    "body", "html",
))  # fmt: skip
_ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol"))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
    "td": (frozenset(("td", "th")), frozenset(("table", "tr"))),
    "th": (frozenset(("td", "th")), frozenset(("table", "tr"))),
}
"""What a start tag ends that was left open, and what it does not reach beyond."""
_PARAGRAPH = (frozenset(("p",)), frozenset(("div", "li", "td", "th", "blockquote")))
_RAW = frozenset(("script", "style", "title"))
_TAG = re.compile(r"<[!?][^<>]{0,1000}>|<(?P<end>/?)(?P<name>[a-zA-Z][\w:-]*)(?P<rest>[^<>]*)>")
"""A tag ends at the first `>`; those who keep replies write it as an entity inside of values."""
_ATTRIBUTE = re.compile(r"""(?P<name>[\w:-]{1,64})\s{0,9}=\s{0,9}(?P<value>"[^"]*"|'[^']*'|[^\s"']+)""")
_WHITE = re.compile(r"[ \t\r\n\f]+")
_MARKER = re.compile(r"^(\d{1,9}(?=[.)]\s)|(?=(?:#{1,6}|[>+*-])\s))([#>+*.)-])")
_WEB = re.compile(r"(?:https?://|mailto:)[^\s<>]+$")

Picture = Callable[[str, str], str]
"""Says in Markdown what stands in the place of a picture, by its address and its description."""


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: list[_Element | str] = field(default_factory=list)
    is_block: bool = False
    """Whether it is a block, or has one inside, such as a span around paragraphs."""


def markdown_of(html: str, picture: Picture | None = None) -> str:
    """The content of HTML as Markdown; without `picture`, a picture is a link to its address."""
    tree = _Tree()
    tree.read(html)
    return _Writer(picture or _linked).text(tree.root.children)


class _Tree:
    """Builds the tree of elements, however badly they are closed.

    `html.parser` is not used: its time grows with the square of the length where tags do not end.
    """

    def __init__(self) -> None:
        self.root = _Element("")
        self._open = [self.root]

    def read(self, html: str) -> None:
        at = 0
        for tag in _TAG.finditer(html):
            if tag.start() < at:
                continue  # inside a script
            self._text(html[at : tag.start()])
            at = tag.end()
            name = (tag["name"] or "").lower()
            if tag["end"]:
                self._end(frozenset((name,)), frozenset())
            elif name in _RAW:
                ended = html.find(f"</{name}", at)
                at = len(html) if ended < 0 else ended
            elif name:
                self._start(name, tag["rest"] or "")
        self._text(html[at:])

    def _text(self, text: str) -> None:
        if text:
            self._open[-1].children.append(unescape(text))

    def _start(self, tag: str, rest: str) -> None:
        if ends := _ENDS.get(tag, _PARAGRAPH if tag in _BLOCKS else None):
            self._end(*ends)
        attributes = {each["name"].lower(): unescape(each["value"].strip("\"'")) for each in _ATTRIBUTE.finditer(rest)}
        element = _Element(tag, attributes, is_block=tag in _BLOCKS)
        for above in reversed(self._open if element.is_block else ()):
            if above.is_block:
                break
            above.is_block = True
        self._open[-1].children.append(element)
        if tag not in _VOID and len(self._open) < MOST_DEPTH:
            self._open.append(element)

    def _end(self, tags: frozenset[str], borders: frozenset[str]) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag in tags:
                del self._open[at:]
                return
            if self._open[at].tag in borders:
                return


class _Writer:
    """Writes elements as Markdown."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._tables = 0

    def text(self, children: Sequence[_Element | str]) -> str:
        return "\n\n".join(self._blocks(children))

    def _blocks(self, children: Sequence[_Element | str]) -> Iterator[str]:
        run: list[_Element | str] = []
        for child in children:
            if isinstance(child, _Element) and child.is_block and child.tag not in _UNSEEN:
                yield from self._paragraph(run)
                run = []
                yield from filter(str.strip, self._block(child))
            else:
                run.append(child)
        yield from self._paragraph(run)

    def _paragraph(self, run: Sequence[_Element | str]) -> Iterator[str]:
        lines = [line.strip() for line in self._inline(run).strip().split("\n")]
        text = "\n".join(_MARKER.sub(r"\1\\\2", line, count=1) for line in lines)
        if text := re.sub(r"\n{3,}", "\n\n", text).strip("\n"):
            yield text

    def _block(self, element: _Element) -> Iterator[str]:
        match element.tag:
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                if title := " ".join(self._inline(element.children).split()):
                    yield f"{'#' * int(element.tag[1])} {title}"
            case "pre":
                yield _code_block(element)
            case "blockquote":
                yield _indented(self.text(element.children), "> ", "> ")
            case "ul" | "ol":
                yield self._list(element)
            case "table" if not self._tables:  # one inside a cell is read as its text
                yield self._table(element)
            case "hr":
                yield "---"
            case _:
                yield from self._blocks(element.children)

    def _list(self, element: _Element) -> str:
        items: list[str] = []
        start = element.attributes.get("start", "")
        number = int(start) if start.isdecimal() and len(start) < 9 else 1
        for child in element.children:
            text = self.text(child.children if isinstance(child, _Element) and child.tag == "li" else [child])
            if not text and (isinstance(child, str) or child.tag != "li"):
                continue  # the space between items
            mark = f"{number + len(items)}. " if element.tag == "ol" else "- "
            text = text if "\n\n```" in text or "\n\n|" in text else text.replace("\n\n", "\n")
            items.append(_indented(text, mark, " " * len(mark)))
        return "\n".join(items)

    def _table(self, element: _Element) -> str:
        self._tables += 1
        rows = [row for row in self._rows(element) if row]
        self._tables -= 1
        if not rows:
            return ""
        width = max(map(len, rows))
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        return "\n".join(lines)

    def _rows(self, element: _Element) -> Iterator[list[str]]:
        """The cells of each row; what stands outside of cells is one."""
        for child in element.children:
            if isinstance(child, str) or child.tag not in ("tr", "thead", "tbody", "tfoot"):
                yield [cell for cell in [self._cell([child])] if cell]
            elif child.tag == "tr":
                cells = (each for each in child.children if isinstance(each, _Element) or each.strip())
                yield [self._cell([each]) for each in cells]
            else:
                yield from self._rows(child)

    def _cell(self, children: Sequence[_Element | str]) -> str:
        return " ".join(self.text(children).split()).replace("|", "\\|")

    def _inline(self, children: Sequence[_Element | str]) -> str:
        texts = (_WHITE.sub(" ", child) if isinstance(child, str) else self._span(child) for child in children)
        return "".join(texts)

    def _span(self, element: _Element) -> str:
        match element.tag:
            case tag if tag in _UNSEEN:
                return ""
            case "br":
                return "\n"
            case "img":
                return self._picture(element.attributes.get("src", ""), element.attributes.get("alt", ""))
            case "code" | "kbd" | "samp" | "tt":
                return _code_span(_WHITE.sub(" ", _plain(element)))
            case "strong" | "b":
                return _wrapped(self._inline(element.children), "**")
            case "em" | "i":
                return _wrapped(self._inline(element.children), "*")
            case "del" | "s" | "strike":
                return _wrapped(self._inline(element.children), "~~")
            case "a":
                return _link(self._inline(element.children), element.attributes.get("href", ""))
            case _:
                return self._inline(element.children)


def _found(element: _Element, tags: tuple[str, ...]) -> Iterator[_Element]:
    """The nearest elements below with one of the tags, not those inside them."""
    for child in element.children:
        if isinstance(child, _Element):
            if child.tag in tags:
                yield child
            elif child.tag not in _UNSEEN:
                yield from _found(child, tags)


def _plain(element: _Element) -> str:
    if element.tag == "br":
        return "\n"
    return "".join(child if isinstance(child, str) else _plain(child) for child in element.children)


def _code_block(element: _Element) -> str:
    held = next(_found(element, ("code",)), element)  # what stands around it are buttons
    code = _plain(held).strip("\n").rstrip()
    fence = fence_around(code)
    fence = fence if len(fence) >= 3 else "```"
    return f"{fence}{_language(element)}\n{code}\n{fence}" if code else ""


def _language(element: _Element) -> str:
    """The language that highlighters of HTML name in a class of the element or of the `code` in it."""
    inner = next(_found(element, ("code",)), element)
    classes = f"{inner.attributes.get('class', '')} {element.attributes.get('class', '')}"
    named = re.search(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)", classes)
    return named[1] if named else ""


def _code_span(code: str) -> str:
    if not code.strip():
        return code
    longest = max(map(len, re.findall("`+", code)), default=0)
    ticks = "`" * (longest + 1 if longest else 1)
    return f"{ticks} {code} {ticks}" if longest else f"`{code}`"


def _wrapped(text: str, sign: str) -> str:
    """Text inside signs of emphasis, which touch words only."""
    inner = text.strip()
    if not inner or "\n\n" in inner:
        return text
    start = text.index(inner)
    return f"{text[:start]}{sign}{inner}{sign}{text[start + len(inner) :]}"


def _link(label: str, address: str) -> str:
    label = " ".join(label.split())
    if not _WEB.match(address):
        return label
    address = address.replace("(", "%28").replace(")", "%29")
    return f"[{label.replace('[', chr(92) + '[').replace(']', chr(92) + ']')}]({address})" if label else address


def _linked(address: str, description: str) -> str:
    return _link(description or "picture", address) if _WEB.match(address) else description


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join(((first if at == 0 else others) + line).rstrip() for at, line in enumerate(lines))
