"""The line of every key, for TOML as people write it and for whatever tomli-w writes."""

from __future__ import annotations

import tomllib
from typing import Any

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from textchat.config.toml_lines import KeyLines, KeyPath

TEXT = '''\
# a comment = 1
top = 1
"quoted.key" = "a # no comment = 2"
a . b.'c d' = """
key = 1
\\""" still inside """"
list = [ # comment ] }
    1, 1979-05-27 07:32:00,
    { x = 1, "y" = [ { z = 2 } ] },
]
[table]
key = \'\'\'
[no.header]
\'\'\'
[ table . "sub" ] # comment
inline = { p = 1, q.r = "}" }
[[many]]
name = "first"
[[many]]
name = "second"
[many.below]
deep = true
[[many.more]]
n = 1
'''


def test_as_people_write_it() -> None:
    lines = KeyLines(TEXT).known
    assert lines == {
        ("top",): 2,
        ("quoted.key",): 3,
        ("a",): 4,
        ("a", "b"): 4,
        ("a", "b", "c d"): 4,
        ("list",): 7,
        ("list", 0): 8,
        ("list", 1): 8,
        ("list", 2): 9,
        ("list", 2, "x"): 9,
        ("list", 2, "y"): 9,
        ("list", 2, "y", 0): 9,
        ("list", 2, "y", 0, "z"): 9,
        ("table",): 11,
        ("table", "key"): 12,
        ("table", "sub"): 15,
        ("table", "sub", "inline"): 16,
        ("table", "sub", "inline", "p"): 16,
        ("table", "sub", "inline", "q"): 16,
        ("table", "sub", "inline", "q", "r"): 16,
        ("many",): 17,
        ("many", 0): 17,
        ("many", 0, "name"): 18,
        ("many", 1): 19,
        ("many", 1, "name"): 20,
        ("many", 1, "below"): 21,
        ("many", 1, "below", "deep"): 22,
        ("many", 1, "more"): 23,
        ("many", 1, "more", 0): 23,
        ("many", 1, "more", 0, "n"): 24,
    }
    assert set(lines) == paths(tomllib.loads(TEXT))


def test_an_unknown_key_has_the_line_of_the_table_above_it() -> None:
    lines = KeyLines("[a]\n\nb = { c = 1 }\n")
    assert (lines.line(("a", "b", "c", "d", "e")), lines.line(("a", "x")), lines.line(("y",))) == (3, 1, None)


def paths(value: Any, here: KeyPath = ()) -> set[KeyPath]:
    found: set[KeyPath] = set()
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, below in items:
        path = (*here, key)
        found |= {path} | paths(below, path)
    return found


SIGNS = st.text(st.sampled_from("ab.'\"\\#=[]{},\n \té\x7f\u2028"), max_size=6)
PLAIN = st.one_of(
    SIGNS, st.integers(-5, 5), st.booleans(), st.floats(allow_nan=False), st.dates(), st.datetimes(), st.times()
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SIGNS, inner, max_size=3), max_leaves=12
)


@given(st.dictionaries(SIGNS, VALUES, max_size=5), st.booleans(), st.booleans())
def test_it_finds_just_the_keys_that_tomllib_finds(tables: dict[str, Any], multiline: bool, windows: bool) -> None:
    text = tomli_w.dumps(tables, multiline_strings=multiline)
    if windows:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert set(KeyLines(text).known) == paths(tomllib.loads(text))


@given(st.lists(st.tuples(SIGNS, st.integers(0, 4)), max_size=8, unique_by=lambda pair: pair[0]))
def test_the_line_is_the_one_it_was_written_on(keys: list[tuple[str, int]]) -> None:
    text, line, wanted = "", 1, {}
    for key, gap in keys:
        text += "\n" * gap + tomli_w.dumps({key: [1]})
        line += gap
        wanted[key] = line
        line += text.count("\n") + 1 - line
    found = KeyLines(text)
    assert {key: found.line((key,)) for key, _ in keys} == wanted
