"""Marks above, below and through: combining characters where they fit, else the name of the mark around all of it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from textchat.render.markdown.maths.scripts import MARKS, SMALL

if TYPE_CHECKING:
    from textchat.render.markdown.maths.source import FormulaSource

_OVERLINE, _UNDERLINE, _STROKE = "\u0305", "\u0332", "\u0336"
_ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "vec": "\u20d7",
    "overrightarrow": "\u20d7",
    "va": "\u20d7",
    "overleftarrow": "\u20d6",
    "overleftrightarrow": "\u20e1",
    "dot": "\u0307",
    "ddot": "\u0308",
    "dddot": "\u20db",
    "ddddot": "\u20dc",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0304",
    "check": "\u030c",
    "widecheck": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
    "vu": "\u0302",
}
_NAMES = {
    "widehat": "hat",
    "overrightarrow": "vec",
    "va": "vec",
    "vu": "hat",
    "widetilde": "tilde",
    "widecheck": "check",
    "bar": "overline",
}
_LINES = {
    "underline": _UNDERLINE,
    "underbar": _UNDERLINE,
    "cancel": _STROKE,
    "bcancel": _STROKE,
    "xcancel": _STROKE,
    "sout": _STROKE,
    "slashed": "\u0338",
}
MARKING = frozenset({*_ACCENTS, *_LINES})
_TEXT_ACCENTS = dict(zip("`'^\"~=.", "\u0300\u0301\u0302\u0308\u0303\u0304\u0307", strict=True))
_ONE = re.compile(rf"(.[{MARKS}]*)([{SMALL}]*)", re.DOTALL)
_EACH = re.compile(rf"[^\s\u2003][{MARKS}]*")


def marked(name: str, text: str) -> str:
    r"""A text with the mark of a command.

    What stands over several characters stands over all of them: `\overline{AB}` is no `\bar{A}\bar{B}`. So a line joins
    over every character, and what cannot join is written as a function.
    """
    if name in _LINES:
        return _EACH.sub(lambda each: each.group() + _LINES[name], text)
    if one := _ONE.fullmatch(text):
        return unicodedata.normalize("NFC", one[1] + _ACCENTS[name]) + one[2]
    if not text:
        return ""
    name = _NAMES.get(name, name)
    if name == "overline" and not re.search(r"\s", text):
        return _EACH.sub(lambda each: each.group() + _OVERLINE, text)
    return f"{name}({text})"


def negated(text: str) -> str:
    r"""A sign with a stroke through it: `\not=`."""
    return unicodedata.normalize("NFC", text[:1] + "\u0338") + text[1:]


def accented(sign: str, source: FormulaSource) -> str | None:
    r"""The letter that follows with an accent of text (`\'e`); None if the sign is no accent."""
    if (mark := _TEXT_ACCENTS.get(sign)) and (letter := source.letter()):
        return unicodedata.normalize("NFC", letter + mark)
    return None
