"""Gives the HTML that models write among Markdown its meaning: tags that belong together become marks, links, breaks.

A tag whose partner is missing, one that is not known here, or one that may be something else, such as the `<String>` of
`List<String>`, stays as it is written.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from textchat.render.markdown.inline.tag_syntax import ALONE, AROUND, BEFORE, MARKS, OF_BLOCKS, PAIRED, Tag, read_tag
from textchat.render.scripts import subscript, superscript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_DROPPED = ("gone", "text", "between", "after")
"""Types of tokens that are dropped at the end of a text where they say nothing."""
_SMALL = {"sub": subscript, "sup": superscript}
_NUMBER = re.compile("[0-9]{1,9}")
_SMALL_TOKENS = 40
"""Tokens within `<sub>` or `<sup>` beyond which it is not looked at whether all are small characters."""


class OpenLists:
    """The lists of HTML around a line, from outside in: the number of the next item of each, or None for bullets."""

    def __init__(self, numbers: Sequence[int | None] = ()) -> None:
        self.numbers = [*numbers]

    def begin(self, tag: Tag) -> str:
        """Note that a list or an item begins; returns what is drawn before an item with a number."""
        if tag.name in ("ol", "ul"):
            start = tag.attributes.get("start", "1")
            self.numbers.append((int(start) if _NUMBER.fullmatch(start) else 1) if tag.name == "ol" else None)
        number = self.numbers[-1] if tag.name == "li" and self.numbers else None
        if number is None:
            return ""
        value = tag.attributes.get("value", "")
        number = int(value) if _NUMBER.fullmatch(value) else number
        self.numbers[-1] = number + 1
        return f"\n{number}. "

    def end(self, tag: Tag) -> None:
        """Note that a list ends."""
        if tag.name in ("ol", "ul") and self.numbers:
            self.numbers.pop()


class _Opening(NamedTuple):
    """A tag that waits for the one that closes it."""

    place: int
    token: Token
    tag: Tag
    within: int
    """The emphasis or the link around it, by the index of what begins it."""
    links: int
    """How many links there were before it: one holds no other."""


def resolve_tags(
    tokens: Sequence[Token], markdown: MarkdownIt, *, is_live: bool = False, lists: OpenLists | None = None
) -> tuple[Sequence[Token], bool]:
    """The tokens with the meaning of their tags, and whether one is open that later text could close.

    `is_live` closes what is open at the end; `lists`: they are a line of a block of HTML, within these.
    """
    if all(token.type != "html_inline" for token in tokens):
        return tokens, False
    return _Resolver(markdown, lists).resolved(tokens, is_live)


class _Resolver:
    """Finds the tags that belong together in one sequence of tokens."""

    def __init__(self, markdown: MarkdownIt, lists: OpenLists | None) -> None:
        self._markdown = markdown
        self._is_block = lists is not None
        self._lists = OpenLists() if lists is None else lists
        self._made: list[list[Token]] = []
        """For each token, what takes its place."""
        self._waiting: list[_Opening] = []
        self._counts: Counter[tuple[str, int]] = Counter()
        """How many tags wait, by name and by what is around them."""
        self._around = [-1]
        self._links = self._open_links = 0

    def resolved(self, tokens: Sequence[Token], is_live: bool) -> tuple[Sequence[Token], bool]:
        end = len(tokens)
        while end and (tokens[end - 1].nesting < 0 or (tokens[end - 1].type == "text" and not tokens[end - 1].content)):
            end -= 1
        for token in tokens[:end]:
            self._take(token)
        is_open = bool(self._waiting)
        if is_live:
            for opening in self._waiting[::-1]:
                if not self._is_doubtful(opening):
                    self._take(_made("html_inline", f"</{opening.tag.name}>"))
        for token in tokens[end:]:
            self._take(token)
        if self._is_block:
            self._open_alone()
        made = _without_blanks([token for made in self._made for token in made])
        while made and (made[-1].type in _DROPPED or _is_break(made[-1])) and not made[-1].content.strip("\n"):
            made.pop()
            is_open = True  # what comes may be behind a break
        return made, is_open

    def _open_alone(self) -> None:
        """Draw what a tag begins whose end is on another line of a block."""
        for opening in self._waiting:
            if opening.tag.name in ALONE:
                self._made[opening.place] = [_made("between", BEFORE.get(opening.tag.name, ""), opening.token)]

    def _is_doubtful(self, opening: _Opening) -> bool:
        """Whether a tag is more likely the parameter of a type, as in `Vec<b>`."""
        return len(opening.tag.name) == 1 and self._before(opening).isalnum()

    def _before(self, opening: _Opening) -> str:
        """The character before a tag, if that is text."""
        before = self._made[opening.place - 1] if opening.place else []
        return before[-1].content[-1:] if before else ""

    def _take(self, token: Token) -> None:
        index = len(self._made)
        self._made.append([token])
        if token.nesting > 0:
            self._around.append(index)
            is_link = token.type == "link_open" and "bare" not in token.meta
            self._links += is_link
            self._open_links += token.type == "link_open"
        elif token.nesting < 0:
            self._open_links -= token.type == "link_close"
            inner = self._around.pop()
            while self._waiting and self._waiting[-1].within == inner:
                self._pop()
        elif token.type == "html_inline" and (tag := read_tag(token.content)):
            self._made[index] = self._end(token, tag) if tag.is_closing else self._begin(index, token, tag)

    def _pop(self) -> _Opening:
        opening = self._waiting.pop()
        self._counts[opening.tag.name, opening.within] -= 1
        return opening

    def _begin(self, index: int, token: Token, tag: Tag) -> list[Token]:
        """What takes the place of a tag that has no partner, or waits for it."""
        name = tag.name
        match name:
            case "br":
                return [_made("hardbreak", "", token)]
            case "hr":
                return [
                    _made("between", "\n", token),
                    _made("text_special", "───", token),
                    _made("hardbreak", "", token),
                ]
            case "wbr":
                return []
            case "img":
                return self._image(token, tag)
        if self._is_block and name in OF_BLOCKS:
            return [_made("between", self._lists.begin(tag) or BEFORE.get(name, ""), token)]
        if name in PAIRED and not tag.is_empty and (name != "a" or self._is_link(tag)):
            self._waiting.append(_Opening(index, token, tag, self._around[-1], self._links))
            self._counts[name, self._around[-1]] += 1
        return [token]

    def _is_link(self, tag: Tag) -> bool:
        if "href" in tag.attributes:
            return not self._open_links and bool(self._target(tag.attributes["href"]))
        return "name" in tag.attributes or "id" in tag.attributes

    def _target(self, written: str) -> str:
        href = self._markdown.normalizeLink(written)
        return href if self._markdown.validateLink(href) else ""

    def _image(self, token: Token, tag: Tag) -> list[Token]:
        target = self._target(tag.attributes.get("src", ""))
        if not target:
            return [token]
        image = _made("image", "", token)
        image.attrs = {"src": target}
        image.children = [_made("text", tag.attributes.get("alt", ""))]
        return [image]

    def _end(self, token: Token, tag: Tag) -> list[Token]:
        """What takes the place of a closing tag; the one that it closes gets its meaning as well."""
        if tag.name == "br":
            return [_made("hardbreak", "", token)]  # as browsers take it
        self._lists.end(tag)
        within = self._around[-1]
        if self._counts[tag.name, within]:
            opening = self._pop()
            while opening.tag.name != tag.name:
                opening = self._pop()
            if opening.links == self._links or tag.name != "a":
                return self._pair(opening, token)
        return [] if self._is_block and tag.name in OF_BLOCKS | ALONE else [token]

    def _pair(self, opening: _Opening, closing: Token) -> list[Token]:
        name, token = opening.tag.name, opening.token
        before = [_made("between", BEFORE[name], token)] if name in BEFORE else []
        after = [_made("after", "\n", closing)] if before else []
        if mark := MARKS.get(name):
            self._made[opening.place] = [*before, _made(f"{mark}_open", "", token, mark, 1)]
            return [_made(f"{mark}_close", "", closing, mark, -1), *after]
        if name in AROUND:
            return self._pair_around(opening, closing)
        if name == "a" and "href" in opening.tag.attributes:
            self._links += 1
            for made in self._made[opening.place + 1 :]:
                made[:] = [inner for inner in made if "bare" not in inner.meta]
            link = _made("link_open", "", token, "a", 1)
            link.attrs = {"href": self._target(opening.tag.attributes["href"])}
            self._made[opening.place] = [link]
            return [_made("link_close", "", closing, "a", -1)]
        self._made[opening.place] = before
        return after

    def _pair_around(self, opening: _Opening, closing: Token) -> list[Token]:
        """What takes the place of the end of a quote, or of small characters."""
        left, right = AROUND[opening.tag.name]
        is_short = len(self._made) - opening.place <= _SMALL_TOKENS
        inner = [token for made in self._made[opening.place + 1 : -1] for token in made] if is_short else []
        is_text = all(token.type in ("text", "text_special") for token in inner)
        words = "".join(token.content for token in inner).strip() if is_text else ""
        if is_short and is_text and not words:
            self._made[opening.place] = []
            return []
        if words and opening.tag.name in _SMALL:
            small = _SMALL[opening.tag.name](words)
            if small is not None:
                self._made[opening.place :] = [[] for _ in self._made[opening.place :]]
                token = _made("text_special", small, closing)
                if "span" in token.meta:
                    token.meta["span"] = (opening.token.meta["span"][0], token.meta["span"][1])
                return [token]
            if len(words) == 1:
                left, right = left[:-1], ""
            elif " " in words and not self._before(opening).strip():
                left, right = "", ""  # a note in small print
        self._made[opening.place] = [_made("text_special", left, opening.token)]
        return [_made("text_special", right, closing)]


def _made(kind: str, content: str, at: Token | None = None, tag: str = "", nesting: Literal[-1, 0, 1] = 0) -> Token:
    """A token in the place of another."""
    from markdown_it.token import Token as MarkdownToken

    token = MarkdownToken(kind, tag, nesting, content=content)
    if at is not None and "span" in at.meta:
        token.meta["span"] = at.meta["span"]
    return token


def _without_blanks(tokens: list[Token]) -> list[Token]:
    """The tokens without blanks and soft breaks beside the breaks of lines that tags made."""
    kept: list[Token] = []
    behind = -1
    """Where the last break ends in the source, if nothing is drawn behind it."""
    for token in tokens:
        if _is_break(token):
            if kept and kept[-1].type == "text":
                kept[-1].content = kept[-1].content.rstrip(" \t")
            elif kept and kept[-1].type == "softbreak":
                kept[-1].type = "gone"
        elif behind >= 0 and token.type == "softbreak":
            token.type = "gone"
        elif behind >= 0 and token.type == "text":
            lost = len(token.content) - len(token.content.lstrip(" \t"))
            blanks = _made("gone", "")
            blanks.meta["span"] = (behind, behind + lost)
            kept.append(blanks)
            token.content = token.content[lost:]
        kept.append(token)
        if _is_break(token) or token.type == "gone":
            behind = token.meta.get("span", (-1, -1))[1] if _is_break(token) or behind >= 0 else -1
        elif token.content or token.nesting:
            behind = -1
    return kept


def _is_break(token: Token) -> bool:
    return token.type == "hardbreak" or (token.type in ("between", "after") and "\n" in token.content)
