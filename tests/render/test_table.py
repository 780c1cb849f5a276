"""Tables: columns stay aligned, cells wrap, and where there is no room a row becomes lines of its own."""

from __future__ import annotations

from rich.cells import cell_len

from tests.render.gallery import styles_of
from textchat.render.markdown import Document

STYLES = styles_of("textual-dark")


def shown(source: str, width: int) -> list[str]:
    document = Document(STYLES, width, source, finished=True)
    return [document.line(y).text.rstrip() for y in range(document.height)]


def test_alignment() -> None:
    assert shown("| left | mid | right |\n|:--|:-:|--:|\n| a | b | c |\n| long one | x | 12 |", 60) == [
        "left     │ mid │ right",
        "─────────┼─────┼──────",
        "a        │  b  │     c",
        "long one │  x  │    12",
    ]


def test_wide_characters_keep_the_columns() -> None:
    rows = shown("| 名前 | b |\n|---|---|\n| 日本語 | x |\n| 👩‍👩‍👧 | y |\n| ❤️ | z |", 40)
    borders = {cell_len(row[: row.index("│")]) for row in rows if "│" in row}
    assert borders == {7}


def test_cells_wrap_and_rows_are_parted() -> None:
    rows = shown("| a | b |\n|---|---|\n| " + "word " * 12 + "| x |\n| c | d |", 40)
    assert all(len(row) <= 40 for row in rows)
    assert sum("word" in row for row in rows) >= 2
    assert any("┄" in row for row in rows)


def test_a_break_in_a_cell() -> None:
    rows = shown("| a |\n|---|\n| one <br> two<BR/>three |", 40)
    assert rows[2:] == ["one", "two", "three"]


def test_key_and_value_where_it_is_narrow() -> None:
    source = "| Option | Description | Default |\n|---|---|---|\n| alpha | something_long_here | 1 |\n| b | c | 2 |"
    assert shown(source, 24) == [
        "Option: alpha",
        "Description:",
        "  something_long_here",
        "Default: 1",
        "",
        "Option: b",
        "Description: c",
        "Default: 2",
    ]


def test_rows_have_as_many_cells_as_the_header() -> None:
    assert shown("| a | b |\n|---|---|\n| 1 |\n| 1 | 2 | 3 |", 40)[2:] == ["1 │", "1 │ 2"]


def test_rows_below_the_sample_do_not_move_those_above() -> None:
    source = "| a | b |\n|---|---|\n" + "| x | y |\n" * 30
    document = Document(STYLES, 40, source)
    before = [document.line(y) for y in range(document.height)]
    document.append("| " + "much wider than all above " * 4 + " | z |\n")
    document.finish()
    assert [document.line(y) for y in range(len(before))] == before
    assert all(document.line(y).cell_length == 40 for y in range(document.height))
