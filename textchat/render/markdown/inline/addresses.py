"""Finds bare web and mail addresses in text, which are links without any markup, as in GFM."""

from __future__ import annotations

import functools
import re

UNSEEN = (
    r"\x00-\x20\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u1680\u17b4-\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
"""Control and format characters, blanks, and what is drawn as nothing or as a blank, for use between `[` and `]`."""
_WEB = (
    r"(?<![A-Za-z0-9/])(?:https?://(?=[^\W_]|\[)|www\.(?=[^\W_]))"
    r"(?:(?!\*\*|~~)[^\s<>\"`|\\、，。；：！？（）【】《》「」『』“”" + UNSEEN + "])+"
)
"""Unlike GFM's, an address ends at the punctuation of Chinese and Japanese, which puts no space behind it, and at every
character that cannot be seen."""
_MAIL = r"(?<![\w.+-])(?:mailto:)?[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,10}[A-Za-z]{2,}(?![\w-])"
_ADDRESS = re.compile(f"{_WEB}|{_MAIL}", re.IGNORECASE)
_OPENERS = {")": "(", "]": "[", "}": "{"}
_OF_SENTENCE = "?!.,:;*_~'…”’"
"""Signs at the end that belong to the sentence around an address."""


@functools.lru_cache(maxsize=8)
def addresses_in(source: str) -> dict[int, int]:
    """The start of each address in a text, in order, with its end."""
    if "://" not in source and "@" not in source and "www." not in source.lower():
        return {}
    return {match.start(): match.start() + _length(match.group()) for match in _ADDRESS.finditer(source)}


def target_of(address: str) -> str:
    """The URL of a bare address."""
    if re.match(r"https?://|mailto:", address, re.IGNORECASE):
        return address
    return ("http://" if address[:4].lower() == "www." else "mailto:") + address


def _length(address: str) -> int:
    """The length of an address, without an unbalanced closing bracket and without sentence punctuation at its end."""
    opened: list[str] = []
    for place, sign in enumerate(address):
        if sign in "([{":
            opened.append(sign)
        elif sign in _OPENERS and (not opened or opened.pop() != _OPENERS[sign]):
            address = address[:place]
            break
    return len(address.rstrip(_OF_SENTENCE))
