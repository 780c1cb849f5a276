"""The examples of the specification mean what it says they mean, whole and streamed; real documents are drawn whole."""

from __future__ import annotations

import importlib.metadata
import json
import re
from pathlib import Path

from tests.render.gallery import styles_of
from tests.render.neutral import ours, theirs
from textchat.render.markdown import Document

EXAMPLES = json.loads((Path(__file__).parent / "suites" / "commonmark-0.31.2.json").read_text(encoding="utf-8"))
OTHERWISE = {
    602: "a bare address is a link, as in GFM",
    608: "a bare address is a link, as in GFM",
    611: "a bare address is a link, as in GFM",
    612: "a bare address is a link, as in GFM",
    12: "an escaped bracket may begin a formula",
    **dict.fromkeys((520, 573, 574, 575, 576, 577, 585, 589), "the alternative text of an image stands as written"),
}
"""Examples that are read otherwise on purpose, and why."""


def test_the_examples_of_commonmark() -> None:
    wrong = {}
    for number, example in enumerate(EXAMPLES, 1):
        found = ours(example["markdown"])
        assert ours(example["markdown"], 1) == found, f"{number} streamed"
        if number not in OTHERWISE and found != theirs(example["markdown"]):
            wrong[number] = found
    assert not wrong


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
