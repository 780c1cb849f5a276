"""Splits text into the tokens of o200k_base, the vocabulary of OpenAI's models since GPT-4o; it is part of the package.

The vocabulary and the pattern are tiktoken's. tiktoken itself is not used: its constructor keeps the interpreter lock
for 0.16 s at a stretch, in which no key is answered and nothing is painted, and it can fetch. What is here takes as
long in small steps and half the memory, and counts English at 1 µs a token and Chinese at 8 µs.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Mapping
from pathlib import Path

FILE = Path(__file__).parent / "o200k" / "o200k_base.xz"
"""The lengths of all tokens, a byte each, then the tokens, both in the order of their ranks."""
TOKENS = 199_998
LONGEST_WORD = 256
"""Characters that are merged at once, whose time is quadratic; a longer word is cut, at most a token too many a cut."""
NEVER = 1 << 30
"""The rank of what is no token."""
SPLIT = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}"
    r"| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n/]*"
    r"|\p{White_Space}*[\r\n]+"
    r"|\p{White_Space}+(?!\P{White_Space})"
    r"|\p{White_Space}+"
)
"""Words of o200k_base: `_pat_str` in tiktoken_ext/openai_public.py, `\\s` as Rust reads it."""


class Vocabulary:
    """Tokens by the bytes they stand for; a lower rank is merged first."""

    def __init__(self, ranks: Mapping[bytes, int], words: Callable[[str], list[str]]) -> None:
        self._ranks = ranks
        self._words = words

    def tokens(self, text: str) -> list[bytes]:
        """The tokens of `text`; a lone surrogate counts as the character that stands for it on the wire."""
        tokens: list[bytes] = []
        for word in self._words(text):
            data = word.encode("utf-8", "replace")
            if data in self._ranks:
                tokens.append(data)
            elif len(word) <= LONGEST_WORD:
                tokens += self._merged(data)
            else:
                for start in range(0, len(word), LONGEST_WORD):
                    tokens += self._merged(word[start : start + LONGEST_WORD].encode("utf-8", "replace"))
        return tokens

    def rank(self, token: bytes) -> int:
        """The rank of a token that `tokens` gave."""
        return self._ranks[token]

    def _merged(self, word: bytes) -> list[bytes]:
        """Merge the neighbours of the lowest rank until none is left, as byte pair encoding does."""
        rank_of = self._ranks.get
        parts = [word[at : at + 1] for at in range(len(word))]
        ranks = [rank_of(word[at : at + 2], NEVER) for at in range(len(word) - 1)]
        while ranks and (lowest := min(ranks)) != NEVER:
            at = ranks.index(lowest)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
            del ranks[at]
            if at < len(ranks):
                ranks[at] = rank_of(parts[at] + parts[at + 1], NEVER)
            if at:
                ranks[at - 1] = rank_of(parts[at - 1] + parts[at], NEVER)
        return parts


def load_vocabulary(file: Path = FILE) -> Vocabulary:
    """Read the vocabulary from the package, about 0.2 s; raises OSError, ValueError or ImportError where it cannot."""
    import regex

    try:
        data = lzma.decompress(file.read_bytes())
    except (lzma.LZMAError, EOFError) as error:
        raise ValueError(f"{file} is damaged") from error
    lengths = data[:TOKENS]
    if TOKENS + sum(lengths) != len(data):
        raise ValueError(f"{file} is damaged")
    ranks: dict[bytes, int] = {}
    at = TOKENS
    for rank, length in enumerate(lengths):
        ranks[data[at : at + length]] = rank
        at += length
    return Vocabulary(ranks, regex.compile(SPLIT, regex.V1).findall)
