r"""Draws chemical formulas and reactions as they stand in `\ce{…}` of mhchem."""

from __future__ import annotations

import re
from collections.abc import Callable

from textchat.render.markdown.maths.scripts import scripted

_ARROWS = {
    "<=>>": "⇌",
    "<<=>": "⇌",
    "<=>": "⇌",
    "<-->": "⇄",
    "<->": "↔",
    "->": "→",
    "<-": "←",
}
_TOKEN = re.compile(
    r"""(?P<blank>(?:\s|\\[\s,;])+)
    |(?P<arrow><=>>|<<=>|<=>|<-->|<->|->|<-)(?P<above>\[[^\]]*\])?(?P<below>\[[^\]]*\])?
    |\$(?P<formula>[^$]*)\$
    |(?P<script>[\^_])(?:\{(?P<group>[^{}]*)\}|(?P<sign>[+-]?\d+[+-]?|[+-]+|\\[A-Za-z]+|[^\s\\{}^_]))
    |(?P<gas>\^|v)(?=\s|$)
    |(?P<count>(?<=[A-Za-z)\]}])\d+)
    |(?P<charge>[+-]+)(?=$|[\s)\]}^_,]|\((?:aq|s|l|g)\))
    |(?P<bond>[=\#.*])(?=[A-Za-z0-9(\[])
    |(?P<command>\\[A-Za-z]+(?:\{[^{}]*\})*)
    |(?P<text>[A-Za-z]+|\d+(?:[./]\d+)?|.)""",
    re.VERBOSE | re.DOTALL,
)
_EXPONENT = re.compile(r"(\d)[eE](-?\d+)")
_UNIT_SIGN = re.compile(r"[*.](?=[A-Za-z])")
_BONDS = {"=": "=", "#": "≡", ".": "·", "*": "·"}


def drawn_reaction(source: str, draw: Callable[[str], str]) -> str:
    r"""The content of `\ce{…}` as text; `draw` draws the formulas in it."""
    shown = ""
    for token in _TOKEN.finditer(source):
        shown += _drawn(token, shown[-1:], draw)
    return re.sub(" {2,}", " ", shown).strip()


def quantity(source: str) -> str:
    r"""The content of `\pu{…}`, a number and its unit, as TeX."""
    return _UNIT_SIGN.sub(r"\\cdot ", _EXPONENT.sub(r"\1 \\times 10^{\2}", source))


def _drawn(token: re.Match[str], last: str, draw: Callable[[str], str]) -> str:
    follows_symbol = last != "" and (last.isalpha() or last in ")]}")
    match token.lastgroup:
        case "blank":
            return " "
        case "arrow" | "above" | "below":
            labels = [drawn_reaction(label[1:-1], draw) for label in (token["above"], token["below"]) if label]
            label = ", ".join(label for label in labels if label)
            return (
                f" —{label}→ "
                if label and token["arrow"] == "->"
                else f" {_ARROWS[token['arrow']]}{f'[{label}]' if label else ''} "
            )
        case "formula":
            return draw(token["formula"])
        case "group" | "sign":
            inner = token["group"] if token["sign"] is None else token["sign"]
            return scripted(token["script"], draw(inner)).text
        case "gas" if last in ("", " "):
            return "↑" if token["gas"] == "^" else "↓"
        case "count" if follows_symbol:
            return scripted("_", token["count"]).text
        case "charge" if follows_symbol or last.isdigit():
            return scripted("^", token["charge"]).text
        case "bond" if last not in ("", " "):
            return _BONDS[token["bond"]]
        case "command":
            return draw(token["command"])
    return "" if token.group() in ("{", "}") else token.group()
