"""Where a row of text may end: the rules of scripts that put no blanks between words, and of their punctuation."""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width

_NOT_FIRST = re.compile(
    "[、。，．・：；？！」』】）》〉〕〗〙〛｝］｠｣､｡･’”»…‥ー～〜゛゜ゝゞヽヾ々〻"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰ-ㇿｧ-ｰﾞﾟ％‰℃‼⁇⁈⁉"
    "!%),.:;?\\]}\xa0\u2060\u202f"
    "ะาำๅๆฯ\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6\u0eaf"  # Thai and Lao: vowels behind their letter, signs of repetition
    "\u102b\u102c\u1031\u1038\u1062-\u1064\u1067-\u106d\u1083\u104a\u104b"  # Burmese and its relatives
    "\u17d4-\u17da\u0f0b-\u0f14\u0964\u0965]"  # full stops of Khmer, Tibetan, Hindi
)
_NOT_FIRST_WITHIN = re.compile("[\u103a\u0e4c\u0ecc]")
"""A letter that is not spoken on its own: the end of a syllable in Burmese, a silent letter in Thai and Lao."""
_NOT_LAST = re.compile(
    "[「『【（《〈〔〖〘〚｛［｟｢‘“«￥＄£$(\\[{\xa0\u2060\u202f"
    "เแโใไ\u0ec0-\u0ec4]$"  # Thai and Lao vowels that are written before their letter
    "|[\u0e31\u0e37\u0e47\u0eb1\u0ebb][\u0e48-\u0e4b\u0ec8-\u0ecb]?$"  # vowels that are followed by a letter
)
_WITHOUT_BLANKS = re.compile(
    "[\u0e01-\u0e5b\u0e81-\u0edf\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf]"
)
"""Thai, Lao, Burmese, Khmer, Tai: words are not parted, and a row may end at the end of a syllable."""
_AFTER = re.compile("[\u200b\u0f0b]$")
"""A zero-width space, and the dot between Tibetan syllables."""


def may_break(left: str, left_cells: int, right: str, right_cells: int) -> bool:
    """Whether a row may end between two characters."""
    if right == " ":
        return False
    if left == " " or _AFTER.search(left):
        return True
    if not (_is_wide(left, left_cells) or _is_wide(right, right_cells)):
        if not (_WITHOUT_BLANKS.match(left) and _WITHOUT_BLANKS.match(right)):
            return False
        if left.isdigit() and right.isdigit():
            return False
    return not tears(left, right)


def tears(left: str, right: str) -> bool:
    """Whether a row between two characters would end or begin with what must not stand there."""
    return bool(_NOT_FIRST.match(right) or _NOT_LAST.search(left) or _NOT_FIRST_WITHIN.search(right))


def _is_wide(character: str, cells: int) -> bool:
    """Whether it is an ideograph, a syllable or an emoji: two cells, but no letter with its vowel sign."""
    if cells < 2:
        return False
    base = character[0]
    return east_asian_width(base) in "WF" or (base > "\u203b" and category(base)[0] == "S")
