"""From the screen back to the source and the other way: what is copied is what was written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.render.corpus import CORPUS
from tests.render.gallery import styles_of
from tests.render.random_markdown import texts
from textchat.render.markdown import Document

STYLES = styles_of("textual-dark")


def copied(document: Document, first: int, last: int) -> str:
    """What a selection of whole lines copies."""
    spans = [span for y in range(first, last + 1) if (span := document.source_span(y, 0, 200))]
    return document.text[min(start for start, _ in spans) : max(end for _, end in spans)] if spans else ""


@pytest.mark.parametrize("width", [30, 80])
def test_code_is_copied_exactly(width: int) -> None:
    document = Document(STYLES, width, CORPUS["code"], finished=True)
    for block in document.code_blocks():
        first = block.line + bool(block.language)
        text = copied(document, first, block.line + block.lines - 1)
        if block.language:
            assert text == block.code
    assert "\tfmt.Fprintf" in document.code_blocks()[0].code


def test_code_in_a_list_is_copied_without_the_indentation_of_the_list() -> None:
    source = "1. x\n\n   ```py\n   def f():\n       return 1\n   ```\n"
    document = Document(STYLES, 40, source, finished=True)
    start, end = source.index("def"), source.index("return 1") + 8
    assert document.excerpt(start, end) == "def f():\n    return 1"
    assert document.excerpt(start + 4, end - 2) == "f():\n    return"
    assert document.excerpt(0, end) == source[:end]
    assert document.excerpt(0, 4) == "1. x"


@pytest.mark.parametrize(
    "source", ["- ```\n  a\n   b\n  ```", "> 1. ```py\n>    a\n>     b\n>    ```\n\nx", "-     a\n       b"]
)
def test_a_whole_block_of_code_is_copied_without_the_mark_of_its_list(source: str) -> None:
    document = Document(STYLES, 40, source, finished=True)
    block = document.code_blocks()[0]
    spans = [document.source_span(y, 0, 40) for y in range(block.line, block.line + block.lines)]
    assert document.excerpt(min(span[0] for span in spans if span), max(span[1] for span in spans if span)) == "a\n b"


def test_a_paragraph_is_copied_without_the_breaks_of_the_screen() -> None:
    source = "This is **bold** and a [link](http://a.b) and so on until the line is full and wraps.\nA second line."
    document = Document(STYLES, 20, source, finished=True)
    assert document.height > 4
    assert copied(document, 0, document.height - 1) == source


def test_a_list_is_copied_with_its_markers() -> None:
    source = "- one\n- two\n  1. three\n- [x] four"
    document = Document(STYLES, 20, source, finished=True)
    assert copied(document, 0, 3) == source.replace("[x] ", "[x] ")
    assert document.source_span(1, 2, 5) == (source.index("two"), source.index("two") + 3)


def test_a_table_row_is_copied_whole() -> None:
    source = "| a | b |\n|---|---|\n| `x` | y \\| z |"
    document = Document(STYLES, 40, source, finished=True)
    assert copied(document, 2, 2) == "| `x` | y \\| z |"
    assert copied(document, 0, 2) == source


@pytest.mark.parametrize("name", sorted(CORPUS))
@pytest.mark.parametrize("width", [24, 80])
def test_words_are_found_where_they_are_drawn(name: str, width: int) -> None:
    source = CORPUS[name]
    document = Document(STYLES, width, source, finished=True)
    for word in ("Water", "sun", "Share", "dew_point", "handler", "quote", "errors", "Description", "中文", "heart"):
        offset = source.find(word)
        if offset < 0:
            continue
        y, x = document.position_of(offset)
        assert word[:3] in document.line(y).text
        span = document.source_span(y, x, x + 1)
        assert span is None or span[0] <= offset < span[1], (word, y, x, span)


@settings(max_examples=examples(150), deadline=None)
@given(texts(), st.sampled_from((2, 20, 80)))
def test_any_place_has_an_answer(source: str, width: int) -> None:
    document = Document(STYLES, width, source, finished=True)
    for y in range(document.height):
        for start, end in ((0, width), (width // 2, width // 2 + 1)):
            span = document.source_span(y, start, end)
            assert span is None or 0 <= span[0] <= span[1] <= len(source)
        document.link_at(y, width // 2)
    for offset in range(len(source) + 1):
        y, x = document.position_of(offset)
        assert 0 <= y < max(document.height, 1)
        assert 0 <= x < width


def test_links_are_found_under_their_cells() -> None:
    document = Document(
        STYLES, 60, "| a | b |\n|---|---|\n| x | [y](http://l.k) |\n\nand [z](http://m.n)", finished=True
    )
    assert document.link_at(2, 4) == "http://l.k"
    assert document.link_at(2, 0) is None
    assert document.link_at(4, 4) == "http://m.n"
    assert document.link_at(3, 4) is None
