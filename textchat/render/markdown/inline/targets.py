"""Tells whether a link's text says where the link leads, and shows the target where it does not.

The text of a link is foreign: `[https://good.example/?u=evil.example](http://evil.example)` ends with its target and
reads as another address. So only a text that is the whole address counts, and of a target at least its host is shown.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

from textchat.core.text.sanitize import revealed
from textchat.render.markdown.inline.addresses import BLANK_OR_UNSEEN

_LONGEST_SHOWN = 60
"""Characters of a target that are shown, unless its host is longer."""
_LONGEST_USER = 24
"""Characters that are shown of what stands before the `@` of a web address, which may look like a host."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+|(?:https?|mailto):", re.IGNORECASE)
"""With any number of slashes: a browser takes `https:evil.example` and `https:///evil.example` as it takes two."""
_AUTHORITY_END = re.compile("[/?#]")
_ON_THE_WEB = frozenset({"https://", "http://"})
_ENCODED = re.compile(r"(?:%[89A-F][0-9A-F])+", re.IGNORECASE)
_BRACKET = re.compile(r"%(?:5B|5D|5E|7B|7C|7D)", re.IGNORECASE)
"""The encoded forms of `[ ] ^ { | }`, which no other sign looks like: an address is encoded before it is opened."""
_UNSEEN = re.compile(f"[{BLANK_OR_UNSEEN}]")
_JOINT = r"[@:/?#&=%~+_.\-]"
_NOTHING = rf"(?![\s\x00-\x1f\x7f-\x9f\u2800\u3164\uffa0])[{BLANK_OR_UNSEEN}]"
"""What is drawn as nothing at all, so that the signs around it read as one word."""
_GOES_ON_BEFORE = re.compile(f"{_JOINT}(?:{_NOTHING})*$")
_WORD_BEFORE = re.compile(rf"[^\W_](?:{_NOTHING})*$")
_GOES_ON_AFTER = re.compile(f"(?:{_JOINT}|{_NOTHING})*[A-Za-z0-9\u00c0-\u024f\u0370-\u052f]")
"""A letter of an alphabet: Chinese and Japanese put no space behind an address, and no name goes on so."""


class _Address(NamedTuple):
    """The parts of an address, such that two are equal only if they are the same."""

    scheme: str
    authority: str
    rest: str

    @classmethod
    def of(cls, text: str) -> _Address:
        scheme, authority, rest = _parts(text.strip(" "))
        plain = _BRACKET.sub(_bracket, _ENCODED.sub(_decoded, rest))
        return cls(scheme.lower(), authority.lower(), plain.rstrip("/"))


def says(text: str, href: str, before: str, after: str) -> bool:
    """Whether the text of a link is its target, and cannot be read as part of another address.

    `before` and `after` are what is drawn around it: `https://good.example/[evil.example](http://evil.example)`.
    """
    said, meant = _Address.of(text), _Address.of(href)
    # Without a scheme it reads as a web address or, with an @, as one of mail.
    usual = {"mailto:"} if "@" in said.authority else _ON_THE_WEB
    goes_on = (
        _GOES_ON_BEFORE.search(before)
        or (not said.scheme and _WORD_BEFORE.search(before))
        or _GOES_ON_AFTER.match(after)
    )
    is_same = meant.scheme == said.scheme or (not said.scheme and meant.scheme in usual)
    return is_same and said[1:] == meant[1:] and not goes_on


def shown_target(href: str, text: str) -> str:
    """A target as it is shown beside `text`; the scheme is left out where nothing else can be meant."""
    scheme, authority, rest = _parts(href)
    user, at, host = authority.rpartition("@")
    is_mail = scheme.lower() == "mailto:"
    is_plain = is_mail or (not at and scheme.lower() in _ON_THE_WEB)
    if is_plain and _Address.of(text).scheme in ("", scheme.lower()):
        scheme = ""
    if len(user) > _LONGEST_USER and not is_mail:
        user = user[: _LONGEST_USER - 1] + "…"
    head = revealed(f"{scheme}{user}{at}{host}")
    tail = revealed(_ENCODED.sub(_decoded, rest)).rstrip("/")
    room = max(1, _LONGEST_SHOWN - len(head))
    return head + (tail if len(tail) <= room else tail[: room - 1] + "…")


def _parts(address: str) -> tuple[str, str, str]:
    """The scheme with its separator, the authority (of mail: the addresses), and all that follows."""
    scheme = found.group() if (found := _SCHEME.match(address)) else ""
    end = found.start() if (found := _AUTHORITY_END.search(address, len(scheme))) else len(address)
    return scheme, address[len(scheme) : end], address[end:]


def _bracket(encoded: re.Match[str]) -> str:
    return unquote(encoded.group())


def _decoded(encoded: re.Match[str]) -> str:
    """Percent-encoded letters beyond ASCII for reading; all else, which may be unseen or look like a sign, as it is."""
    try:
        text = unquote(encoded.group(), errors="strict")
    except UnicodeDecodeError:
        return encoded.group()
    is_readable = all(unicodedata.category(sign)[0] in "LMN" for sign in text) and not _UNSEEN.search(text)
    return text if is_readable else encoded.group()
