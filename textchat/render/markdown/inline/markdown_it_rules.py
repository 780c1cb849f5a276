"""Extends markdown-it's inline parser by source ranges of tokens, bare addresses and formulas."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textchat.render.markdown.inline.addresses import UNSAFE, address_between, addresses_in, read_address, target_of

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

    InlineRule = Callable[[StateInline, bool], bool]

References = Mapping[str, Mapping[str, str]]
"""The link definitions of a text: normalised label → `href` and `title`."""

_REFUSED = "javascript:"
"""A target that makes no link."""
_SIGN = re.compile(r"[\n!#$%&*+\-:<=>@\[\\\]^_`{}~]")
"""What may mean something within a text: markdown-it's own set, which it keeps elsewhere in each of its versions."""


@functools.cache
def inline_parser() -> MarkdownIt:
    """Build the CommonMark parser with strikethrough, source ranges, addresses and formulas.

    It reads from its environment `references` and `live` (whether the text still grows, and what is open at its end is
    to be closed), and sets `open` there where emphasis or a formula was open. Its first use imports for 35 ms.
    """
    from markdown_it import rules_inline

    from textchat.render.markdown.inline import emphasis as marks
    from textchat.render.markdown.inline.formulas import formula

    markdown = _parser(
        {
            "\n": (rules_inline.newline,),
            "$": (formula,),
            "\\": (formula, rules_inline.escape),
            "`": (rules_inline.backtick,),
            "*": (marks.emphasis,),
            "_": (marks.emphasis,),
            "~": (marks.strikethrough,),
            "[": (rules_inline.link,),
            "!": (rules_inline.image,),
            "<": (rules_inline.autolink, _tag(rules_inline.html_inline)),
            "&": (rules_inline.entity,),
        }
    )
    markdown.inline.ruler2.at("strikethrough", marks.struck)
    markdown.inline.ruler2.after("balance_pairs", "still_open", _close_open)
    return markdown


@functools.cache
def html_parser() -> MarkdownIt:
    """Build the parser of lines of HTML: tags, entities and addresses."""
    from markdown_it import rules_inline

    return _parser({"<": (_tag(rules_inline.html_inline),), "&": (rules_inline.entity,)})


def _parser(by_sign: Mapping[str, tuple[InlineRule, ...]]) -> MarkdownIt:
    """Build a parser of addresses, text, and what begins with each of some signs."""
    from markdown_it import MarkdownIt

    class SafeMarkdownIt(MarkdownIt):
        """Takes no address that holds a control of the terminal or of the writing direction."""

        def normalizeLink(self, url: str) -> str:
            return _REFUSED if UNSAFE.search(url) else super().normalizeLink(url)

    markdown = SafeMarkdownIt("commonmark").enable("strikethrough").disable("fragments_join", True)
    ruler = markdown.inline.ruler
    ruler.at("text", _text)
    ruler.after("text", "sign", _sign(by_sign))
    ruler.enableOnly(["text", "sign"])
    return markdown


def _sign(by_sign: Mapping[str, tuple[InlineRule, ...]]) -> InlineRule:
    """Rule for what begins with a sign; it notes the source range of its tokens in their `meta["span"]`."""

    def sign(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        # Twelve rules one after the other, each of which looks at the sign first, took half the time of parsing.
        for rule in by_sign.get(state.src[start], ()):
            if rule(state, silent):
                break
        else:
            return False
        for token in state.tokens[count:]:
            # Plain text and marks of emphasis stand one after another: the cursor follows them.
            if token.type != "text" and "span" not in token.meta:
                token.meta["span"] = (start, start + 1) if token.type == "link_open" else (start, state.pos)
        return True

    return sign


def _tag(html_inline: InlineRule) -> InlineRule:
    """Wrap the rule for tags: one of a link that nothing closes leaves the addresses behind it links."""

    def tag(state: StateInline, silent: bool) -> bool:
        level = state.linkLevel
        is_tag = html_inline(state, silent)
        state.linkLevel = level
        return is_tag

    return tag


def _text(state: StateInline, silent: bool) -> bool:
    """Rule for plain text: an address, or up to the next one or the next character with a possible meaning."""
    start, end = state.pos, state.posMax
    if addresses := addresses_in(state.src):
        if start < (behind := addresses.get(start, 0)) <= end:
            _add_address(state, behind, silent)
            return True
        end = address_between(state.src, start, end)
    sign = _SIGN.search(state.src, start, end)
    end = sign.start() if sign else end
    if end == start:
        return False
    if not silent:
        state.pending += state.src[start:end]
    state.pos = end
    return True


def _add_address(state: StateInline, end: int, silent: bool) -> None:
    """Add a bare address, including signs of emphasis in it; within a link it is plain text."""
    if not silent and state.linkLevel:
        _push_address(state, end)
    elif not silent:
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": _href(read_address(state.src[state.pos : end]))}
        opening.meta.update(span=(state.pos, state.pos), bare=True)
        _push_address(state, end)
        closing = state.push("link_close", "a", -1)
        closing.markup = "autolink"
        closing.meta.update(span=(end, end), bare=True)
    state.pos = end


def _push_address(state: StateInline, end: int) -> None:
    """Add the text of an address, which is drawn as it is opened."""
    written = state.src[state.pos : end]
    read = read_address(written)
    token = state.push("text" if read == written else "text_special", "", 0)
    token.content = read
    if read != written:
        token.meta["span"] = (state.pos, end)


@functools.lru_cache(maxsize=256)
def _href(address: str) -> str:
    """The target of an address; the end of a growing text is parsed again with each piece."""
    return inline_parser().normalizeLink(target_of(address))


def _close_open(state: StateInline) -> None:
    """Note whether emphasis was left open; at the end of a growing text, close it, as it will look then."""
    from textchat.render.markdown.inline.emphasis import is_between_wide

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
        if mark.marker not in b"*_~" or (mark.close and not is_between_wide(state, mark)):
            continue  # inside a word: more likely a sign than the beginning of something
        token = state.push("text", "", 0)
        token.content = ""
        mark.end = len(state.delimiters)
        closing = dataclasses.replace(mark, token=len(state.tokens) - 1, end=-1, open=False, close=True)
        state.delimiters.append(closing)
