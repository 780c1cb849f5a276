"""Finds bare web and mail addresses in text, which are links without any markup, as in GFM."""

from __future__ import annotations

import functools
import re
from bisect import bisect_right

from textchat.core.text.unseen import UNSEEN

BLANK_OR_UNSEEN = UNSEEN + (
    r"\x00-\x20\x7f-\xa0\u0600-\u0605\u06dd\u070f\u0890-\u0891\u08e2\u1680\u2000-\u200a\u2028\u2029\u202f\u205f"
    r"\u2800\u3000\ud800-\udfff\U000110bd\U000110cd"
)
"""With control and format characters, and blanks; for use between `[` and `]`."""
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Controls of the terminal and of the writing direction, which are part of no address."""
_END_OF_WEB = r"\s<>\"`|\\，。；：！？（）【】《》「」『』“”„«»‹›、" + BLANK_OR_UNSEEN
_WEB = (
    r"(?<![A-Za-z0-9/\\])(?:(?:https?|ftp)://(?=[^\W_]|\[|[^\x00-\x7f])|www\.(?=[^\W_]))"
    rf"(?:(?!\*\*|~~)[^{_END_OF_WEB}/?#]|\\[_-])+"
    rf"(?:[/?#](?:(?!\*\*|~~)[^{_END_OF_WEB}]|\\[!#-'(-/:;=?@\[\]^_{{}}~])*)?"
)
"""Unlike GFM's, an address ends at the punctuation of Chinese and Japanese, which puts no space behind it, at quotation
marks, and at every character that cannot be seen. What is escaped in it means itself, as in all text, and models escape
what needs none: `https://a.b/c\\_d`. Only in the host nothing but `_` and `-` may be, since `\\.` is where some end an
address."""
_MAIL = (
    r"(?<![\w.+\\-])(?:mailto:|(xmpp:))?(?:[A-Za-z0-9_.+-]|\\[_.+-]){1,64}"
    r"@(?:(?:[A-Za-z0-9-]|\\-){1,63}\.){1,10}[A-Za-z]+(?![\w-]|:[\w~/])(?(1)(?:/[A-Za-z0-9@.]+)?)"
)
"""Of mail; or of a chat, as in GFM, which may name a resource behind it. What goes on behind a colon is where a program
copies from: `git@github.com:user/repository`."""
_NOT_WEB = re.compile(f"[{_END_OF_WEB}]")
_ADDRESS = re.compile(f"{_WEB}|{_MAIL}", re.IGNORECASE)
_UNIT = re.compile(r"\\[!-/:-@\[-`{-~]|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|.", re.DOTALL)
"""A character as it is written: itself, escaped, or by its name."""
_SIMPLE = re.compile(r"[^\\&()\[\]{}]*")
_OPENERS = {")": "(", "]": "[", "}": "{"}
_GOES_ON = re.compile(r"[A-Za-z0-9+/?&=#%]")
"""What may stand behind a parenthesis that closes none of the address, and is part of it: `www.a.b/q=(c))+d`."""
_OF_SENTENCE = "?!.,:;*_~'…”’"
"""Signs at the end that belong to the sentence around an address."""


@functools.lru_cache(maxsize=8)
def addresses_in(source: str) -> dict[int, int]:
    """The start of each address in a text, in order, with its end."""
    if "://" not in source and "@" not in source and "www." not in source.lower():
        return {}
    return {match.start(): match.start() + _length(match.group()) for match in _ADDRESS.finditer(source)}


def address_between(source: str, start: int, end: int) -> int:
    """Where the first address behind `start` begins; `end` if there is none before."""
    starts = _starts(source)
    index = bisect_right(starts, start)
    return starts[index] if index < len(starts) and starts[index] < end else end


@functools.lru_cache(maxsize=8)
def _starts(source: str) -> tuple[int, ...]:
    return tuple(addresses_in(source))


def read_address(written: str) -> str:
    """A bare address as it is read, without the escapes that it is written with."""
    if "\\" not in written and "&" not in written:
        return written
    return "".join(_read(unit) for unit in _UNIT.findall(written))


def target_of(address: str) -> str:
    """The URL of a bare address."""
    if re.match(r"https?://|ftp://|mailto:|xmpp:", address, re.IGNORECASE):
        return address
    return ("http://" if address[:4].lower() == "www." else "mailto:") + address


def _read(unit: str) -> str:
    """The character that is written as `unit`, or `unit` where that is no character's name."""
    if len(unit) == 1 or unit[0] == "\\":
        return unit[-1]
    from html import unescape

    read = unescape(unit)
    return unit if read[-1:] == ";" else read


def _length(written: str) -> int:
    """The length of an address, without an unbalanced closing bracket and without sentence punctuation at its end."""
    if _SIMPLE.fullmatch(written):
        return len(written.rstrip(_OF_SENTENCE))
    units: list[str] = _UNIT.findall(written)
    opened: list[str] = []
    loose: set[int] = set()
    end = 0
    for place, unit in enumerate(units):
        sign = _read(unit)
        if len(unit) > 2 and sign != unit and (len(sign) != 1 or _NOT_WEB.match(sign)):
            break
        if sign in _OPENERS.values():
            opened.append(sign)
        elif sign in _OPENERS and opened[-1:] == [_OPENERS[sign]]:
            opened.pop()
        elif sign in _OPENERS:
            if sign != ")" or not _GOES_ON.match("".join(units[place + 1 : place + 2])):
                break
            loose.add(place)
        end = place + 1
    while end and (units[end - 1][-1] in _OF_SENTENCE or end - 1 in loose):
        end -= 1
    return len("".join(units[:end]))
