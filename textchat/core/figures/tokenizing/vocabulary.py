"""Splits text with tiktoken into the tokens of o200k_base, which is part of the package: nothing is ever fetched."""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

FILE = Path(__file__).parent / "o200k" / "o200k_base.xz"
"""The lengths of all tokens, a byte each, then the tokens, both in the order of their ranks."""
TOKENS = 199_998
SPLIT = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*"
    r"|\s*[\r\n]+"
    r"|\s+(?!\S)"
    r"|\s+"
)
"""Words of o200k_base, which are split apart before bytes are merged: `pat_str` in tiktoken_ext/openai_public.py."""


class Vocabulary:
    """An encoding of tiktoken, made of `ranks`: tokens by the bytes they stand for, a lower rank is merged first.

    Making it takes 0.2 s, most of it in one call of tiktoken's that keeps the interpreter lock.
    """

    def __init__(self, ranks: Mapping[bytes, int] | Iterable[tuple[bytes, int]]) -> None:
        import tiktoken

        own = dict(ranks)
        self._encoding = tiktoken.Encoding("o200k_base", pat_str=SPLIT, mergeable_ranks=own, special_tokens={})
        own.clear()  # it has made its own of them, and would keep these for nothing: 24 MB

    def tokens(self, text: str) -> Sequence[int]:
        """The ranks of the tokens of `text`; a lone surrogate counts as the character that stands for it on the wire.

        The encoder's stack grows with unbroken text: a caller gives it some thousand characters at once.
        """
        return self._encoding.encode_ordinary(text.encode("utf-8", "replace").decode())

    def data(self, rank: int) -> bytes:
        """The bytes of a token."""
        return self._encoding.decode_single_token_bytes(rank)


def load_vocabulary(file: Path = FILE) -> Vocabulary:
    """Read the vocabulary from the package; raises OSError, ValueError or ImportError where it cannot."""
    return Vocabulary(_ranked(file))


def read_ranks(file: Path = FILE) -> dict[bytes, int]:
    """The tokens in a file, with their ranks; raises OSError, or ValueError for a damaged file."""
    return dict(_ranked(file))


def _ranked(file: Path) -> Iterator[tuple[bytes, int]]:
    try:
        data = lzma.decompress(file.read_bytes())
    except (lzma.LZMAError, EOFError) as error:
        raise ValueError(f"{file} is damaged") from error
    lengths = data[:TOKENS]
    if TOKENS + sum(lengths) != len(data):
        raise ValueError(f"{file} is damaged")
    at = TOKENS
    for rank, length in enumerate(lengths):
        yield data[at : at + length], rank
        at += length
