"""Finds multi-line constructs in code (comments, strings, scripts) that are open after some lines."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_COMMENT = (r"/\*", "/*", "*/")
"""How it begins, the text that it is carried on to the next lines with, and the text that ends it."""
_STRINGS = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"


class Constructs(NamedTuple):
    """The multi-line constructs of a language."""

    openers: tuple[str, ...]
    closers: dict[str, str]
    signs: re.Pattern[str]
    """What opens one, as the group of its number; and what may hold such text without meaning it, as no group."""
    is_braced: bool
    """Whether a line between braces reads differently from the same line outside."""

    def behind(self, text: str, opener: str = "") -> str:
        """The opener of what is open after `text`, which begins within `opener`; empty if nothing is."""
        place = 0
        while True:
            if opener:
                end = text.find(self.closers[opener], place)
                if end < 0:
                    return opener
                place = end + len(self.closers[opener])
            sign = self.signs.search(text, place)
            while sign and not sign.lastindex:
                sign = self.signs.search(text, sign.end())
            if sign is None:
                return ""
            opener, place = self.openers[(sign.lastindex or 1) - 1], sign.end()


def _constructs(
    *kinds: tuple[str, str, str], line_comment: str = "", strings: bool = True, is_braced: bool = False
) -> Constructs:
    signs = [f"({pattern})" for pattern, _, _ in kinds]
    signs += [re.escape(line_comment) + r"[^\n]*"] if line_comment else []
    signs += [_STRINGS] if strings else []
    return Constructs(
        tuple(opener for _, opener, _ in kinds),
        {opener: closer for _, opener, closer in kinds},
        re.compile("|".join(signs), re.MULTILINE),
        is_braced,
    )


_FAMILIES = (
    (
        "python py python3 py3 sage starlark bazel toml",
        _constructs(('"""', '"""', '"""'), ("'''", "'''", "'''"), line_comment="#"),
    ),
    (
        "javascript js jsx typescript ts tsx go golang",
        _constructs(_COMMENT, ("`", "`", "`"), line_comment="//"),
    ),
    (
        "c h cpp c++ cc hpp java rust rs kotlin kt swift scala csharp c# cs dart groovy protobuf proto solidity glsl "
        "hlsl objective-c objc json5 d verilog systemverilog actionscript",
        _constructs(_COMMENT, line_comment="//"),
    ),
    ("css scss less", _constructs(_COMMENT, is_braced=True)),
    ("sql mysql postgresql postgres plpgsql sqlite3 tsql", _constructs(_COMMENT, line_comment="--")),
    ("ruby rb", _constructs(("^=begin\n", "=begin\n", "\n=end"), line_comment="#")),
    (
        "perl pl",
        _constructs(
            (r"^=[a-z]\w*.*\n", "=pod\n", "\n=cut"),
            (r"^__(?:END|DATA)__\n", "__END__\n", "\n\x00"),
            line_comment="#",
            strings=False,
        ),
    ),
    ("lua", _constructs((r"--\[\[", "--[[", "]]"))),
    ("haskell hs elm", _constructs((r"\{-", "{-", "-}"), line_comment="--", strings=False)),
    ("ocaml ml pascal delphi", _constructs((r"\(\*", "(*", "*)"))),
    ("xml svg xslt", _constructs(("<!--", "<!--", "-->"), strings=False)),
    (
        "html htm xhtml vue svelte php html+php erb html+erb jinja html+jinja django html+django",
        _constructs(
            ("<!--", "<!--", "-->"),
            (r"<script\b[^>]*>", "<script>", "</script>"),
            (r"<style\b[^>]*>", "<style>", "</style>"),
            (r"<\?php\s", "<?php ", "?>"),
            strings=False,
            is_braced=True,
        ),
    ),
)


@functools.cache
def constructs_of(language: str) -> Constructs | None:
    """The constructs of the language named by a fence; None for an unknown language."""
    return next((constructs for names, constructs in _FAMILIES if language.lower() in names.split()), None)
