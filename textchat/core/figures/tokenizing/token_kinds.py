"""Sorts tokens of o200k_base into kinds, of which other vocabularies make more or fewer tokens of their own.

The weights are least squares over human rights declarations and program messages in fifty languages, source code, JSON,
HTML, Markdown, tables of numbers and `tests/core/token_texts.json`; the true counts are those of the tokenizers that
`tests/benchmarks/bench_estimates.py` names. A letter that only some languages have stands for a whole text in them, so
its weight may be below zero.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path

FILE = Path(__file__).parent / "o200k" / "weights.tsv"
"""A line for each kind, a column for each family: its tokens for one of o200k_base."""

# By the greatest character of a token: Ukrainian and Serbian are known by letters above those of Russian, Persian and
# Urdu by those above Arabic's, Turkish by three of its own.
_GREATEST = (
    (0x80, "accented"), (0x100, "latin extended"), (0x11E, "turkish"), (0x120, "latin extended"), (0x130, "turkish"),
    (0x132, "latin extended"), (0x15E, "turkish"), (0x160, "latin extended"), (0x1A0, "vietnamese"),
    (0x1B1, "latin extended"), (0x250, "schwa"), (0x2B0, "other"), (0x370, "greek"), (0x400, "cyrillic"),
    (0x452, "ukrainian"), (0x460, "cyrillic extended"), (0x530, "armenian"), (0x590, "hebrew"), (0x600, "arabic"),
    (0x66E, "arabic extended"), (0x6B0, "urdu"), (0x6CC, "arabic extended"), (0x6CD, "urdu"),
    (0x6EE, "arabic extended"), (0x780, "other"), (0x900, "devanagari"), (0x980, "bengali"), (0xA00, "gurmukhi"),
    (0xA80, "gujarati"), (0xB00, "other"), (0xB80, "tamil"), (0xC00, "telugu"), (0xC80, "kannada"),
    (0xD00, "malayalam"), (0xD80, "sinhala"), (0xE00, "thai"), (0xE80, "lao"), (0xF00, "other"), (0x1000, "myanmar"),
    (0x10A0, "georgian"), (0x1100, "hangul"), (0x1200, "other"), (0x1780, "khmer"), (0x1800, "other"),
    (0x1E00, "vietnamese"), (0x1F00, "greek"), (0x2000, "symbols"), (0x3000, "wide symbols"), (0x3040, "kana"),
    (0x3100, "symbols"), (0x3400, "han"), (0xA000, "other"), (0xAC00, "hangul"), (0xD7B0, "other"), (0xF900, "han"),
    (0xFB00, "wide symbols"), (0x1F000, "emoji"), (0x20000, "han"), (0x40000, "other"),
)  # fmt: skip
_STARTS = [start for start, _ in _GREATEST]
_BY_RANK = frozenset({"accented", "latin extended", "cyrillic"})
"""Scripts of many languages: a rare token is seldom one token elsewhere."""


def kind_of(token: bytes, rank: int) -> str:
    """The kind of a token that is merged at `rank`: a row of the weights."""
    text = token.decode("utf-8", "ignore").strip()
    if not text:
        return "space" if token.isspace() else "bytes"
    greatest = ord(max(text))
    if greatest < 0x80:
        return _ascii_kind(text, rank)
    kind = _GREATEST[bisect_right(_STARTS, greatest) - 1][1]
    return f"{kind} {max(1, _band(rank))}" if kind in _BY_RANK else kind


def _ascii_kind(text: str, rank: int) -> str:
    if any(map(str.isalpha, text)):
        return f"ascii {_band(rank)}"
    return f"{'digits' if text[0].isdigit() else 'punctuation'} {min(len(text), 3)}"


def _band(rank: int) -> int:
    return (rank >= 4_000) + (rank >= 16_000) + (rank >= 64_000)


def load_weights(file: Path = FILE) -> Mapping[str, Mapping[str, float]]:
    """By family, the weight of each kind; raises OSError or ValueError where the file cannot be read."""
    head, *lines = (line.split("\t") for line in file.read_text("utf-8").splitlines())
    return {family: {line[0]: float(line[column]) for line in lines} for column, family in enumerate(head[1:], start=1)}
