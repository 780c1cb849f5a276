"""Extends markdown-it's inline parser by source ranges of tokens, bare addresses and formulas."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textchat.render.markdown.inline.addresses import UNSAFE, address_between, addresses_in, read_address, target_of
from textchat.render.markdown.inline.tex import readable

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
_MATHS_SIGN = re.compile(r"[\\^_{}=+*/<>|]|^-?[A-Za-z0-9]'{0,3}(?:\([A-Za-z0-9, ]+\))?$")
_TEX = re.compile(r"\\[A-Za-z]|\^")
"""Not found in prices and shell variables: between dollars that are still open, it marks a formula."""
_UNFINISHED = re.compile(r"(?:\\[A-Za-z]*|[\^_{])+$")
_REACH = 4_000
"""Characters of the longest formula."""
DOLLAR_REACH = 300
"""Characters of the longest formula between single dollars: two prices in one paragraph are none."""


@functools.cache
def inline_parser() -> MarkdownIt:
    """Build the CommonMark parser with strikethrough, source ranges, addresses and formulas.

    It reads from its environment `references` and `live` (whether the text still grows, and what is open at its end is
    to be closed), and sets `open` there where emphasis or a formula was open.

    Imported at the first use: it takes 35 ms.
    """
    from markdown_it import MarkdownIt, rules_inline

    from textchat.render.markdown.inline import emphasis as marks

    class SafeMarkdownIt(MarkdownIt):
        """Takes no address that holds a control of the terminal or of the writing direction."""

        def normalizeLink(self, url: str) -> str:
            return _REFUSED if UNSAFE.search(url) else super().normalizeLink(url)

    markdown = SafeMarkdownIt("commonmark").enable("strikethrough").disable("fragments_join", True)
    ruler = markdown.inline.ruler
    named: list[tuple[str, InlineRule]] = [
        ("newline", rules_inline.newline),
        ("escape", rules_inline.escape),
        ("backticks", rules_inline.backtick),
        ("link", rules_inline.link),
        ("image", rules_inline.image),
        ("autolink", rules_inline.autolink),
        ("html_inline", _html_inline),
        ("entity", rules_inline.entity),
    ]
    for name, rule in named:
        ruler.at(name, _placed(rule))
    ruler.before("escape", "maths", _placed(_maths))
    ruler.before("text", "address", _address)
    ruler.at("text", _text)
    ruler.at("emphasis", marks.emphasis)
    ruler.at("strikethrough", marks.strikethrough)
    markdown.inline.ruler2.at("strikethrough", marks.struck)
    markdown.inline.ruler2.after("balance_pairs", "still_open", _close_open)
    return markdown


@functools.cache
def html_parser() -> MarkdownIt:
    """Build the parser of lines of HTML: tags, entities and addresses."""
    markdown = inline_parser.__wrapped__()
    markdown.inline.ruler.enableOnly(["address", "text", "html_inline", "entity"])
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


def _html_inline(state: StateInline, silent: bool) -> bool:
    """Rule for tags. One of a link that nothing closes leaves the addresses behind it links."""
    from markdown_it.rules_inline import html_inline

    level = state.linkLevel
    is_tag = html_inline(state, silent)
    state.linkLevel = level
    return is_tag


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


def _maths(state: StateInline, silent: bool) -> bool:
    r"""Rule for formulas: `\(…\)`, `\[…\]`, `$$…$$`, and `$…$` where it cannot be money."""
    opener = next((pair for pair in (r"\(", r"\[", "$$", "$") if state.src.startswith(pair, state.pos)), None)
    if opener is None:
        return False
    closer = {r"\(": r"\)", r"\[": r"\]"}.get(opener, opener)
    start = state.pos + len(opener)
    reach = start + (DOLLAR_REACH if opener == "$" else _REACH)
    end = state.src.find(closer, start, min(state.posMax, reach))
    if end < 0 and state.env["live"] and state.posMax < reach:
        return _open_maths(state, silent, opener, state.src[start : state.posMax])
    content = state.src[start:end] if end >= 0 else ""
    if not content.strip() or not _is_maths(opener, content, state.src[end + 1 : end + 2]):
        return False
    if not silent:
        _push_maths(state, opener, content)
    state.pos = end + len(closer)
    return True


def _open_maths(state: StateInline, silent: bool, opener: str, content: str) -> bool:
    """Rule for a formula still open at the end of a growing text, drawn as far as it has come."""
    if opener == "$" and (content[:1].isspace() or "\n" in content or _TEX.search(content) is None):
        return False
    if not silent:
        state.env["open"] = True
        _push_maths(state, opener, _UNFINISHED.sub("", content))
    state.pos = state.posMax
    return True


def _push_maths(state: StateInline, opener: str, content: str) -> None:
    token = state.push("maths", "", 0)
    token.content = readable(content.strip())
    token.markup = opener


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
