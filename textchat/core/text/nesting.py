"""Tells how deep a text is nested before anything reads it: a parser takes memory, or its own stack, for each level."""

from __future__ import annotations

import re

from textchat.core.limits import JSON_DEPTH

_JSON_SIGNS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_TOML_SIGNS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?'
    r"|'''(?:[^']|'(?!''))*+(?:''')?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|#[^\n]*+"
    r"|[\[\]{}.=,\n]",
    re.DOTALL,
)
"""What tells of the nesting, and what hides such signs: strings and comments. One without its end goes on to the end,
so that no text is looked through twice."""


def is_deep_json(text: str) -> bool:
    """Whether brackets of JSON are nested too deep; for nearly every text, to count them is enough."""
    return is_deeper_json(text, JSON_DEPTH.most)


def is_deeper_json(text: str, most: int) -> bool:
    """Whether brackets of JSON are nested in more than `most` levels."""
    if len(text) <= most or text.count("{") + text.count("[") <= most:
        return False
    depth = 0
    for found in _JSON_SIGNS.finditer(text):
        if found[0] in "{[":
            depth += 1
            if depth > most:
                return True
        elif found[0] in "}]":
            depth -= 1
    return False


def is_deep_toml(text: str, most: int) -> bool:
    """Whether brackets of TOML, or the parts of one dotted key, are more than `most` deep."""
    depth = parts = 0
    for found in _TOML_SIGNS.finditer(text):
        sign = found[0]
        if sign == ".":
            parts += 1
        elif sign in "[{":
            depth, parts = depth + 1, 0
        elif sign in "]}":
            depth, parts = max(0, depth - 1), 0
        elif sign in ("=", ",", "\n"):
            parts = 0
        if max(depth, parts) > most:
            return True
    return False
