"""Letters of the alphabets of mathematics: double-struck, script, Fraktur and bold."""

from __future__ import annotations

import re
import unicodedata

from textchat.render.markdown.maths.scripts import MARKS, SMALL

_DOUBLE, _SCRIPT, _FRAKTUR, _BOLD = ("DOUBLE-STRUCK",), ("SCRIPT",), ("FRAKTUR", "BLACK-LETTER"), ("BOLD",)
ALPHABETS = {
    **dict.fromkeys(("mathbb", "mathbbm", "mathds", "Bbb"), _DOUBLE),
    **dict.fromkeys(("mathcal", "mathscr"), _SCRIPT),
    **dict.fromkeys(("mathfrak", "frak"), _FRAKTUR),
    **dict.fromkeys(("mathbf", "boldsymbol", "bm", "pmb", "vb", "vectorbold"), _BOLD),
}
_ONE_LETTER = re.compile(rf"\w[{MARKS}]*[{SMALL}]*")


def in_alphabet(name: str, text: str) -> str:
    """A text in the alphabet of a command: bold only where it is one letter, since words in bold are hard to read."""
    styles = ALPHABETS[name]
    if styles is _BOLD:
        return _letter(text[0], styles) + text[1:] if _ONE_LETTER.fullmatch(text) else text
    return "".join(_letter(character, styles) for character in text)


def _letter(character: str, styles: tuple[str, ...]) -> str:
    """A character of an alphabet, which has its own place or an older one; the same where there is none."""
    if not (character.isalnum() and len(name := unicodedata.name(character, "").split()) >= 2):
        return character
    if name[0] not in ("LATIN", "GREEK", "DIGIT") or (styles is _SCRIPT and name[1] != "CAPITAL"):
        return character
    name = name if name[0] == "DIGIT" else [part for part in name[1:] if part != "LETTER"]
    for style in styles:
        for wanted in (f"MATHEMATICAL {style} {' '.join(name)}", f"{style} {' '.join(name)}"):
            try:
                return unicodedata.lookup(wanted)
            except KeyError:
                continue
    return character
