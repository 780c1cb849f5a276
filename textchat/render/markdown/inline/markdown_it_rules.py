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

    maths = _placed(formula)
    markdown = _parser(
        {
            "\n": (_placed(rules_inline.newline),),
            "$": (maths,),
            "\\": (maths, _placed(rules_inline.escape)),
            "`": (_placed(rules_inline.backtick),),
            "*": (marks.emphasis,),
            "_": (marks.emphasis,),
            "~": (marks.strikethrough,),
            "[": (_placed(rules_inline.link),),
            "!": (_placed(rules_inline.image),),
            "<": (_placed(rules_inline.autolink), _placed(_tag(rules_inline.html_inline))),
            "&": (_placed(rules_inline.entity),),
        }
    )
    markdown.inline.ruler2.at("strikethrough", marks.struck)
    markdown.inline.ruler2.after("balance_pairs", "still_open", _close_open)
    return markdown


@functools.cache
def html_parser() -> MarkdownIt:
    """Build the parser of lines of HTML: tags, entities and addresses."""
    from markdown_it import rules_inline

    return _parser({"<": (_placed(_tag(rules_inline.html_inline)),), "&": (_placed(rules_inline.entity),)})


def _parser(by_sign: Mapping[str, tuple[InlineRule, ...]]) -> MarkdownIt:
    """Build a parser of addresses, text, and what begins with each of some signs."""
    from markdown_it import MarkdownIt

    class SafeMarkdownIt(MarkdownIt):
        """Takes no address that holds a control of the terminal or of the writing direction."""

        def normalizeLink(self, url: str) -> str:
            return _REFUSED if UNSAFE.search(url) else super().normalizeLink(url)

    def sign(state: StateInline, silent: bool) -> bool:
        # One after the other, twelve rules that each look at the sign first took half the time of parsing.
        for rule in by_sign.get(state.src[state.pos], ()):
            if rule(state, silent):
                return True
        return False

    markdown = SafeMarkdownIt("commonmark").enable("strikethrough").disable("fragments_join", True)
    ruler = markdown.inline.ruler
    ruler.before("text", "address", _address)
    ruler.at("text", _text)
    ruler.after("text", "sign", sign)
    ruler.enableOnly(["address", "text", "sign"])
    return markdown


def _placed(rule: InlineRule) -> InlineRule:
    """Wrap `rule` so that it notes the source range of its tokens in their `meta["span"]`."""

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


def _tag(html_inline: InlineRule) -> InlineRule:
    """Wrap the rule for tags: one of a link that nothing closes leaves the addresses behind it links."""

    def tag(state: StateInline, silent: bool) -> bool:
        level = state.linkLevel
        is_tag = html_inline(state, silent)
        state.linkLevel = level
        return is_tag

    return tag


def _address(state: StateInline, silent: bool) -> bool:
    """Rule for bare addresses, including signs of emphasis in them; within a link they are plain text."""
    end = addresses_in(state.src).get(state.pos, 0)
    if not state.pos < end <= state.posMax:
        return False
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
    return True


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


def _text(state: StateInline, silent: bool) -> bool:
    """Rule for plain text: up to the next character with a possible meaning, or the next address."""
    end = address_between(state.src, state.pos, state.posMax)
    sign = _SIGN.search(state.src, state.pos, end)
    end = sign.start() if sign else end
    if end == state.pos:
        return False
    if not silent:
        state.pending += state.src[state.pos : end]
    state.pos = end
    return True


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
