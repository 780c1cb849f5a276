"""Blocks of HTML: what belongs to prose is readable, the source of a page stays; also while it comes."""

from __future__ import annotations

import pytest

from tests.render.gallery import styles_of
from textchat.render.markdown import Document

STYLES = styles_of("textual-dark")


def shown(source: str, width: int = 60) -> list[str]:
    document = Document(STYLES, width, source, finished=True)
    return [document.line(y).text.rstrip() for y in range(document.height)]


READABLE = [
    (
        "<details>\n<summary>Click <b>me</b></summary>\n\nThe **answer**.\n\n</details>\n\nafter",
        ["▾ Click me", "", "The answer.", "", "after"],
    ),
    (
        '<p align="center">\n  <img src="l.png" alt="Logo" width="9">\n  <br> H<sub>2</sub>O &copy; **x**\n</p>\n\nx',
        ["▣ Logo (l.png)", "H₂O © **x**", "", "x"],
    ),
    ("a\n\n<hr>\n\nb", ["a", "", "─" * 60, "", "b"]),
    ("- <details><summary>S</summary>\n\n  in\n\n  </details>\n- <p>two", ["• ▾ S", "", "  in", "• two"]),
    ("<ol>\n<li>one</li>\n<li>two <ul><li>x</li></ul>\n<li>three\n</ol>", ["1. one", "2. two", "• x", "3. three"]),
    ('<ol start="4"><li>a<li value="9">b<li>c</ol><ul><li>d</ul>', ["4. a", "9. b", "10. c", "• d"]),
    ("<ul>\n<li>one</li>\n<li>two <kbd>x</kbd></li>\n<li>\nthree\n</ul>", ["• one", "• two x", "•", "three"]),
    ("<details>\n<summary>\n  in\n</summary>\n<blockquote>q</blockquote>", ["▾", "in", "▎ q"]),
    ("<table>\n<tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr>\n</table>", ["A │ B", "1 │ 2"]),
    ("<h1 align=center>T</h1>\n<center>m</center>", ["T", "m"]),
    ("<details><summary>s</summary>b\nc <Unknown> < 5\n</details> t", ["▾ s", "b", "c <Unknown> < 5", "t"]),
    ("<b>bold</b> and\n<sub>small print here</sub>", ["bold and small print here"]),
]
SOURCE = [
    '<div class="x">\n<p>a</p>\n</div>',
    "<!-- a -->",
    "<String>",
    "<think>\nhm **x**\n</think>",
    "<p\n align=left>a</p>",
    "<script>\nif (a < b) {}\n</script>",
    '<button onclick="x()">\n  a\n</button>',
]


@pytest.mark.parametrize(("source", "rows"), READABLE)
def test_prose_is_readable(source: str, rows: list[str]) -> None:
    assert shown(source) == rows


@pytest.mark.parametrize("source", SOURCE)
def test_the_source_of_a_page_stays(source: str) -> None:
    assert shown(source) == source.splitlines()


@pytest.mark.parametrize("source", [*(source for source, _ in READABLE), *SOURCE])
@pytest.mark.parametrize("width", [5, 60])
def test_letter_by_letter_it_is_the_same(source: str, width: int) -> None:
    document = Document(STYLES, width)
    settled: list[object] = []
    for letter in source:
        document.append(letter)
        now = [document.line(y) for y in range(document.height)]
        assert now[: len(settled)] == settled, "a settled line moved"
        settled = [*now[: document.settled]]
    document.finish()
    assert [document.line(y).text.rstrip() for y in range(document.height)] == shown(source, width)


def test_links_and_places_of_what_is_readable() -> None:
    source = 'x\n\n<p align="center">\n  see <a href="https://a.b/c">the docs</a>, <i>or</i> https://d.e\n</p>'
    document = Document(STYLES, 60, source, finished=True)
    assert [source[link.start : link.end] for link in document.links()] == ["the docs", "https://d.e"]
    assert document.link_at(2, 5) == "https://a.b/c"
    assert document.link_at(2, 1) is None
    row, cell = document.position_of(source.index("docs"))
    assert (row, document.line(row).text[cell:][:4]) == (2, "docs")
    span = document.source_span(2, 4, 7)
    assert span is not None and source[slice(*span)] == "the"
