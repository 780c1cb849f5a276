"""Normalises text to what the full-text index holds, so that a word is found in any script and however it is spelled.

Three steps make words of a text: NFKC (https://www.unicode.org/reports/tr15/) for widths and ligatures, a table of
characters for case, accents and scripts without spaces, and blanks around numbers. What is left is for FTS5's tokenizer
`ascii` (https://www.sqlite.org/fts5.html#ascii_tokenizer): runs of letters and digits, of which all above ASCII are
letters to it. A query goes the same way, so a name such as `v1.2.3` or 使用GPT is a phrase of its words.

With every change of what these functions return, raise the version in `textchat/store/search/index.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SLICE = 1 << 15
"""Characters that are normalised at once: a call of C that takes 20 MB would stop the interface for half a second."""

_BLANK = re.compile(r"\s")
_NUMBER = re.compile("[0-9]+")
_SEQUENCE = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]")
_TRADE_MARK = re.compile("[\u2120\u2122]")
"""Signs that NFKC would make letters of the word before them."""
_ABOVE_ASCII = re.compile("[^\x00-\x7f]+")
TOKEN = re.compile("[0-9]+|[^\x00-`{-\x7f]+")
"""A token of the index, in normalised text in lower case."""

_UNSPACED = (
    "\u0e00\u0eff\u1000\u109f\u1100\u11ff\u1780\u17ff\u1950\u19df\u1a20\u1aaf\u1b00\u1b7f\u2e80\u2fdf\u3005\u3007"
    "\u3021\u312f\u3131\u318e\u31a0\u31bf\u31f0\u31ff\u3400\u4dbf\u4e00\ua4cf\ua960\ua97f\ua980\ua9ff\uaa60\uaa7f"
    "\uac00\ud7ff\uf900\ufaff\U00020000\U000323af"
)
"""First and last of the scripts that put no space between words, or join endings to them: each sign is a word, so any
part is a phrase. No pattern: compiling that takes 5 ms."""
_ACCENTS = (
    "\u0300\u036f\u0483\u0487\u0591\u05c7\u0610\u061a\u0640\u0640\u064b\u065f\u0670\u0670\u06d6\u06ed\u093c\u093c"
    "\u1ab0\u1aff\u1dc0\u1dff\u20d0\u20ff\ufe00\ufe0f\ufe20\ufe2f\U000e0100\U000e01ef"
)
"""First and last of the marks that people leave out when they search. Those of Indian scripts are vowels, and stay,
but for the dot of Hindi's foreign sounds."""

