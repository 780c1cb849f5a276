"""The streamed picture is the picture, for every way of cutting a text; and what is settled stays."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.strip import Strip

from tests.examples import examples
from tests.render.corpus import CORPUS
from tests.render.gallery import styles_of
from tests.render.random_markdown import cuts, texts
from textchat.render.cells import width_of
from textchat.render.markdown import Document
from textchat.render.markdown.inline.definitions import LinkDefinitions
from textchat.render.markdown.inline.parse import parse
from textchat.render.markdown.paragraph import Paragraph

STYLES = styles_of("textual-dark")


def lines(document: Document) -> list[Strip]:
    return [document.line(y) for y in range(document.height)]


def whole(text: str, width: int) -> list[Strip]:
    return lines(Document(STYLES, width, text, finished=True))


def streamed(chunks: list[str], width: int, looks: int) -> Document:
    """A document that grew chunk by chunk and was looked at after every so many."""
    document = Document(STYLES, width)
    settled: list[Strip] = []
    for count, chunk in enumerate(chunks):
        document.append(chunk)
        if count % looks == 0:
            now = lines(document)
            assert now[: len(settled)] == settled, "a settled line moved"
            assert document.settled <= document.height
            settled = now[: document.settled]
    document.finish()
    return document


@settings(max_examples=examples(250), deadline=None)
@given(
    texts(), st.lists(st.integers(1, 40), min_size=1, max_size=6), st.sampled_from((3, 12, 40, 80)), st.integers(1, 4)
)
def test_any_text_in_any_cut(text: str, sizes: list[int], width: int, looks: int) -> None:
    document = streamed(cuts(text, sizes), width, looks)
    assert lines(document) == whole(text, width)
    assert document.text == text


@pytest.mark.parametrize("name", sorted(CORPUS))
@pytest.mark.parametrize("size", [1, 7, 200])
def test_real_answers(name: str, size: int) -> None:
    text = CORPUS[name]
    document = streamed(cuts(text, [size]), 60, 3)
    assert lines(document) == whole(text, 60)


@settings(max_examples=examples(60), deadline=None)
@given(
    st.sampled_from(("python", "js", "css", "html", "c", "bash", "diff", "yaml", "nonsense")),
    st.lists(
        st.sampled_from(
            [
                '"""',
                "'''",
                "/*",
                "*/",
                "`",
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "{",
                "}",
                "",
                "",
                "x = 1",
                "  y()",
                "# z",
            ]
        ),
        max_size=120,
    ),
    st.integers(1, 60),
)
def test_code_in_any_cut(language: str, code: list[str], size: int) -> None:
    text = f"```{language}\n" + "\n".join(code)
    assert lines(streamed(cuts(text, [size]), 40, 1)) == whole(text, 40)


@settings(max_examples=examples(100), deadline=None)
@given(texts(), st.sampled_from((1, 2, 5, 17, 80)))
def test_every_line_has_exactly_the_width(text: str, width: int) -> None:
    for strip in whole(text, width):
        assert strip.cell_length == width
        assert width_of(strip.text) == width, "the length that was promised is the one that is measured"


@pytest.mark.parametrize("size", [9, 500, 7_000])
@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000 + " y" * 3_000,
        "中" * 12_000,
        "中文，" * 4_000,
        "👩\u200d👩" * 4_000,
        "open *emphasis " + "and words " * 2_000,
        "open `code " + "and words " * 2_000 + "` closed",
        "[" * 6_000 + "words " * 2_000,
        "**a** `b` " * 3_000,
        "one line\n" * 3_000,
        "| not a table " * 1_000,
        "a" * 5_300 + " " + "b" * 5_400 + "c " * 100,
    ],
    ids=lambda text: text[:12],
)
def test_one_long_paragraph(text: str, size: int) -> None:
    document = streamed(cuts(text, [size]), 80, 50)
    assert lines(document) == whole(text, 80)
    drawn = "".join(strip.text for strip in lines(document))
    assert len(drawn.replace(" ", "")) >= 0.8 * len(text.replace(" ", "").replace("**", "").replace("`", "").strip())


INLINES = (
    '[a](/url "my title")',
    "![b c](<d e> (t u))",
    "[甲](https://a.cn/乙，丙)",
    "[x](/u\n'y z')",
    "[x](\n/u)",
    "https://a.cn/b_c",
    "<https://x.y/z>",
    "`co de，x`",
    "**bo ld，甲**",
    '[![i m](/i "a b")](/l)',
    "<a href='u v'>",
    "[ref one]",
    "文字，",
    "words of text",
)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(st.sampled_from(INLINES), min_size=8, max_size=60), st.integers(0, 200))
def test_a_long_paragraph_is_cut_within_nothing(pieces: list[str], before: int) -> None:
    text = "w" * before + " " + " ".join(pieces) + " end"
    paragraph = Paragraph(LinkDefinitions())
    for line in text.split("\n"):
        paragraph.add_line(line, 0)
    paragraph.close()
    paragraph.lay(80)
    assert paragraph.drawn.plain == parse(text, {}).plain


