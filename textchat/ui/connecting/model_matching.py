"""Finds models by the words that are typed of their names; quick enough for thousands at every key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_SEPARATORS = re.compile(r"[/\-:. ]")


Searched = tuple[str, str, str]
"""A name; as it is looked through, ignoring case; and so with a blank before each of its parts."""


@lru_cache(20_000)
def _searched(name: str) -> Searched:
    folded = name.casefold()
    return name, folded, f" {_SEPARATORS.sub(' ', folded)}"


class ModelSearch:
    """Models to be searched again with every key: what is looked through is made once."""

    def __init__(self, models: Iterable[str]) -> None:
        self._all = [_searched(model) for model in models]

    def matching(self, typed: str) -> list[str]:
        """See `matching`."""
        found, whole = self._all, typed.strip().casefold()
        starts = [_searched(word)[1:] for word in typed.split()]
        for word, _ in starts:
            found = [each for each in found if word in each[1]]
        if not starts:
            return [each[0] for each in found]
        named = [each[0] for each in found if each[1].endswith(whole) and is_named(each[0], typed)]
        first = found
        for _, start in starts:
            first = [each for each in first if start in each[2]]
        ordered = [*named, *(each[0] for each in first)]
        if named or len(first) < len(found):
            ordered = list(dict.fromkeys((*ordered, *(each[0] for each in found))))
        return ordered


def matching(typed: str, models: Iterable[str]) -> list[str]:
    """The models that contain every typed word, ignoring case.

    Those come first that are named so, then those with a part that starts with it.
    """
    return ModelSearch(models).matching(typed)


def is_named(model: str, typed: str) -> bool:
    """Whether this is the whole name of a model, with or without its provider, ignoring case."""
    typed, model = typed.strip().casefold(), model.casefold()
    return typed in (model, model.partition("/")[2])
