"""The HTML tags that models write among Markdown: which have a meaning here, and how each is read."""

from __future__ import annotations

import re
from typing import NamedTuple

_ATTRIBUTE = re.compile(r"\s+([a-zA-Z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_TAG = re.compile(rf"<(/?)([A-Za-z][A-Za-z0-9]*)((?:{_ATTRIBUTE.pattern})*)\s*(/?)>")
_LONE_ATTRIBUTES = frozenset({"open", "hidden", "controls", "reversed"})
"""Those that need no value; `<b and c>` in `a<b and c>d` has others."""
MARKS = {
    **dict.fromkeys(("b", "strong", "mark", "summary", "h1", "h2", "h3", "h4", "h5", "h6"), "strong"),
    **dict.fromkeys(("i", "em", "cite", "var", "dfn", "u", "ins"), "em"),
    **dict.fromkeys(("s", "strike", "del"), "s"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "code"),
}
AROUND = {"sub": ("_(", ")"), "sup": ("^(", ")"), "rt": ("(", ")"), "q": ("“", "”")}
"""What is drawn in place of a tag and of the tag that closes it."""
_UNSEEN = frozenset(
    ("span", "font", "small", "big", "abbr", "nobr", "bdi", "ruby", "rb", "center", "p", "div", "details", "figure")
)
"""Tags whose content alone is drawn."""
PAIRED = frozenset((*MARKS, *AROUND, *_UNSEEN, "a"))
OF_BLOCKS = frozenset(("center", "p", "div", "details", "figure", "figcaption", "picture", "source")) | frozenset(
    ("ul", "ol", "li", "table", "thead", "tbody", "tr", "td", "th", "blockquote")
)
"""Tags of blocks of HTML, which are not drawn there, with or without the tag that closes them."""
ALONE = frozenset(("summary", "h1", "h2", "h3", "h4", "h5", "h6"))
"""Those whose end may stand on another line of the block."""
BEFORE = {
    "li": "\n• ",
    "tr": "\n",
    "td": " │ ",
    "th": " │ ",
    "blockquote": "\n▎ ",
    **dict.fromkeys(("p", "div", "details", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6"), "\n"),
    "summary": "\n▾ ",
}
"""What tells the content of a tag from what is drawn before it."""
_PROSE = (PAIRED | OF_BLOCKS | {"br", "hr", "img"}) - {"code", "samp", "tt"}
_OF_CODE = re.compile(r"class|on\w+|data-.*|hx-.*|v-.*|:.*", re.IGNORECASE)
"""Attributes of pages and programs, whose source is what is meant."""


class Tag(NamedTuple):
    """A tag as it is written."""

    name: str
    is_closing: bool
    is_empty: bool
    attributes: dict[str, str]


def may_be_prose(line: str, is_open: bool) -> bool:
    """Whether a block of HTML that begins with `line` is part of a prose text, and not the source of a page.

    `is_open`: the line may grow, and is taken for prose until its first tag is known.
    """
    begun = re.match(r"\s*</?([A-Za-z][A-Za-z0-9]*)", line)
    if begun is None:
        return False
    name = begun[1].lower()
    if begun.end() == len(line) and is_open:
        return any(known.startswith(name) for known in _PROSE)
    found = _TAG.match(line, begun.start(1) - line[: begun.end()].count("/") - 1)
    if found is None:
        return is_open and name in _PROSE and ">" not in line
    tag = read_tag(found.group())
    return tag is not None and tag.name in _PROSE and not any(map(_OF_CODE.fullmatch, tag.attributes))


def read_tag(written: str) -> Tag | None:
    """A tag, or None if it is none that has a meaning here."""
    found = _TAG.fullmatch(written)
    if found is None or not (found[2].islower() or found[2].isupper()):
        return None
    from html import unescape

    attributes: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(found[3]):
        name, *values = attribute.groups("")
        if "=" not in attribute.group() and name.lower() not in _LONE_ATTRIBUTES:
            return None
        attributes[name.lower()] = unescape("".join(values))
    return Tag(found[2].lower(), bool(found[1]), bool(found[found.re.groups]), attributes)
