"""Marks places of a text that cite sources, until the message is built: then they are its citations.

A mark has the links that stood in its place when sources were links in the text: what is named after its words, such as
a message without an id of its own, keeps its name, and an import that was made then is known again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part

_OPEN, _BELOW, _SOURCE, _URL, _CLOSE = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4"
"""Codes that no text may hold (https://www.unicode.org/faq/private_use.html#noncharacters)."""
_MARK = re.compile(
    f"([{_OPEN}{_BELOW}])([^{_OPEN}-{_CLOSE}]*)((?:{_SOURCE}[^{_OPEN}-{_CLOSE}]*{_URL}[^{_OPEN}-{_CLOSE}]*)+){_CLOSE}"
)
_EACH = re.compile(f"{_SOURCE}([^{_OPEN}-{_CLOSE}]*){_URL}([^{_OPEN}-{_CLOSE}]*)")
_CODES = re.compile(f"[{_OPEN}-{_CLOSE}]")
_ADDRESS = re.compile(r"https?://\S+")


def cite(sources: Iterable[tuple[object, object]], links: str, *, is_below: bool = False) -> str:
    """A mark for sources, title and address each; `links` stood in its place.

    `is_below`: they are sources of the whole text. Where none has an address, the links alone.
    """
    pairs = [
        f"{_SOURCE}{_plain(title)}{_URL}{_CODES.sub('', url)}"
        for title, url in sources
        if isinstance(url, str) and _ADDRESS.fullmatch(url)
    ]
    if not pairs:
        return links
    return f"{_BELOW if is_below else _OPEN}{_CODES.sub('', links)}{''.join(pairs)}{_CLOSE}"


def _plain(title: object) -> str:
    return _CODES.sub("", " ".join(title.split())) if isinstance(title, str) else ""


def with_links(text: str) -> str:
    """The text as it was when its sources were links in it."""
    return _MARK.sub(r"\2", text) if _CODES.search(text) else text


def resolved(text: str, parts: Sequence[Part] = ()) -> tuple[str, tuple[Citation, ...], tuple[Part, ...]]:
    """The text without its marks, the citations that they were, and the parts at their places in it."""
    if _CODES.search(text) is None:
        return text, (), tuple(parts)
    found: dict[str, tuple[str, list[int]]] = {}
    pieces, length, told = [], 0, 0
    ends, lengths = [0], [0]
    for mark in _MARK.finditer(text):
        piece = text[told : mark.start()]
        told = mark.end()
        is_below = mark[1] == _BELOW
        if is_below:
            piece = piece.rstrip("\n")
        elif not text[told : told + 1].isalnum():  # the blanks before a number that stood there go with it
            piece = piece.rstrip(" \t")
        pieces.append(piece)
        length += len(piece)
        ends.append(told)
        lengths.append(length)
        for title, url in _EACH.findall(mark[3]):
            first_title, places = found.setdefault(url, (title, []))
            found[url] = (first_title or title, places)
            if not is_below:
                places.append(length)
    plain = "".join((*pieces, text[told:]))

    def place(before: int) -> int:
        at = bisect_right(ends, before) - 1
        return min(lengths[at] + before - ends[at], len(plain))

    citations = (Citation(url, title or None, tuple(sorted(set(places)))) for url, (title, places) in found.items())
    return plain, tuple(citations), tuple(part.at(place(part.offset)) for part in parts)