def test_a_picture_in_a_link_is_never_cut_however_long_its_data() -> None:
    text = "See ![a](data:image/png;base64," + "QUJD" * 5_000 + ") and [b](/c) there"
    document = streamed(cuts(text, [2_000]), 80, 1)
    assert [link.target[:16] for link in document.links()] == ["data:image/png;b", "/c"]


def test_half_open_markup_is_drawn_as_it_will_look() -> None:
    document = Document(STYLES, 80)
    shown = []
    for chunk in ["This is **bo", "ld", "** and [a li", "nk](http://a", ".b/c) with `co", "de`", " and ~~go", "ne~~."]:
        document.append(chunk)
        shown.append(document.line(0).text.rstrip())
    assert shown == [
        "This is bo",
        "This is bold",
        "This is bold and",
        "This is bold and a link",
        "This is bold and a link (a.b/c) with co",
        "This is bold and a link (a.b/c) with code",
        "This is bold and a link (a.b/c) with code and go",
        "This is bold and a link (a.b/c) with code and gone.",
    ]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("See [the page](https://a.b/c_(d)) there", "See the page (a.b/c_(d)) there"),
        ("As `` a`b `` has it", "As a`b has it"),
        (r"So \(a^2 + \alpha\) is", "So a² + α is"),
        ("这里**「重点」**的~~旧~~新", "这里「重点」的旧新"),
        ("H<sub>2</sub>O <b>x</b> <kbd>K</kbd>", "H₂O x K"),
        (r"So $\alpha^2$ is $5", "So α² is $5"),
        ("$$\n\\frac{a}{b}\n= c\n$$", "a/b = c"),
    ],
)
def test_what_is_half_open_does_not_flash(text: str, end: str) -> None:
    document = Document(STYLES, 80)
    shown = ""
    for character in text:
        document.append(character)
        before, shown = shown, document.line(0).text.rstrip() if document.height else ""
        assert shown.startswith(before.rstrip()) or shown == before[: len(shown)]
        assert not set(shown) & set("\\^$[]`{}") - set(end), "a sign was shown that goes away"
    document.finish()
    assert document.line(0).text.rstrip() == end


def test_markers_wait_until_their_meaning_is_certain() -> None:
    document = Document(STYLES, 40)
    seen = []
    for character in "Text\n\n- one\n1. x\n\n```py\na\n```\n| a |\n|---|\n":
        document.append(character)
        seen.append(tuple(strip.text.rstrip() for strip in lines(document)))
    stray = {"-", "1", "1.", "`", "``", "```", "```py", "|", "| a |", "|---|"}
    assert not any(line in stray for picture in seen for line in picture)
    for before, after in pairwise(seen):
        assert len(after) >= len(before), "lines came and went"


def test_width_and_styles_may_change_while_it_grows() -> None:
    text = CORPUS["tour"]
    document = Document(STYLES, 80)
    for count, chunk in enumerate(cuts(text, [50])):
        document.append(chunk)
        document.set_width((80, 33, 120)[count % 3])
        lines(document)
    document.set_styles(styles_of("textual-light"))
    document.set_width(50)
    document.finish()
    assert lines(document) == lines(Document(styles_of("textual-light"), 50, text, finished=True))


def test_a_finished_document_does_not_grow() -> None:
    document = Document(STYLES, 80, "a", finished=True)
    with pytest.raises(ValueError, match="finished"):
        document.append("b")


def test_links_find_definitions_that_come_later() -> None:
    document = Document(STYLES, 80, "See [the page][p] and [q].\n\n")
    assert document.line(0).text.rstrip() == "See [the page][p] and [q]."
    document.append("[p]: https://a.b/p\n[q]: https://a.b/q\n")
    document.finish()
    assert document.line(0).text.rstrip() == "See the page (a.b/p) and q (a.b/q)."
    assert document.height == 1
    assert document.link_at(0, 5) == "https://a.b/p"


def test_links_far_from_the_end_find_definitions_that_the_text_goes_on_behind() -> None:
    text = "word " * 40 + "[one] " + "word " * 40 + '\n\n[one]: https://a.b "t"\n[^1]: note\n'
    end_of_paragraph = text.index("\n")
    for end in range(text.index("[^1]:") + 6, len(text)):
        pieces = [text[:end_of_paragraph], text[end_of_paragraph:end], text[end:]]
        assert lines(streamed(pieces, 40, 1)) == whole(text, 40)


def test_a_block_that_vanishes_leaves_none_of_its_lines_behind() -> None:
    document = Document(STYLES, 10)
    for chunk in ("> [a]: /b\n", "\n", "---\n\n"):
        document.append(chunk)
        shown = lines(document)
    assert shown == whole("> [a]: /b\n\n---\n\n", 10)


def test_text_behind_a_very_long_target_is_cut_as_while_it_grew() -> None:
    text = f"[a]({'x' * 5_000}) *{'w ' * 2_500}w* end"
    assert lines(streamed(cuts(text, [400]), 60, 1)) == whole(text, 60)
