"""The examples of the specifications are read as they say, whole and in pieces; real documents are drawn whole."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Callable
from pathlib import Path

from tests.render.gallery import styles_of
from tests.render.html_meaning import meaning_of_html
from tests.render.neutral import Meaning, ours, theirs
from textchat.render.markdown import Document

SUITES = Path(__file__).parent / "suites"
BARE = "a bare address is a link, as in GFM"
TAGS = "tags that belong together are drawn as what they mean"
RAW = "no tag is harmful in a terminal; one without a meaning here stays as it is written"
FOOTNOTE = "a footnote stays where it is written, under its own mark"
COMMONMARK_OTHERWISE = {168: TAGS, 475: TAGS, 602: BARE, 606: BARE, 608: BARE, 611: BARE, 612: BARE}
GFM_OTHERWISE = {24: RAW, 44: "the suite says only: no crash", 46: RAW, 47: FOOTNOTE, 48: FOOTNOTE, 49: FOOTNOTE}
"""Examples that are read otherwise on purpose, and why."""
PIECES = (1, 2, 3, 5, 8)
"""Characters of a piece, if a text comes in pieces."""

Example = dict[str, str]


def examples_of(suite: str) -> list[Example]:
    """The examples of a suite: `markdown`, `html` and `section`."""
    examples: list[Example] = json.loads((SUITES / f"{suite}.json").read_text(encoding="utf-8"))
    return examples


def read_otherwise(examples: list[Example], right: Callable[[Example], list[Meaning]]) -> set[int]:
    """The numbers of the examples that are not read as is right; the pieces that they come in change nothing."""
    otherwise = set()
    for number, example in enumerate(examples, 1):
        text = example["markdown"]
        found = ours(text)
        for size in {1, PIECES[number % len(PIECES)]}:
            assert ours(text, size) == found, f"{number} in pieces of {size}"
        if found != right(example):
            otherwise.add(number)
    return otherwise


def test_the_examples_of_commonmark() -> None:
    """Their HTML does not tell tags of the text from those of Markdown: what is right is what markdown-it says."""
    examples = examples_of("commonmark-0.31.2")
    assert read_otherwise(examples, lambda example: theirs(example["markdown"])) == set(COMMONMARK_OTHERWISE)


def test_the_examples_of_gfm() -> None:
    examples = examples_of("gfm-0.29")
    assert read_otherwise(examples, lambda example: meaning_of_html(example["html"])) == set(GFM_OTHERWISE)


def test_real_documents_are_drawn_whole() -> None:
    """What the packages of the test environment say about themselves."""
    documents = [
        text
        for package in sorted(importlib.metadata.distributions(), key=lambda found: found.name)
        if (text := str(package.metadata.json.get("description", ""))) and "\n#" in text
    ]
    assert len(documents) > 5
    styles = styles_of("textual-dark")
    for text in documents[:20]:
        text = text[:12_000].rsplit("\n\n", 1)[0]
        document = Document(styles, 60, text, finished=True)
        rows = [document.line(y) for y in range(document.height)]
        assert all(row.cell_length == 60 for row in rows)
        drawn = re.sub(r"[\s↳]", "", "".join(row.text for row in rows))
        targets = r"\]\([^)]*\)|\]\[[^\]]*\]|^\s*\[[^\]]*\]:.*$|https?://\S+|&\w+;"
        for word in re.findall(r"(?<!\S)[A-Za-z]{4,12}(?!\S)", re.sub(targets, " ", text, flags=re.MULTILINE)):
            assert word in drawn, f"{word!r} of {text[:60]!r}"
