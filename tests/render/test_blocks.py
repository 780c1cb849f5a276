"""The blocks of a text are those that markdown-it finds in the whole of it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.render.corpus import CORPUS
from tests.render.random_markdown import PIECES, TABLE
from textchat.render.markdown.block import EmptyItem, Rule
from textchat.render.markdown.code.verbatim import Verbatim
from textchat.render.markdown.container import Footnote, ListItem, PlacedBlock, Quote
from textchat.render.markdown.definition_list import DefinitionList
from textchat.render.markdown.formula import FormulaBlock
from textchat.render.markdown.paragraph import Paragraph
from textchat.render.markdown.parsing.block_parser import BlockParser

Described = tuple[str, tuple[str, ...], str]
"""The kind of a block, the containers around it, and its text."""

_ORACLE = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
_QUIRKS = ("\t", "]: /u", "    ", "  ", "[foo]: /url 'x'\n", "- [ ] ", "- [x] ", "\r", "a | b\n", "--|--\n", '"""\n')
"""Left out of the random texts, because markdown-it reads them otherwise than CommonMark does: white space at the end
of a fence that is not closed, lazy lines and empty titles behind definitions, the header of a table with the marker of
a list in front of it; task lists it does not know."""


def ours(text: str) -> list[Described]:
    parser = BlockParser()
    offset = 0
    for line in text.split("\n"):
        parser.line(line, offset, complete=True)
        offset += len(line) + 1
    parser.finish()
    return [found for placed in parser.blocks if (found := _described(placed))]


_NAMES = {ListItem: "item", Quote: "quote", Footnote: "footnote"}


def _described(placed: PlacedBlock) -> Described | None:
    around = tuple(_NAMES[type(container)] for container in placed.containers)
    match placed.block:
        case DefinitionList():
            last = placed.containers[-1] if placed.containers else None
            return ("empty", around, "") if isinstance(last, ListItem) and last in placed.begins else None
        case FormulaBlock() as formula:
            return ("formula", around, str(formula.text))
        case Paragraph() as paragraph:
            return (f"h{paragraph.level}" if paragraph.level else "p", around, _trimmed(paragraph.text))
        case Verbatim() as verbatim:
            return ("html" if verbatim.is_html else "code", around, str(verbatim.text).rstrip())
        case Rule():
            return ("rule", around, "")
        case EmptyItem():
            return ("empty", around, "")
    return ("table", around, "")


def theirs(text: str) -> list[Described]:
    return list(_leaves(iter(_ORACLE.parse(text))))


def _leaves(tokens: Iterator[Token]) -> Iterator[Described]:
    around: list[str] = []
    filled: list[bool] = []
    for token in tokens:
        found = ""
        content = ""
        match token.type:
            case "blockquote_open" | "list_item_open":
                around.append("quote" if token.type == "blockquote_open" else "item")
                filled.append(token.type == "blockquote_open")
            case "list_item_close" if not filled[-1]:
                found = "empty"
            case "paragraph_open" | "heading_open":
                found = "p" if token.tag == "p" else token.tag
                content = _trimmed(next(tokens).content)
            case "fence" | "code_block":
                found, content = "code", token.content.rstrip()
            case "html_block":
                found, content = "html", token.content.rstrip()
            case "hr":
                found = "rule"
            case "table_open":
                found = "table"
                while next(tokens).type != "table_close":
                    pass
        if found:
            filled = [True] * len(filled)
            yield found, tuple(around), content
        if token.type in ("blockquote_close", "list_item_close"):
            around.pop()
            filled.pop()


def _trimmed(text: str) -> str:
    return "\n".join(line.strip(" \t") for line in text.strip().split("\n"))


@pytest.mark.parametrize("name", sorted(CORPUS.keys() - {"maths", "tour"}))  # formulas are ours
def test_real_answers(name: str) -> None:
    text = CORPUS[name].replace("- [x] ", "- ").replace("- [ ] ", "- ")
    assert ours(text) == theirs(text)


