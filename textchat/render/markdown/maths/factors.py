"""Tells which drawn text is one factor, and puts the rest in parentheses."""

from __future__ import annotations

import re

from textchat.render.markdown.maths.scripts import MARKS, SMALL

_LETTER = rf"[^\W\d_][{MARKS}]*"
_AFTER = rf"[{SMALL}]*(?:_\w+)?(?:\^(?:\w|\([^()]*\)))?['′]*!?"
_UNDIVIDED = re.compile(rf"√?\d+(?:\.\d+)?{_AFTER}|(?:[d∂∇Δ√][{SMALL}]* ?)?(?:{_LETTER}|∞){_AFTER}|")
"""What needs no parentheses as a numerator or a denominator."""
_BRACKETED = re.compile(rf"(?:{_LETTER}[{SMALL}]*|[a-z]{{2,3}}|√)?([(\[{{|‖⟨⌊⌈]).*([)\]}}|‖⟩⌋⌉]){_AFTER}", re.DOTALL)
_PAIRS = dict(zip("([{⟨⌊⌈", ")]}⟩⌋⌉", strict=True))
_CLOSING = frozenset(_PAIRS.values())
_JOINS = re.compile(rf"[\w{MARKS}{SMALL}'′!°∂∇√ℏ∞⋯.^ ]*")
"""A product of letters, numbers and what belongs to them."""
_NAME = re.compile("[A-Za-z]{2}")
"""Words beside a blank are functions."""


def bracketed(inner: str) -> str:
    """Put the argument of a root in parentheses, unless it is one character or one number."""
    return inner if re.fullmatch(rf"\d+|.?[{MARKS}]*", inner, re.DOTALL) else f"({inner})"


def is_factor(text: str) -> bool:
    """Whether a drawn text is read as one factor, whatever stands before and after it."""
    return _UNDIVIDED.fullmatch(text) is not None or _is_bracketed(text)


def as_base(text: str) -> str:
    """A group as that to which a power or an index belongs."""
    is_plain = len(text) <= 1 or text.isalpha() or text.isdecimal() or _is_closed(text)
    is_indexed = re.fullmatch(rf"(?:{_LETTER}|[A-Za-z]+)[₀-ₜᵢᵣᵤᵥⱼᵦ-ᵪ]*|.[{MARKS}]*", text, re.DOTALL)
    return text if is_plain or is_indexed else f"({text})"


def fraction(above: str, below: str) -> str:
    """A numerator and a denominator on one line."""
    top = above if is_factor(above) or _is_product(above) else f"({above})"
    return f"{top}/{below if is_factor(below) else f'({below})'}"


def _is_product(text: str) -> bool:
    """Whether a text is factors side by side, with nothing but brackets around operators and blanks."""
    outside = _outside(text)
    return _JOINS.fullmatch(outside) is not None and not (" " in outside and _NAME.search(outside))


def _is_bracketed(text: str) -> bool:
    """Whether a text is one pair of brackets, perhaps with the name of a function before it."""
    found = _BRACKETED.fullmatch(text)
    if found is None:
        return False
    opening, inner = found[1], text[found.start(1) + 1 : found.start(2)]
    if opening not in _PAIRS:
        return found[2] == opening and opening not in inner
    return _PAIRS[opening] == found[2] and _pairs_within(inner)


def _is_closed(text: str) -> bool:
    """Whether a text is one pair of brackets with nothing behind it."""
    return text[-1] in ")]}|‖⟩⌋⌉" and _is_bracketed(text)


def _pairs_within(text: str) -> bool:
    """Whether every bracket in a text is opened and closed in it."""
    open_ones = 0
    for sign in text:
        open_ones += (sign in _PAIRS) - (sign in _CLOSING)
        if open_ones < 0:
            return False
    return open_ones == 0


def _outside(text: str) -> str:
    """The characters of a text that are in no brackets; a bracket that stands alone is one of them."""
    shown, open_ones = [], 0
    for sign in text:
        open_ones -= sign in _CLOSING
        if open_ones == 0 and sign not in _PAIRS and sign not in _CLOSING:
            shown.append(sign)
        open_ones += sign in _PAIRS
        if open_ones < 0:
            return "?"
    return "".join(shown) if open_ones == 0 else "?"
