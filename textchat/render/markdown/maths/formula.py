"""Draws TeX formulas as text, with the characters that a terminal has."""

from __future__ import annotations

import functools
import re

from textchat.render.markdown.maths.line import QUAD
from textchat.render.markdown.maths.reader import FormulaReader
from textchat.render.markdown.maths.source import Undrawable

_UNFINISHED = re.compile(r"(?:\\[A-Za-z]{0,40}|[\\^_{]{1,40})$")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
"""Some models write them in formulas, where they mean nothing."""
_BLANKS = re.compile(rf"(?<! ) *{QUAD}[ {QUAD}]*")


@functools.lru_cache(maxsize=256)
def drawn_formula(tex: str, *, is_growing: bool = False) -> str | None:
    """A formula as text, its rows as lines; None where it cannot be drawn whole, so that its source is to be shown.

    A formula that `is_growing` may end anywhere, and may have nothing to be drawn yet. The end of a growing text is
    parsed again with each piece, so what was drawn last is kept.
    """
    while is_growing and (unfinished := _UNFINISHED.search(tex, max(0, len(tex) - 41))):
        tex = tex[: unfinished.start()]
    for entity, sign in _ENTITIES.items():
        tex = tex.replace(entity, sign)
    try:
        shown = FormulaReader(tex, is_growing).read()
    except Undrawable:
        return None
    return _BLANKS.sub("  ", shown) if shown or is_growing else None
