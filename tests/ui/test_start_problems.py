"""What could not be used at the start: nothing of a sentence is lost, and no name in a path is broken."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from textchat.render.cells import width_of
from textchat.ui.panes.start_problems import place_of, wrapped

NAMES = st.text("abcdefgh-.0123456789", min_size=1, max_size=18)
PATHS = st.lists(NAMES, min_size=1, max_size=9).map(lambda names: "/" + "/".join(names))
WORDS = st.lists(st.one_of(NAMES, PATHS, st.sampled_from(["名前", "e\u0301", "“x”"])), max_size=12)


@given(WORDS, st.integers(20, 60))
@example(["/home/somebody/.config/textchat/config.toml,", "line", "3"], 40)
def test_a_path_breaks_behind_its_slashes_alone(words: list[str], width: int) -> None:
    sentence = " ".join(words)
    rows = wrapped(sentence, width)
    assert all(width_of(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == sentence.replace(" ", "")
    assert all(row.endswith("/") or f"{row} {below}" in sentence for row, below in pairwise(rows))


@given(st.text(max_size=300), st.integers(5, 80))
def test_any_text_fits(text: str, width: int) -> None:
    assert all(width_of(row) <= width for row in wrapped(text.replace("\n", " "), width))


def test_the_file_is_named_where_it_is_one() -> None:
    assert place_of(["/a/config.toml, line 3: x", "/a/config.toml, line 4: y"]) == " in config.toml"
    assert place_of(["/a/b.toml: colors.primary is missing."]) == " in b.toml"
    assert place_of(["/a/config.toml, line 3: x", "The disk is full."]) == place_of(["There is no disk."]) == ""
