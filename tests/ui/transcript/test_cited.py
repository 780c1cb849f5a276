"""The numbers of sources stand where they are cited, are links, and are no part of the model's text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.ui.transcript.listing import STYLES, Listing, answer, growing, in_window, say, wait_until
from textchat.core.conversation import Status
from textchat.core.events import Cited
from textchat.core.figures.ending import Hints
from textchat.core.parts.citation import Citation
from textchat.ui.messages import LinkChosen
from textchat.ui.transcript.cited.cited_document import CitedDocument
from textchat.ui.transcript.layout import entry as entry_module
from textchat.ui.transcript.layout import long_text, pieces
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import LayoutContext, PartKind
from textchat.ui.transcript.window import Window

WORDS = [
    *(
        "words ",
        "sky",
        ".",
        "\n",
        "\n\n",
        "**",
        "`",
        "```\n",
        "- ",
        "> ",
        "# ",
        "| a | b |\n|---|---|\n| c | d |\n",
        "[1]",
    ),
    *("[x](https://a.b/c)", "https://x.y/z ", "日本", "e\u0301", "👩‍👧", "$x$", "\\*", "[2", "]", "&amp;", "a[1](b)"),
]
texts = st.lists(st.sampled_from(WORDS), max_size=14).map("".join)
places = st.lists(st.integers(0, 60), max_size=3).map(lambda found: tuple(sorted(set(found))))
NUMBERED = r"long\. \[[12]\]"
A, B = "https://a.example/1", "https://b.example/2"


def context(width: int = 60) -> LayoutContext:
    return LayoutContext(width, STYLES, Hints())


def lines(entry: Entry, width: int = 60) -> list[str]:
    return [entry.line(y).text.strip() for y in range(entry.lay_out(context(width)))]


def drawn(text: str, *cited: tuple[int, ...], width: int = 60) -> list[str]:
    """The lines of a text with sources that are cited at these places."""
    citations = tuple(Citation(url, None, at) for url, at in zip((A, B), cited, strict=False))
    document = CitedDocument(STYLES.text, width, text, citations, finished=True)
    assert document.text == text and document.excerpt(0, len(text)) == text
    return [document.line(y).text.rstrip() for y in range(document.height)]


@settings(max_examples=examples(300), deadline=None)
@given(texts, places, places, st.data())
def test_streamed_and_whole_look_the_same_and_copy_what_the_model_wrote(
    text: str, first: tuple[int, ...], second: tuple[int, ...], data: st.DataObject
) -> None:
    reply = growing()
    entry = Entry(reply)
    told = sorted((place, url) for url, found in ((A, first), (B, second)) for place in found if place <= len(text))
    told += [(len(text), url) for url in (A, B) if data.draw(st.booleans())]
    at = 0
    for place, url in told:
        come = data.draw(st.integers(place, len(text)))  # a source is told when its text is there, or later
        say(reply, text[at : max(at, come)])
        at = max(at, come)
        if data.draw(st.booleans()):
            entry.lay_out(context())
        reply.feed(Cited(url, None, place))
        entry.lay_out(context())
    say(reply, text[at:])
    entry.lay_out(context())
    assert entry.text_of(PartKind.TEXT) == text
    reply.end(Status.COMPLETE)
    message = reply.freeze()
    assert entry.takes(message)
    whole = Entry(message)
    assert lines(entry) == lines(whole)
    for each in (entry, whole):
        assert each.text_of(PartKind.TEXT) == text
        part = each.part(PartKind.TEXT)
        spans = [] if part is None else [part.drawing.source_span(y, 0, 60) for y in range(part.drawing.height)]
        found = [span for span in spans if span is not None]
        assert all(0 <= start < end <= len(text) for start, end in found)
        assert found == sorted(found)


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("The sky is blue. Yes.", 16, "The sky is blue. [1] Yes."),
        ("The sky is blue\n\n", 17, "The sky is blue [1]"),
        ("**The sky is blue.** Yes.", 18, "The sky is blue. [1] Yes."),
        ("The sky is blue", 9, "The sky is [1] blue"),
        ("The e\u0301x", 5, "The e\u0301x [1]"),
        ("See [here](https://a.b) now", 15, "See here (a.b) [1] now"),
        ("Call `print(x)` now", 9, "Call print(x) [1] now"),
        ("See https://x.y/z now", 12, "See https://x.y/z [1] now"),
        ("- one\n- two", 8, "• one [1]"),
        ("| a | b |\n|---|---|\n| c | d |", 29, "c │ d [1]"),
        ("```\ncode\n```", 6, " code"),
        ("日本語です。はい", 6, "日本語です。 [1]はい"),
        ("Known [1] already", 9, "Known [1] already"),
        ("An index `a[1]` stays", 0, "An index a[1] stays"),
    ],
)
def test_a_number_breaks_no_markup(text: str, place: int, line: str) -> None:
    assert line in [each.replace("\u2009", " ") for each in drawn(text, (place,))]


def test_a_number_is_a_link_also_one_that_the_model_wrote() -> None:
    text = "Blue sky. Wet sea[2]. None[3]."
    document = CitedDocument(STYLES.text, 60, text, (Citation(A, None, (9,)), Citation(B)), finished=True)
    line = document.line(0).text.replace("\u2009", " ").rstrip()
    assert line == "Blue sky. [1] Wet sea[2]. None[3]."
    assert [document.link_at(0, line.index(sign) + 1) for sign in ("[1]", "[2]", "[3]", "Wet")] == [A, B, None, None]
    assert document.source_span(0, 0, 60) == (0, len(text))
    assert document.source_span(0, 10, 13) is None, "the number alone is nothing that was written"
    assert document.position_of(text.index("Wet")) == (0, line.index("Wet"))


def test_a_source_that_is_told_in_time_is_drawn_at_once_and_nothing_is_drawn_anew_for_it() -> None:
    reply = growing()
    entry = Entry(reply)
    say(reply, "The sky is blue.")
    reply.feed(Cited(A, "Sky", -1))
    say(reply, " The sea is wet[2].")
    reply.feed(Cited(B))
    assert "The sky is blue. [1] The sea is wet[2]." in [line.replace("\u2009", " ") for line in lines(entry)]
    assert lines(entry)[-4:] == ["", "[1] Sky · a.example", "[2] b.example", ""]
    before = entry.part(PartKind.TEXT)
    reply.end(Status.COMPLETE)
    assert entry.takes(reply.freeze())
    entry.lay_out(context())
    after = entry.part(PartKind.TEXT)
    assert before is not None and after is not None and before.drawing is after.drawing


def rows(shown: Entries, window: Window, message_id: int = 0) -> list[str]:
    """The lines of the text of an answer that is drawn in pieces."""
    window.exact(message_id, 0, below=1_000_000)
    part = shown[message_id].part(PartKind.TEXT)
    assert part is not None and part.long_text is not None
    return [part.drawing.line(y).text.strip().replace("\u2009", " ") for y in range(part.drawing.height)]


@settings(max_examples=examples(6), deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=8), st.booleans())
def test_numbers_stand_in_a_long_text_however_it_comes_and_whenever_they_are_told(
    steps: list[int], is_late: bool
) -> None:
    sentences = [f"Sentence {number} is **quite** long.{' ' if number % 3 else chr(10) * 2}" for number in range(1, 40)]
    text, reply = "".join(sentences), growing()
    ends = [len("".join(sentences[:number]).rstrip()) for number in range(1, 40)]
    with pytest.MonkeyPatch.context() as patch:
        for module in (entry_module, long_text):
            patch.setattr(module, "LONG", 200)
            patch.setattr(module, "LONGEST_GROWING", 400)
        patch.setattr(pieces, "LONGEST", 150)
        shown, window = in_window([reply], 60, 20)
        at = 0
        while at < len(text):
            to = at + steps[at % len(steps)]
            for end in [end for end in ends if at < end <= to]:
                say(reply, text[at:end])
                at = end
                if not is_late:
                    reply.feed(Cited(A if end % 2 else B, None, end))
                window.grown(0)
            say(reply, text[at:to])
            at = max(at, to)
            window.grown(0)
        if is_late:
            for end in ends:
                reply.feed(Cited(A if end % 2 else B, None, end))
            window.grown(0)
        grown = rows(shown, window)
        reply.end(Status.COMPLETE)
        message = reply.freeze()
        whole = rows(*in_window([message], 60, 20))
        count = len(re.findall(NUMBERED, " ".join(whole)))
        assert count == len(ends)
        assert len(re.findall(NUMBERED, " ".join(grown))) > count // 2 if is_late else grown == whole
        assert shown[0].takes(message)
        window.redraw()
        assert rows(shown, window) == whole
        part = shown[0].part(PartKind.TEXT)
        assert part is not None and part.drawing.text == text


def test_of_a_long_text_a_source_draws_no_more_anew_than_the_piece_that_it_is_cited_in() -> None:
    text = "".join(f"Paragraph {number}. {'Lorem ipsum dolor. ' * 20}\n\n" for number in range(800))
    reply = growing()
    shown, window = in_window([reply], 60, 20)
    for at in range(0, len(text), 50_000):
        say(reply, text[at : at + 50_000])
        window.grown(0)
    window.hold(0, 300)
    drawing = shown[0].part(PartKind.TEXT)
    assert drawing is not None and drawing.long_text is not None
    before = [id(piece) for piece in drawing.long_text.drawn[:-1]]
    reply.feed(Cited(A, None, len(text) - 3))
    window.grown(0)
    assert before and [id(piece) for piece in drawing.long_text.drawn[:-1]][: len(before)] == before
    assert len(drawing.long_text.drawn[-1].text) < 40_000


def test_the_first_source_of_a_long_text_draws_its_end_alone_anew() -> None:
    reply = growing()
    shown, window = in_window([reply], 60, 20)
    text = "".join(f"Paragraph {number}. {'Lorem ipsum dolor. ' * 20}\n\n" for number in range(200))
    for at in range(0, len(text), 9_000):
        say(reply, text[at : at + 9_000])
        window.grown(0)
    reply.feed(Cited(A, None, len(text) - 3))
    window.grown(0)
    drawing = shown[0].part(PartKind.TEXT)
    assert drawing is not None and drawing.long_text is not None
    assert len(drawing.long_text.drawn[-1].text) < 40_000
    assert "dolor. [1]" in rows(shown, window)[-1]


async def test_sources_are_listed_found_marked_and_opened() -> None:
    many = tuple(
        Citation(f"https://www.site{number}.org/page?utm_source=x", f"Page {number}") for number in range(1, 11)
    )
    app = Listing([answer("a", "Some text[3].", citations=many)], has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        assert "▸ 10 sources" in app.shown() and "Page 3" not in app.shown()
        await pilot.press("s")
        assert "▾ 10 sources" in app.shown() and "[3] Page 3 · site3.org" in app.shown()
        await pilot.press("s")
        assert app.list.finder.find("page 7") == (1, 1)
        assert "Page 7" in app.marked()[0], "a list with what was found unfolds"
        app.list.finder.clear()
        for _ in range(2):
            await pilot.press("n")
        await pilot.press("enter")
        await pilot.click("MessageList", offset=app.cell_of("[3]"))
        await wait_until(lambda: sum(isinstance(posted, LinkChosen) for posted in app.posted) == 2)
        targets = [posted.target for posted in app.posted if isinstance(posted, LinkChosen)]
        assert targets == [many[1].url, many[2].url]
