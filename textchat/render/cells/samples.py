"""Where terminals differ in the cells they count: one sample for each kind, to be drawn and measured.

tmux 3.3 and xterm add up the cells of code points, WezTerm and foot draw vowel signs into the cell of their letter,
kitty counts the first character alone; each has the emoji of the Unicode version it was built with. So a terminal is
not asked for its name: each sample is drawn, and what it took holds for all text of its kind.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Sample(StrEnum):
    """A text whose cells terminals count differently."""

    MARK = "\u0915\u093e"
    """A letter and a spacing vowel sign: 2, or 1 where signs take no cell."""
    CONJUNCT = "\u0915\u094d\u0937\u093f"
    """Two letters joined to one character, with a vowel sign: 3, 2 where that is the most, or 1."""
    TONE = "\U0001f44d\U0001f3fd"
    """A wide emoji with a skin tone: 2 or 4."""
    NARROW_TONE = "\u261d\U0001f3fd"
    """A narrow sign with a skin tone: 1, 2 or 3."""
    JOINED = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
    """Four emoji joined to one: 2, 8, or 11 where the joiner takes a cell as well."""
    JOINED_LETTERS = "\u0d9a\u200d\u0d9a"
    """A joiner between letters: 2, or 1 where it joins everything (tmux 3.3)."""
    EMOJI_STYLE = "\u2764\ufe0f"
    """A narrow sign that is made an emoji: 2 or 1."""
    KEYCAP = "1\ufe0f\u20e3"
    """A digit that is made a keycap: 2 or 1."""
    TEXT_STYLE = "\u231a\ufe0e"
    """A wide emoji that is made a plain sign: 1 or 2."""
    FLAG = "\U0001f1e9\U0001f1ea"
    """Two regional letters: 2 or 4."""
    LONE_LETTER = "\U0001f1e9"
    """A regional letter alone: 2 or 1."""
    UNICODE_14 = "\U0001fae0"
    UNICODE_15 = "\U0001fae8"
    UNICODE_16 = "\U0001fae9"
    UNICODE_17 = "\U0001faea"
    """New emoji: 2, or 1 or 0 where the terminal does not know them."""
    TRIGRAM = "\u2630"
    """Signs that Unicode 16 made wide: 2 or 1."""
    HEXAGRAM = "\u4dc0"
    """Others of them, which glibc has always had as wide."""
    HANGUL_FILLER = "\u3164"
    """A blank of the Hangul alphabet: 0 or 2."""
    HALF_FILLER = "\uffa0"
    """The same in half width: 0 or 1."""
    SOFT_HYPHEN = "\u00ad"
    """1 or 0."""


STANDARD: Final[dict[Sample, int]] = {
    Sample.MARK: 2,
    Sample.CONJUNCT: 2,
    Sample.TONE: 2,
    Sample.NARROW_TONE: 1,
    Sample.JOINED: 2,
    Sample.JOINED_LETTERS: 2,
    Sample.EMOJI_STYLE: 2,
    Sample.KEYCAP: 2,
    Sample.TEXT_STYLE: 1,
    Sample.FLAG: 2,
    Sample.LONE_LETTER: 2,
    Sample.UNICODE_14: 2,
    Sample.UNICODE_15: 2,
    Sample.UNICODE_16: 2,
    Sample.UNICODE_17: 2,
    Sample.TRIGRAM: 2,
    Sample.HEXAGRAM: 2,
    Sample.HANGUL_FILLER: 0,
    Sample.HALF_FILLER: 0,
    Sample.SOFT_HYPHEN: 1,
}
"""What wcwidth says, and terminals with grapheme clusters (mode 2027): counted so where nobody answers."""

ALIKE: Final[dict[Sample, re.Pattern[str]]] = {
    Sample.LONE_LETTER: re.compile("[\U0001f1e6-\U0001f1ff]"),
    Sample.UNICODE_14: re.compile(
        "[\U0001f6dd-\U0001f6df\U0001f7f0\U0001f9cc\U0001fa7b\U0001fa7c\U0001faa9-\U0001faac\U0001fab7-\U0001faba"
        "\U0001fac3-\U0001fac5\U0001fad7-\U0001fad9\U0001fae0-\U0001fae7\U0001faf0-\U0001faf6]"
    ),
    Sample.UNICODE_15: re.compile(
        "[\U0001f6dc\U0001fa75-\U0001fa77\U0001fa87\U0001fa88\U0001faad-\U0001faaf\U0001fabb-\U0001fabd\U0001fabf"
        "\U0001face\U0001facf\U0001fada\U0001fadb\U0001fae8\U0001faf7\U0001faf8]"
    ),
    Sample.UNICODE_16: re.compile("[\U0001fa89\U0001fa8f\U0001fabe\U0001fac6\U0001fadc\U0001fadf\U0001fae9]"),
    Sample.UNICODE_17: re.compile("[\U0001f6d8\U0001fa8a\U0001fa8e\U0001fac8\U0001facd\U0001faea\U0001faef]"),
    Sample.TRIGRAM: re.compile("[\u2630-\u2637\u268a-\u268f\U0001d300-\U0001d356\U0001d360-\U0001d376]"),
    Sample.HEXAGRAM: re.compile("[\u4dc0-\u4dff]"),
    Sample.HANGUL_FILLER: re.compile("\u3164"),
    Sample.HALF_FILLER: re.compile("\uffa0"),
    Sample.SOFT_HYPHEN: re.compile("\u00ad"),
}
"""The characters that take as many cells on their own as a sample does."""