def test_random_texts() -> None:
    random_ = random.Random(7)
    pieces = [piece for piece in (*PIECES, *TABLE) if piece not in _QUIRKS]
    for _ in range(1_500):
        text = "".join(random_.choices(pieces, k=random_.randint(1, 30))).replace("\r\n", "\n").rstrip()
        text = text.replace("\n ", "\n")
        assert ours(text) == theirs(text), repr(text)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Title\n===\n\nOther\n---\n", ["h1", "h2"]),
        ("para\n| a | b |\n|---|---|\n| 1 | 2 |\nno pipe\n\nafter", ["p", "table", "p"]),
        ("- a\n\n  b\n- c\n1. d\n", ["p", "p", "p", "p"]),
        ("[a]: /b\n[c]:\n/d\n'title'\n", []),
        ("[a]: /b x\n", ["p"]),
        ("```\nopen", ["code"]),
        ("```a`b\n", ["p"]),
        ("> a\nb\n> c\n", ["p"]),
        ("<div>\n*a*\n\n*b*", ["html", "p"]),
        ("    a\n\n    b\nc", ["code", "p"]),
        ("1986\\. A\n2. no list", ["p"]),
        ("#no heading\n####### none\n# yes #", ["p", "h1"]),
        ("$$\na\n=\n- b\n+ c | d\n---|---\n$$\n- item", ["formula", "p"]),
        ("\\[\n- a\n\n- item", ["html", "p"]),
        ("-\n\n  not in it", ["empty", "p"]),
    ],
)
def test_kinds(text: str, kinds: list[str]) -> None:
    assert [kind for kind, _, _ in ours(text)] == kinds


def test_nesting_is_bounded() -> None:
    found = ours(">" * 5_000 + " deep\n" + "- " * 5_000 + "deeper")
    assert max(len(around) for _, around, _ in found) <= 24


def test_definitions_of_any_length_leave_what_is_above_them_alone() -> None:
    for text in ("above\n\n[a]: /" + "b" * 3_000 + "\n===\nbelow", "> [a]: /" + "b" * 3_000 + "\n> ---\n\n- x"):
        assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("1. 5. 6. 8.", "1. 5. 6. 8."),
        ("1. 1. 1.", "1. 2. 3."),
        ("7. 8. 9.", "7. 8. 9."),
        ("0. 0.", "0. 1."),
        ("3. 2. 9.", "3. 4. 9."),
    ],
)
def test_numbers_of_a_list_are_as_written_where_they_rise(written: str, drawn: str) -> None:
    parser = BlockParser()
    for number in written.split():
        parser.line(f"{number} x", 0, complete=True)
    markers = [placed.containers[0].marker for placed in parser.blocks if isinstance(placed.containers[0], ListItem)]
    assert " ".join(markers) == drawn


def test_a_task_in_a_numbered_list_keeps_its_number() -> None:
    parser = BlockParser()
    for line in ("1. [ ] a", "2. [x] b", "5. c", "- [X] d"):
        parser.line(line, 0, complete=True)
    markers = [placed.containers[0].marker for placed in parser.blocks if isinstance(placed.containers[0], ListItem)]
    assert markers == ["1. ☐", "2. ☑", "5.", "☑"]


LONG_FORMULA = "\\begin{align}\n" + "a &= \\frac{b}{c} \\\\\n" * 150 + "\\end{align}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n$$\nx\n\ny\n$$\nb", ["p", "formula", "p"]),
        ("- a\n  \\[\n  x = 1\n  \\]\n- b", ["p", "formula", "p"]),
        ("> $$\n> x\n> $$\n", ["formula"]),
        ("- a\n  $$\nx = y\n  $$\n- b", ["p", "formula", "p"]),
        (f"{LONG_FORMULA}\nb", ["formula", "p"]),
        (f"$$\n{LONG_FORMULA}\n$$", ["formula"]),
        ("$$x^2$$, where x", ["formula", "p"]),
        ("\\[ a = b \\]\n", ["formula"]),
        ("\\[1\\] Smith\n\n\\[x\\] done\n\n\\[docs\\](u)\n\n\\[key=value\\]", ["p", "p", "p", "p"]),
        ("$$ is the id of the shell\n\n$$5 is a price", ["p", "p"]),
        ("$$\nx\n\nThis is text again.\n\n- a", ["html", "p", "p"]),
        ("$$\nx\n```py\ny\n```", ["html", "code"]),
        ("```math\nx\n```", ["formula"]),
    ],
)
def test_a_display_formula_is_a_block_of_its_own(text: str, found: list[str]) -> None:
    assert [kind for kind, _, _ in ours(text)] == found


def test_footnotes_hold_several_paragraphs_and_are_no_link_definitions() -> None:
    found = ours("a[^1]\n\n[^1]: Smith\n[^b]: Two words\n\n    More\n\n    ```\n    x\n    ```\n\nb")
    assert found == [
        ("p", (), "a[^1]"),
        ("p", ("footnote",), "Smith"),
        ("p", ("footnote",), "Two words"),
        ("p", ("footnote",), "More"),
        ("code", ("footnote",), "x"),
        ("p", (), "b"),
    ]
