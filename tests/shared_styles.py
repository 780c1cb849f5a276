"""One reading of the style sheets for all apps of a process: each test that starts an app would read them all anew.

Textual keeps what it has read for one app and its present theme; the same text under the same variables gives the same
rules, and rules do not change. Without this, reading them is an eighth of the time in which an app starts, and more of
that in which it changes its theme.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

AT_MOST = 8_192
"""Texts under one set of variables; an app has about sixty."""


def share_styles() -> None:
    """Let each style sheet of this process know what another one has read."""
    read_anew = Stylesheet._parse_rules
    known: dict[Hashable, list[RuleSet]] = {}

    def read(sheet: Stylesheet, css: str, read_from: tuple[str, str], *rest: Any, **more: Any) -> list[RuleSet]:
        text = (frozenset(sheet._variables.items()), css, read_from, rest, frozenset(more.items()))
        if text not in known:
            if len(known) >= AT_MOST:
                known.clear()
            known[text] = read_anew(sheet, css, read_from, *rest, **more)
        return known[text]

    Stylesheet._parse_rules = read  # type: ignore[method-assign, assignment]
