"""Differences are drawn as a person would draw them: a corpus of pairs, and edits of invented answers."""

from __future__ import annotations

import pytest

from tests.commands.read_back import read_back
from tests.render.diff_corpus import CORPUS, CorpusPair, drawn
from textchat.commands.output.differences import differences
from textchat.render.diff.comparison import diff


@pytest.mark.parametrize("pair", CORPUS, ids=lambda pair: pair.name)
def test_the_alignment_is_the_one_written_down(pair: CorpusPair) -> None:
    found = drawn(diff(pair.left, pair.right))
    assert len(found) == len(pair.rows), found
    for row, wanted in zip(found, pair.rows, strict=True):
        assert row.is_drawn_as(wanted)


@pytest.mark.parametrize("pair", CORPUS, ids=lambda pair: pair.name)
def test_both_texts_can_be_read_back(pair: CorpusPair) -> None:
    assert "".join(read_back(differences(pair.left, pair.right)).other.split()) == "".join(pair.right.split())
