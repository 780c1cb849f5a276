"""Reads both texts back from one with marks of differences, as the README describes them."""

from __future__ import annotations

import re
from typing import NamedTuple

_MARK = re.compile(r"\[([-↑↓])(.*?)\1\]|\{([+↑↓])(.*?)\3\}")
_MADE_NONE = re.compile(r"(\[\\*)\\(?=[-↑↓])|(\{\\*)\\(?=[+↑↓])|([-↑↓]\\*)\\(?=\])|([+↑↓]\\*)\\(?=\})")


class ReadBack(NamedTuple):
    """Both texts, but for blanks."""

    base: str
    other: str


def read_back(told: str) -> ReadBack:
    base, other, at = "", "", 0
    for mark in _MARK.finditer(told):
        both = _plain(told[at : mark.start()])
        base += both + _plain(mark[2] or "")
        other += both + _plain(mark[4] or "")
        at = mark.end()
    return ReadBack(base + _plain(told[at:]), other + _plain(told[at:]))


def _plain(text: str) -> str:
    return _MADE_NONE.sub(lambda found: found[0][:-1], text)
