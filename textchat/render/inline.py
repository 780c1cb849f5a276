"""Emphasis, code, links and the rest of what stands inside a line: source text → drawn text in pieces of one look."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from enum import IntFlag
from typing import TYPE_CHECKING, Any, NamedTuple

from textchat.render.maths import readable
from textchat.render.sanitize import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    Rule = Callable[[StateInline, bool], bool]

References = Mapping[str, Mapping[str, str]]
"""The link definitions of a text: normalised label → `href` and `title`."""


class Look(IntFlag):
    """What a piece of text is; several may hold at once."""

    PLAIN = 0
    STRONG = 1
    EMPHASIS = 2
    STRIKE = 4
    CODE = 8
    LINK = 16
    TARGET = 32
    """Where a link or an image leads, drawn behind its text."""
    HTML = 64
    MATHS = 128
    IMAGE = 256


class Piece(NamedTuple):
    """A stretch of drawn text of one look."""

    start: int
    """Index of its first character in the drawn text; it reaches to the next piece's start."""
    look: int
    href: str
    """The target of the link it belongs to, or nothing."""
    source: int
    source_end: int
    """The range of the source that it shows."""
    exact: bool
    """Whether it shows the source character by character."""


class Inline(NamedTuple):
    """Drawn text with its pieces, in order and without gaps."""

    plain: str
    pieces: list[Piece]
    open: bool
    """Whether something was left open that text added later could close."""


