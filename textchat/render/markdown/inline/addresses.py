"""Finds bare web and mail addresses in text, which are links without any markup, as in GFM."""

from __future__ import annotations

import functools
import re

_WEB = (
    r"(?<![A-Za-z0-9/])(?:https?://(?=[^\W_]|\[)|www\.(?=[^\W_]))"
    r"(?:(?!\*\*|~~)[^\s<>\"`|\\、，。；：！？（）【】《》「」『』“”])+"
)
"""Unlike GFM's, an address ends at the punctuation of Chinese and Japanese, which puts no space behind it."""
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
