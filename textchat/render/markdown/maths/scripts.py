"""Powers and indices in small characters, where there are some for all of it."""

from __future__ import annotations

import re
from typing import NamedTuple

_ABOVE = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ∘⊤′'*†‡°",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ°ᵀ′'*†‡°",
        strict=True,
    )
)
_BELOW = dict(
    zip(
        "0123456789+-=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
MARKS = "\u0300-\u036f\u20d0-\u20ff"
SMALL = "".join(sorted({*_ABOVE.values(), *_BELOW.values()} - {"'"}))
"""Every small character, to be put between brackets of a regular expression."""
_AROUND_SIGN = re.compile(r" ?([+\-=()]) ?")
_ONE = re.compile(f".[{MARKS}]*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z0-9]+")


class Script(NamedTuple):
    """A power or an index as it is drawn."""

    text: str
    is_loose: bool
    """Whether it would run together with a letter behind it."""
    source: str
    """As it is without being a power or an index."""


def scripted(sign: str, inner: str) -> Script:
    """A power (`^`) or an index (`_`): small, or behind its sign, in parentheses where it is not one word."""
    inner = inner.strip()
    small = _ABOVE if sign == "^" else _BELOW
    candidate = _AROUND_SIGN.sub(r"\1", inner)
    if all(character in small for character in candidate):
        return Script("".join(small[character] for character in candidate), candidate[-1:] in ("*", "†", "‡"), inner)
    if _ONE.fullmatch(inner) or (sign == "_" and _WORD.fullmatch(inner)):
        return Script(sign + inner, True, inner)
    is_bracketed = inner[:1] == "(" and inner.find(")") == len(inner) - 1
    return Script(sign + inner if is_bracketed else f"{sign}({inner})", False, inner)