_LETTERS = {
    **dict(zip("łøđıħŧðɨʉƀɓɗɠƙƴʼ", "lodihtdiubbdgky'", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "й": "й",
    "ة": "ه",
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
}
"""Letters that Unicode does not take apart, й, which is no и with an accent, and what keyboards of Arabic and Persian
write in place of each other."""


class _Characters(dict[int, str]):
    """What becomes of each character; it is worked out once for each."""

    def __missing__(self, code: int) -> str:
        result = self[code] = _normalised(chr(code))
        return result


def _normalised(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    if is_among(_ACCENTS, sign) or kind in ("Cf", "Me"):
        return ""
    if kind[0] in "PSZC":
        return " "
    if is_among(_UNSPACED, sign):
        return f" {sign} "
    if sign in _LETTERS:
        return _LETTERS[sign]
    folded = "".join(_LETTERS.get(each, each) for each in sign.casefold())
    if folded == "й":
        return folded
    return "".join(each for each in unicodedata.normalize("NFD", folded) if not is_among(_ACCENTS, each))


def is_among(ranges: str, sign: str) -> bool:
    """Whether the sign is in one of the ranges, of which each is two characters: the first and the last."""
    return any(first <= sign <= last for first, last in zip(ranges[::2], ranges[1::2], strict=True))


_CHARACTERS = _Characters()


def folded(text: str) -> str:
    """A short text without accents, widths and ligatures, its unspaced signs set apart; ASCII keeps its case."""
    text = without_colours(text)
    if text.isascii():
        return text
    # `translate` looks at every character, and in most languages most of them are ASCII.
    text = unicodedata.normalize("NFKC", _TRADE_MARK.sub(" ", text))
    return _ABOVE_ASCII.sub(lambda run: run[0].translate(_CHARACTERS), text)


def without_colours(text: str) -> str:
    """Blanks in place of a terminal's control sequences (ECMA-48): their last letter would be the next word's first."""
    return _SEQUENCE.sub(lambda found: " " * len(found[0]), text) if "\x1b" in text else text


def words(text: str) -> str:
    """What the index holds of a text."""
    return " ".join(map(_words, _slices(text)))


def _words(text: str) -> str:
    text = folded(text)
    has_numbers = any(digit in text for digit in "0123456789")
    return _NUMBER.sub(lambda number: f" {number[0]} ", text) if has_numbers else text


def tokens(text: str) -> list[str]:
    """The tokens of a short text, as the index has them."""
    return TOKEN.findall(folded(text).lower())


def ends_in_word(text: str) -> bool:
    """Whether more letters would belong to the last word."""
    return TOKEN.fullmatch(folded(text).lower()[-1:]) is not None


def _slices(text: str) -> Iterator[str]:
    """The text in parts of about `SLICE` characters, cut at blanks where it has any."""
    start = 0
    while len(text) - start > SLICE:
        blank = _BLANK.search(text, start + SLICE // 2, start + SLICE)
        end = start + SLICE if blank is None else blank.end()
        yield text[start:end]
        start = end
    yield text[start:]


# -- parts of words, and signs ----------------------------------------------------------------------------------------

_COMPOUND = re.compile("(?<![A-Za-z0-9])[A-Za-z0-9][a-z0-9]*+[A-Z][A-Za-z0-9]*+")
_PART = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SIGNED = re.compile(r"(?<![^\W\d_])[^\W\d_]++[+#]+")
_SIGNS = re.compile("[!-/:-@\\[-`{-~]{1,64}")
_SYMBOLS = re.compile(r"[^\w\s\x00-\x7f]+")
_MOST_PARTS = 12
_MOST_SEEN = 20_000
_PRIVATE = {code: chr(0xE000 + code) for code in range(33, 127) if not chr(code).isalnum()}
"""To FTS5, signs of ASCII are no letters, and those of the private use area are."""


def parts(text: str) -> str:
    """What the index holds beside the words: parts of camelCase, words with signs such as C++, symbols and signs.

    Each about once, so that a log of a million arrows is one arrow.
    """
    seen: set[str] = set()
    found: dict[str, None] = {}
    for part in _slices(text):
        new = [word for word in dict.fromkeys(part.split()) if word not in seen]
        if len(seen) > _MOST_SEEN:
            seen.clear()
        seen.update(new)
        some = " ".join(word for word in new if not (word.isalnum() and (word.islower() or word.istitle())))
        found |= dict.fromkeys([*compounds(some), *signed(some), *symbols(some), *signs(some)])
    return " ".join(found)


def part_tokens(text: str) -> list[str]:
    """The tokens of a short text where camelCase is taken apart as well."""
    return tokens(_COMPOUND.sub(lambda word: " ".join(_PART.findall(word[0])), text))


def compounds(text: str) -> Iterator[str]:
    """The parts of each word like `fooBarBaz`, as text for the tokenizer: `foo Bar Baz`, and `BarBaz`."""
    for word in dict.fromkeys(_COMPOUND.findall(text)):
        if len(pieces := _PART.findall(word)) > 1:
            yield " ".join(pieces)
            letters = [piece for piece in pieces[:_MOST_PARTS] if not piece.isdigit()]
            yield from ("".join(letters[start:]) for start in range(1, len(letters) - 1))


def signed(text: str) -> Iterator[str]:
    """Words with signs at the end, as tokens: to the tokenizer, C++ and C# are C."""
    for word in dict.fromkeys(_SIGNED.findall(text) if "+" in text or "#" in text else ()):
        letters = word.rstrip("+#")
        if known := tokens(letters):
            yield known[-1] + word[len(letters) :].translate(_PRIVATE)


def symbols(text: str) -> Iterator[str]:
    """Runs of emoji and other signs above ASCII, as phrases of one token each; joiners and variants left out."""
    if not text.isascii():
        for run in dict.fromkeys(_SYMBOLS.findall(text)):
            shown = [sign for sign in run if unicodedata.category(sign)[0] in "PS"]
            if shown:
                yield " ".join(shown[:64])


def signs(text: str) -> Iterator[str]:
    """Each sign of ASCII and each pair of them, as tokens."""
    for run in dict.fromkeys(_SIGNS.findall(text)):
        private = run.translate(_PRIVATE)
        yield from private
        yield from (private[start : start + 2] for start in range(len(private) - 1))
