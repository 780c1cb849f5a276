"""Counts the tokens that a family of models makes of a text: its own, or weighted by what was measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from textchat.core.figures.tokenizing.token_kinds import kind_of, load_weights
from textchat.core.figures.tokenizing.vocabulary import Vocabulary, load_vocabulary

LEAST_WEIGHT = 0.3
"""Of a few tokens that stand for a whole text in their language, where there is no more text."""


class Tokenizer:
    """Splits text by one vocabulary and weights the tokens for each family."""

    def __init__(self, vocabulary: Vocabulary, weights: Mapping[str, Mapping[str, float]]) -> None:
        self._vocabulary = vocabulary
        self._by_family = {family: _TokenWeights(vocabulary, by_kind) for family, by_kind in weights.items()}

    def count(self, text: str, measured_as: str = "") -> float:
        """Tokens of `text` for a family (a column of the weights); those of the vocabulary itself without one."""
        tokens = self._vocabulary.tokens(text)
        if measured_as not in self._by_family:
            return len(tokens)
        weighted = sum(map(self._by_family[measured_as].__getitem__, tokens))
        return max(weighted, LEAST_WEIGHT * len(tokens))


class _TokenWeights(dict[int, float]):
    """The weights of the tokens that have been seen: text repeats itself."""

    def __init__(self, vocabulary: Vocabulary, by_kind: Mapping[str, float]) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self._by_kind = by_kind

    def __missing__(self, token: int) -> float:
        weight = self[token] = self._by_kind[kind_of(self._vocabulary.data(token), token)]
        return weight


@cache
def load_tokenizer() -> Tokenizer:
    """Load it once for the process; raises OSError, ValueError or ImportError where a file is missing or damaged."""
    return Tokenizer(load_vocabulary(), load_weights())
