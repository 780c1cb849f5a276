"""Small characters above and below the line, as far as Unicode has them."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping

_SMALL = (
    *range(0x2070, 0x209D),
    *range(0x1D2C, 0x1D6B),
    *range(0x1D9B, 0x1DC0),
    *range(0x2B0, 0x2B9),
    *range(0x2E0, 0x2E5),
    0x2C7C,
    0x2C7D,
)
_RAISED = {"1": "¹", "2": "²", "3": "³"} | dict(zip("*°′″†‡®™", "*°′″†‡®™", strict=True))
"""Superscripts that stand elsewhere, and signs that are raised as they are."""


def superscript(text: str) -> str | None:
    """`text` in superscript characters, or None if Unicode lacks one of them."""
    return _small(text, _table("<super>"))


def subscript(text: str) -> str | None:
    """`text` in subscript characters, or None if Unicode lacks one of them."""
    return _small(text, _table("<sub>"))


def _small(text: str, table: Mapping[str, str]) -> str | None:
    return "".join(table[sign] for sign in text) if all(sign in table for sign in text) else None


@functools.cache
def _table(kind: str) -> Mapping[str, str]:
    """Characters with their small forms, which Unicode says are compatible with them."""
    table = dict(_RAISED) if kind == "<super>" else {}
    for code in _SMALL:
        name, _, normal = unicodedata.decomposition(chr(code)).partition(" ")
        if name == kind and " " not in normal:
            table.setdefault(chr(int(normal, 16)), chr(code))
    minus = chr(0x2212)
    return table | {"-": table[minus]} if minus in table else table
