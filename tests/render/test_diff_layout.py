"""A comparison in lines: each exactly as wide as it should be, all words there, signs before what differs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from tests.render.test_diff import LEFT, RIGHT, TEXTS, without_blanks
from textchat.render.diff.comparison import diff
from textchat.render.diff.layout import BESIDE_FROM, BETWEEN, SIGN_WIDTH, DiffLines, DiffStyles
from textchat.ui.themes import load_themes, shipped_folder

COLORS = load_themes([shipped_folder()])[0][0].to_color_system().generate()
STYLES = DiffStyles.from_theme(COLORS, dark=True, ansi=False)


def texts(lines: DiffLines) -> list[str]:
    return [lines.line(y).text for y in range(lines.height)]


@given(TEXTS, TEXTS, st.integers(8, 140), st.booleans())
@settings(deadline=None)
def test_every_line_is_as_wide_as_asked(left: str, right: str, width: int, is_folded: bool) -> None:
    lines = DiffLines(diff(left, right), STYLES, width, is_folded=is_folded)
    for y in range(lines.height):
        assert lines.line(y).cell_length == lines.width


@given(st.text("abc 狗\n-#`é", max_size=80), st.text("abc 狗\n-#`é", max_size=80))
@settings(deadline=None)
def test_no_word_is_lost_in_two_columns(left: str, right: str) -> None:
    lines = DiffLines(diff(left, right), STYLES, 100, is_folded=False)
    halves = [
        (
            line.crop(SIGN_WIDTH, lines.left_width).text,
            line.crop(lines.left_width + len(BETWEEN) + SIGN_WIDTH, lines.width).text,
        )
        for line in (lines.line(y) for y in range(lines.height))
    ]
    assert without_blanks("".join(half for half, _ in halves)) == without_blanks(left)
    assert without_blanks("".join(half for _, half in halves)) == without_blanks(right)


def test_wide_characters_move_nothing() -> None:
    lines = DiffLines(diff("狗が走る。犬", "狗が歩く。犬"), STYLES, BESIDE_FROM)
    line = lines.line(0)
    assert line.crop(lines.left_width, lines.left_width + len(BETWEEN)).text == BETWEEN
    assert line.text.startswith("~ 狗が走る。犬")


def test_signs_stand_before_every_line_that_differs() -> None:
    one = texts(DiffLines(diff(LEFT, RIGHT), STYLES, 60))
    assert [line[0] for line in one if "fox" in line] == ["-", "+"]
    assert [line[0] for line in one if "y = 2" in line] == ["+"]
    assert all(line[0] == " " for line in one if "first thing" in line)


@pytest.mark.parametrize("ansi", [False, True])
def test_changed_words_are_underlined(ansi: bool) -> None:
    styles = DiffStyles.from_theme(COLORS, dark=True, ansi=ansi)
    lines = DiffLines(diff("The quick fox runs.", "The slow fox runs."), styles, 60)
    for y, word in ((0, "quick"), (1, "slow")):
        marked = [text for text, style, _ in lines.line(y) if (style or Style()).underline]
        assert marked == [word]


def test_what_is_the_same_is_folded_and_can_be_shown() -> None:
    same = "".join(f"Paragraph {number}.\n\n" for number in range(30))
    found = diff(f"{same}old end", f"{same}new beginning of the end")
    folded, whole = DiffLines(found, STYLES, 60), DiffLines(found, STYLES, 60, is_folded=False)
    assert any("unchanged lines" in line for line in texts(folded)) and folded.height < 10
    assert not any("unchanged" in line for line in texts(whole)) and whole.height > 60
    assert folded.line(folded.differences[0]).text.startswith("- old end")


def test_hostile_text_is_made_visible() -> None:
    drawn = "".join(texts(DiffLines(diff("a\x1b]0;title\x07b", "a\x9bb\tc"), STYLES, 100)))
    assert not any(character in drawn for character in "\x1b\x07\x9b\t")


@pytest.mark.parametrize("width", [60, 100])
def test_what_moved_points_to_its_other_place(width: int) -> None:
    found = diff("- red apples\n- green pears\n- blue plums", "- green pears\n- blue plums\n- red apples")
    lines = DiffLines(found, STYLES, width)
    apples = [line for line in texts(lines) if "apples" in line]
    assert [line.strip()[0] for line in apples if line.strip()] == ["↓", "↑" if width < BESIDE_FROM else "│"]
    assert "↑ - red apples" in apples[1] and found.moved == 1
    assert not any(line.strip()[:1] in ("-", "+") for line in texts(lines) if "apples" in line)


@pytest.mark.parametrize("width", [60, 100])
def test_a_split_paragraph_stands_beside_its_halves(width: int) -> None:
    found = diff("One is here. Two is there.", "One is here.\n\nTwo is there.")
    drawn = [line.split("│")[0].rstrip() for line in texts(DiffLines(found, STYLES, width)) if "T" in line]
    assert drawn == ["¶ Two is there."] and not found.is_same
