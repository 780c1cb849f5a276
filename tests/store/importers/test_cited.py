"""Sources of imported texts are citations at their places, and what was named after the texts keeps its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.importers.shown import only
from textchat.core.conversation import Message, Role
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.store.transfer.importers.build import ImportedMessage
from textchat.store.transfer.importers.common.cited import cite, resolved, with_links
from textchat.store.transfer.importers.common.lineage import Lineage
from textchat.store.transfer.importers.common.sources import SourceMarks, WebSource

URL = "https://a.example/x"


def last(folder: Path, value: object) -> Message:
    return list(only(folder, value)[0].conversation.messages.values())[-1]


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "output_text", "text": "It is so.", "annotations": [{"url": URL, "title": "A", "end_index": 5}]}],
        [
            {"type": "text", "text": "It is", "citations": [{"url": URL, "title": "A"}]},
            {"type": "text", "text": " so."},
        ],
    ],
    ids=["annotations", "citations of a block"],
)
def test_a_source_is_a_citation_at_its_place(tmp_path: Path, content: object) -> None:
    message = last(tmp_path, [{"role": "user", "content": "Q"}, {"role": "assistant", "content": content}])
    assert message.text == "It is so."
    assert message.citations == (Citation(URL, "A", (5,)),)


def test_a_message_without_an_id_is_known_by_the_text_that_its_links_stood_in() -> None:
    """As it was imported when sources were links in the text."""
    links = f" ([A]({URL}))"
    marked, linked = Lineage(), Lineage()
    marked.add(None, [ImportedMessage("", None, Role.ASSISTANT, f"It is{cite([('A', URL)], links)} so.")])
    linked.add(None, [ImportedMessage("", None, Role.ASSISTANT, f"It is{links} so.")])
    assert marked.first == linked.first


def test_parts_stand_where_they_stood_between_the_texts(tmp_path: Path) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}}
    content = [picture, {"type": "text", "text": "One"}, picture, {"type": "text", "text": "Two"}, picture]
    record, _ = only(tmp_path, [{"role": "user", "content": content}, {"role": "assistant", "content": "A"}])
    asked = next(iter(record.conversation.messages.values()))
    assert (asked.text, [part.offset for part in asked.parts]) == ("One\n\nTwo", [0, 3, 8])


def test_numbers_in_the_text_give_way_to_citations() -> None:
    marks = SourceMarks.counted([WebSource("A", URL), WebSource("", "https://b.example/"), WebSource("C", "none")])
    text, citations, _ = resolved(marks.linked("One [1] and two [2, 1], `[1]` [3]."))
    assert text == "One and two, `[1]` [3]."
    assert citations == (Citation(URL, "A", (3, 11)), Citation("https://b.example/", None, (11,)))
    assert resolved(SourceMarks.counted([WebSource("A", URL)]).unmarked())[1] == (Citation(URL, "A"),)


WORDS = st.text("ab [(\n\ufdd0\ufdd4", max_size=8)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS, st.booleans()), max_size=4), WORDS)
def test_any_marks_go_and_leave_the_text(pieces: list[tuple[str, str, str, bool]], end: str) -> None:
    text = (
        "".join(
            a.strip("\ufdd0\ufdd4") + cite([(title, URL)], links, is_below=below) for a, links, title, below in pieces
        )
        + end
    )
    plain, citations, (part,) = resolved(text, [Part("f", "", b"x", len(text))])
    assert all(0 <= place <= len(plain) for citation in citations for place in citation.places)
    assert part.offset == len(plain)
    assert len(citations) == bool(pieces)
    assert URL not in with_links(text)
