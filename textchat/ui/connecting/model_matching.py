"""Finds models by the words that are typed of their names; quick enough for thousands at every key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_SEPARATORS = re.compile(r"[/\-:. ]")


@lru_cache(20_000)
def _searched(name: str) -> tuple[str, str]:
    """A name as it is looked through: ignoring case, and with a blank before each of its parts."""
    folded = name.casefold()
    return folded, f" {_SEPARATORS.sub(' ', folded)}"


def matching(typed: str, models: Iterable[str]) -> list[str]:
    """The models that contain every typed word, ignoring case.

    Those come first that are named so, then those with a part that starts with it.
    """
    words, whole = typed.casefold().split(), typed.strip().casefold()
    if not words:
        return list(models)
    starts_of_parts = [_searched(word)[1] for word in words]
    named: list[str] = []
    starts: list[str] = []
    others: list[str] = []
    for model in models:
        name, parted = _searched(model)
        if not all(word in name for word in words):
            continue
        if name.endswith(whole) and is_named(model, typed):
            named.append(model)
        elif all(start in parted for start in starts_of_parts):
            starts.append(model)
        else:
            others.append(model)
    return named + starts + others


def is_named(model: str, typed: str) -> bool:
    """Whether this is the whole name of a model, with or without its provider, ignoring case."""
    typed, model = typed.strip().casefold(), model.casefold()
    return typed in (model, model.partition("/")[2])