_SPECIAL = re.compile(r"[\\`*_~\[\]<&\n$\t]|://|www\.")
_URL = re.compile(r"(?<![\w/])(?:https?://|www\.(?=\w))[^\s<>\"`|]+", re.IGNORECASE)
_MATHS_SIGN = re.compile(r"[\\^_{}=+*/<>|]|^[A-Za-z0-9]'?$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_OPEN_TAG = re.compile(r"<[A-Za-z/!?]")
_DOLLAR_REACH = 300
"""Formulas between single dollars are short: two prices in one paragraph are none."""
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
                words += token.content  # an address may hold signs that were looked at as marks of emphasis
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
        """Text as it stands in the source; what it left open is noticed, and bare addresses become links."""
        start = self.cursor
        self.cursor += len(content)
        if not content:
            return
        if self.source[start : self.cursor] != content:  # the shown form of an <address>
            self.add(content, look, href, start, self.cursor)
            return
        self._notice_open(content, look)
        last = 0
        if not look & Look.LINK and ("://" in content or "www." in content):
            for found in _URL.finditer(content):
                address = _trim_address(found.group())
                first = found.start()
                self.add(content[last:first], look, href, start + last, start + first, exact=True)
                last = first + len(address)
                target = address if "://" in address else "http://" + address
                self.add(address, look | Look.LINK, visible(target), start + first, start + last, exact=True)
        self.add(content[last:], look, href, start + last, self.cursor, exact=True)

    def _notice_open(self, content: str, look: int) -> None:
        if "[" in content or "]" in content:
            for character in content:
                if character == "[":
                    self.brackets += 1
                elif character == "]":
                    self.brackets = max(0, self.brackets - 1)
        dollar = content.rfind("$")
        if dollar >= 0 and len(self.source) - (self.cursor - len(content) + dollar) < _DOLLAR_REACH:
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
        shown = visible(re.sub(r"^(https?://|mailto:)", "", href)).rstrip("/")
        text = "".join(self.parts[-8:])
        if text.rstrip("/").endswith((shown, href)):
            return
        if len(shown) > 60:
            shown = shown[:59] + "…"
        self.add(f" ({shown})", (look & ~Look.LINK) | Look.TARGET, href, start, end)


_EMPHASIS = {"strong": Look.STRONG, "em": Look.EMPHASIS, "s": Look.STRIKE}


def _trim_address(address: str) -> str:
    """An address without the punctuation that belongs to the sentence around it, as GFM has it."""
    while address:
        last = address[-1]
        opener = {")": "(", "]": "[", "}": "{"}.get(last)
        if last not in "?!.,:;*_~'…”’" and (opener is None or address.count(last) <= address.count(opener)):
            break
        address = address[:-1]
    return address


@functools.cache
def parser() -> MarkdownIt:
    """The parser of CommonMark with strikethrough, taught to say where each token stands, and to know maths.

    Imported at the first use: it takes 35 ms.
    """
    from markdown_it import MarkdownIt, rules_inline

    markdown = MarkdownIt("commonmark").enable("strikethrough").disable("fragments_join", True)
    ruler = markdown.inline.ruler
    named: list[tuple[str, Rule]] = [
        ("newline", rules_inline.newline),
        ("escape", rules_inline.escape),
        ("backticks", rules_inline.backtick),
        ("link", rules_inline.link),
        ("image", rules_inline.image),
        ("autolink", rules_inline.autolink),
        ("html_inline", rules_inline.html_inline),
        ("entity", rules_inline.entity),
    ]
    for name, rule in named:
        ruler.at(name, _placed(rule))
    ruler.before("escape", "maths", _placed(_maths))
    markdown.inline.ruler2.after("balance_pairs", "still_open", _close_open)
    return markdown


def _placed(rule: Rule) -> Rule:
    """`rule`, with the range of the source noted on the tokens that it makes."""

    def placed(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        for token in state.tokens[count:]:
            # Plain text and marks of emphasis stand one after another: the cursor follows them.
            if token.type != "text" and "span" not in token.meta:
                token.meta["span"] = (start, start + 1) if token.type == "link_open" else (start, state.pos)
        return True

    return placed


def _maths(state: StateInline, silent: bool) -> bool:
    r"""Formulas: `\(…\)`, `\[…\]`, `$$…$$` and `$…$` where the latter cannot be money."""
    opener = next((pair for pair in (r"\(", r"\[", "$$", "$") if state.src.startswith(pair, state.pos)), None)
    if opener is None:
        return False
    closer = {r"\(": r"\)", r"\[": r"\]"}.get(opener, opener)
    start = state.pos + len(opener)
    end = state.src.find(closer, start, min(state.posMax, start + (_DOLLAR_REACH if opener == "$" else 4_000)))
    content = state.src[start:end] if end >= 0 else ""
    if not content.strip() or not _is_maths(opener, content, state.src[end + 1 : end + 2]):
        return False
    if not silent:
        token = state.push("maths", "", 0)
        token.content = readable(content.strip())
        token.markup = opener
    state.pos = end + len(closer)
    return True


def _is_maths(opener: str, content: str, following: str) -> bool:
    if opener != "$":
        return opener == "$$" or _MATHS_SIGN.search(content) is not None
    return not (
        "\n" in content
        or content[0].isspace()
        or content[-1].isspace()
        or following.isalnum()
        or _MATHS_SIGN.search(content) is None
    )


def _close_open(state: StateInline) -> None:
    """Notes whether emphasis was left open; in a text that still grows, closes it at the end, as it will look then."""
    unclosed, covered = [], -1
    for index, mark in enumerate(state.delimiters):
        if mark.end > index:
            covered = max(covered, mark.end)
        elif mark.open and index > covered:
            unclosed.append(mark)
    if unclosed:
        state.env["open"] = True
    if not state.env["live"]:
        return
    for mark in reversed(unclosed):
        if mark.close or mark.marker not in b"*_~":
            continue  # inside a word: more likely a sign than the beginning of something
        token = state.push("text", "", 0)
        token.content = ""
        mark.end = len(state.delimiters)
        state.delimiters.append(type(mark)(mark.marker, mark.length, len(state.tokens) - 1, -1, False, True))


def pieces_between(pieces: list[Piece], start: int, end: int) -> list[Piece]:
    """The pieces between two places of the drawn text, the first and the last perhaps reaching beyond."""
    first = max(0, bisect_right(pieces, start, key=_start) - 1)
    return pieces[first : bisect_right(pieces, end - 1, lo=first, key=_start)]


def source_range(pieces: list[Piece], start: int, end: int) -> tuple[int, int]:
    """The range of the source that is drawn between two places."""
    found = pieces_between(pieces, start, end)
    left, right = found[0], found[-1]
    begin = left.source + start - left.start if left.exact else left.source
    return begin, right.source + end - right.start if right.exact else right.source_end


def place_in(pieces: list[Piece], source: int) -> int:
    """Where a place of the source is drawn; beside it, if it is not drawn itself."""
    index = bisect_right(pieces, source, key=_source) - 1
    if index < 0:
        return 0
    piece = pieces[index]
    return piece.start + (min(source, piece.source_end) - piece.source if piece.exact else 0)


def _start(piece: Piece) -> int:
    return piece.start


def _source(piece: Piece) -> int:
    return piece.source
