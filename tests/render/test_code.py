"""Code: every space kept, colours that do not depend on how it came."""

from __future__ import annotations

import pytest

from tests.render.gallery import styles_of
from textchat.render.markdown import Document
from textchat.render.markdown.code.highlight import Highlighter, lexer_for

STYLES = styles_of("textual-dark")


def kinds(language: str, code: str) -> list[list[tuple[str, str]]]:
    """The tokens of each line, as their text and their kind."""
    lines = code.split("\n")
    lexer = lexer_for(language)
    assert lexer is not None
    highlighter = Highlighter(lexer, language, lines.__getitem__)
    found = []
    for number, line in enumerate(lines):
        tokens = highlighter.tokens(number, len(lines), len(lines))
        ends = [start for start, _ in tokens[1:]] + [len(line)]
        found.append([(line[start:end], ".".join(kind)) for (start, kind), end in zip(tokens, ends, strict=True)])
    return found


@pytest.mark.parametrize(
    ("language", "before", "inside", "after", "kind"),
    [
        ("python", 'x = """', "import this", '"""', "String"),
        ("javascript", "/**", "function", "*/", "Multiline"),
        ("javascript", "x = `", "const", "`", "Backtick"),
        ("html", "<!--", "<b>", "-->", "Multiline"),
        ("html", "<script type='module'>", "const", "</script>", "Declaration"),
        ("ruby", "=begin", "class", "=end", "Multiline"),
    ],
)
def test_what_goes_on_over_many_lines(language: str, before: str, inside: str, after: str, kind: str) -> None:
    """Longer than a group, and longer than a section: both carry on what is open."""
    found = kinds(language, "\n".join([before, *[inside] * 600, after, "x"]))
    for number in (1, 30, 100, 255, 256, 257, 599):
        assert kind in found[number][0][1], number
    assert kind not in found[-1][0][1]


def test_the_end_of_a_long_block_is_coloured_without_its_beginning() -> None:
    lines = [f"value_{number} = {number}  # comment" for number in range(5_000)]
    asked: set[int] = set()

    def line_of(number: int) -> str:
        asked.add(number)
        return lines[number]

    lexer = lexer_for("haskell")  # of a language with comments that nest, as of any other
    assert lexer is not None
    Highlighter(lexer, "nonsense", line_of).tokens(4_999, 5_000, 5_000)
    assert len(asked) < 600


def test_unknown_and_hostile_languages_are_plain() -> None:
    for name in ("nonsense", "x" * 5_000, "\x1b[31m", "../../etc", "python\x00"):
        document = Document(STYLES, 40, f"```{name}\n  a  b\n```", finished=True)
        assert document.line(1).text.rstrip() == "   a  b"
        assert "\x1b" not in document.line(0).text


def test_no_column_of_indentation_is_lost() -> None:
    source = "- item\n\n  ```py\n  def f():\n      return 1\n  ```\n\n1. x\n   ~~~\n\ty\n   ~~~"
    document = Document(STYLES, 40, source, finished=True)
    assert [block.code for block in document.code_blocks()] == ["def f():\n    return 1", " y"]


def test_a_long_line_is_folded_and_marked() -> None:
    document = Document(STYLES, 20, "```\n" + "abc " * 12 + "\n```", finished=True)
    rows = [document.line(y).text for y in range(document.height)]
    assert rows[0].startswith(" abc")
    assert all(row.startswith("↳") for row in rows[1:])
    assert "".join(row[1:].rstrip() for row in rows).replace(" ", "") == "abc" * 12


def test_a_very_long_line() -> None:
    source = "```js\n" + "x" * 100_000 + "\nlast\n```"
    document = Document(STYLES, 80, source, finished=True)
    rows = [document.line(y).text.strip("↳ ") for y in range(1, document.height)]
    assert "".join(rows) == "x" * 100_000 + "last"
    assert document.code_blocks()[0].code == "x" * 100_000 + "\nlast"
    start = source.index("x")
    assert document.excerpt(start + 4_000, start + 9_000) == "x" * 5_000


def test_the_background_fills_the_width() -> None:
    document = Document(STYLES, 30, "- a\n  ```py\n  x\n  ```", finished=True)
    last = list(document.line(2))[-1]
    assert last.style is not None
    assert last.style.bgcolor == STYLES.code_block.bgcolor is not None


def test_a_comment_is_one_colour_on_all_its_lines() -> None:
    document = Document(STYLES, 40, "```go\n/* one\n   two\n   three */\nx\n```", finished=True)
    drawn = [[segment for segment in document.line(y) if segment.text.strip()] for y in range(1, 4)]
    assert [len(segments) for segments in drawn] == [1, 1, 1]
    assert len({segments[0].style for segments in drawn}) == 1
    assert drawn[0][0].style != STYLES.code_block


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1. a\n   ```py\n   a\n   \n    \n  \n   b\n     \n   ```", "a\n\n \n\nb\n  "),
        ("> - ```\n>   a\n>   \n>\n>   b\n>   ```", "a\n\n\nb"),
        ("1. a\n\n       x\n   \n         \n       y", "x\n\n  \ny"),
        ("- ```\n  a\n  \n  ", "a\n\n"),
    ],
)
def test_blank_lines_of_code_keep_nothing_of_what_is_around_it(text: str, code: str) -> None:
    assert [block.code for block in Document(STYLES, 40, text, finished=True).code_blocks()] == [code]


@pytest.mark.parametrize(
    ("language", "unit"),
    [
        ("js", "f(x); "),
        ("json", '{"a": [1, "x y"]}, '),
        ("py", "x = 'a b' # "),
        ("css", "a{b:c} "),
        ("html", "<p a='b'>"),
    ],
)
def test_a_long_line_has_the_same_colours_however_it_came(language: str, unit: str) -> None:
    line = unit * (1_500 // len(unit)) + '"' + "z" * 900 + '" ' + unit * 20
    grown = Document(STYLES, 80, f"```{language}\n")
    for start in range(0, len(line), 37):
        grown.append(line[start : start + 37])
        for y in range(max(0, grown.height - 5), grown.height):
            grown.line(y)
    grown.finish()
    whole = Document(STYLES, 80, f"```{language}\n{line}", finished=True)
    assert [grown.line(y) for y in range(grown.height)] == [whole.line(y) for y in range(whole.height)]


def test_a_long_line_is_coloured_to_its_end() -> None:
    found = kinds("js", "const a = " + "f(1, 'b'); " * 400)[0]
    numbers = [text for text, kind in found if "Number" in kind]
    assert len(numbers) == 400
    assert sum("String" in kind and "b" in text for text, kind in found) == 400
