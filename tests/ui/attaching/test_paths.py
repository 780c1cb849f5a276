"""Which words are paths: behind an `@`, and in what terminals paste for files that are dropped on them."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.ui.attaching.at_word import AtWord, at_word, at_words, written
from textchat.ui.attaching.files.pasted_paths import readings

NAMES = st.text(
    alphabet=st.characters(exclude_characters="\0\r\n/", exclude_categories=["Cs"]), min_size=1, max_size=20
)


@pytest.mark.parametrize(
    ("line", "column", "path"),
    [
        ("@", 1, ""),
        ("look at @src/ma", 15, "src/ma"),
        ("look at @src/ma please", 12, "src/ma"),
        ('@"my fi', 7, "my fi"),
        ('(@"my file" ', 11, "my file"),
        ("@src/ma ", 8, None),
        ("@src", 0, None),
        ("me@example.org", 14, None),
        ("`@cache`", 4, None),
        ("a `b` @c", 8, "c"),
    ],
)
def test_where_a_path_is_completed(line: str, column: int, path: str | None) -> None:
    found = at_word([line], 0, column)
    assert (found and found.path) == path


def test_in_a_fence_an_at_is_code() -> None:
    lines = ["```python", "@cached", "```", "@file"]
    assert at_word(lines, 1, 4) is None
    assert at_word(lines, 3, 5) == AtWord(0, 5, "file")
    assert list(at_words("\n".join(lines))) == ["file"]


@settings(max_examples=examples(100), deadline=None)
@given(path=NAMES.filter(lambda name: '"' not in name))
def test_what_is_written_is_read_again(path: str) -> None:
    line = written(path)
    found = at_word([f"see {line}"], 0, len(line) + 4)
    assert found is not None or "`" in path
    if found is not None:
        assert found.path == path and found.end == len(line) + 4


def test_signs_that_end_a_sentence_are_no_part_of_a_path() -> None:
    assert list(at_words('Is @a.py, or (@b.py) like @"c d.md"?')) == ["a.py", "b.py", "c d.md"]


@pytest.mark.parametrize(
    ("pasted", "paths"),
    [
        ("/a/b c.txt", ("/a/b c.txt",)),
        ("/a/b\\ c.txt /d", ("/a/b c.txt", "/d")),
        ("'/a/b c.txt' \"/d e\" ", ("/a/b c.txt", "/d e")),
        ("file:///a/b%20c%25.txt\r\nfile://localhost/d", ("/a/b c%.txt", "/d")),
        ("~/a%20b", ("~/a%20b",)),
        ("C:\\Users\\me\\a b.txt", ("C:\\Users\\me\\a b.txt",)),
        ("& 'C:\\Users\\me\\a b.txt'", ("C:\\Users\\me\\a b.txt",)),
        ('"C:\\a b.txt" "D:\\c.txt"', ("C:\\a b.txt", "D:\\c.txt")),
        ("file:///C:/a%20b.txt", ("C:/a b.txt",)),
        ("/it's here.txt", ("/it's here.txt",)),
        ("./a", ("./a",)),
        ("src/main.py", ("src/main.py",)),
    ],
)
def test_what_terminals_paste_for_dropped_files(pasted: str, paths: tuple[str, ...]) -> None:
    assert paths in list(readings(pasted))


@pytest.mark.parametrize(
    "pasted", ["", "\n", "see /etc/passwd", "word", "https://example.org/a", "yes and/or no", "/" + "x" * 20_000]
)
def test_other_text_names_no_files(pasted: str) -> None:
    assert all(len(found) == 1 and found[0].startswith("https:") for found in readings(pasted))


@settings(max_examples=examples(100), deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=3))
def test_a_shells_quotes_are_undone(names: list[str]) -> None:
    paths = tuple(f"/x/{name}" for name in names)
    assert paths in list(readings(shlex.join(paths)))
