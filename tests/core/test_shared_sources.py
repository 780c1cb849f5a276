"""Two answers name the same source if its address leads to the same, however it is written."""

from __future__ import annotations

import pytest

from textchat.core.conversation import Message, Role, Status
from textchat.core.events import Finished, PartReceived
from textchat.core.figures.shortfall import shortfall_of
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.shared import plain_address, shared_files, shared_sources
from textchat.core.reply import Reply


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("http://example.org", "https://www.example.org/", True),
        ("https://example.org/a/?utm_source=openai", "https://EXAMPLE.org/a", True),
        ("https://example.org/a?b=1&c=2&fbclid=x", "https://example.org/a?c=2&b=1", True),
        ("https://example.org/a#:~:text=words", "https://example.org/a", True),
        ("https://example.org:443/a", "http://example.org:80/a", True),
        ("https://example.org/A", "https://example.org/a", False),
        ("https://example.org/a?b=1", "https://example.org/a?b=2", False),
        ("https://example.org/a#b", "https://example.org/a", False),
        ("https://example.org:8443/a", "https://example.org/a", False),
        ("file_1", "file_2", False),
        ("http://[broken", "http://[broken", True),
    ],
)
def test_addresses(one: str, other: str, are_same: bool) -> None:
    assert (plain_address(one) == plain_address(other)) is are_same


def test_what_both_have_and_one_alone() -> None:
    left = [Citation("https://a.org"), Citation("https://b.org"), Citation("https://a.org/")]
    shared = shared_sources(left, [Citation("http://www.b.org"), Citation("https://c.org")])
    assert [[each.url for each in group] for group in (shared.both, shared.only_left, shared.only_right)] == [
        ["https://b.org"],
        ["https://a.org"],
        ["https://c.org"],
    ]
    assert (
        shared.summary == "1 in both, 1 only in -, 1 only in +" and shared.brief("source") == "1 of 3 sources in both"
    )
    one, two = Part("a.png", "image/png", b"1"), Part("b.png", "image/png", b"2")
    files = shared_files([one, two], [Part("c.png", "image/png", b"1").without_data()])
    assert (files.both, files.only_left, files.only_right) == ((one,), (two,), ())
    assert (
        shared_files([], []).brief("file") == "" and shared_files([one], [one]).brief("file") == "1 of 1 file in both"
    )


def test_a_reply_of_a_picture_alone_is_complete() -> None:
    picture = Part("image.png", "image/png", b"1")
    reply = Reply(conversation_id="c", parent_id=None, model="demo/fast")
    reply.feed(PartReceived(picture))
    reply.feed(Finished("stop"))
    reply.end(Status.COMPLETE)
    assert shortfall_of(reply) is None and shortfall_of(reply.freeze()) is None
    empty = shortfall_of(Message("a", None, Role.ASSISTANT, "", finish_reason="stop"))
    assert empty is not None and empty.word == "empty"
