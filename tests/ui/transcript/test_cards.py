"""Files of a message are cards at their places: named, drawn if they are pictures, and with how a model gets them."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Coroutine
from typing import Any

import pytest
from textual.screen import Screen

from tests.snapshots.pictures import check_screen
from tests.ui.transcript.listing import STYLES, Listing, answer, asked, growing, prompt, say, wait_until
from textchat.core.configuration import PictureStyle
from textchat.core.conversation import Message, Status
from textchat.core.events import PartReceived
from textchat.core.figures.ending import Hints
from textchat.core.figures.media import picture_size
from textchat.core.limits import PICTURE as PICTURE_BYTES
from textchat.core.limits import Limit
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.render.pictures import child
from textchat.render.pictures import picture as picture_module
from textchat.render.pictures.canvas import BLOCKS, Canvas
from textchat.render.pictures.picture import Picture, draw_picture
from textchat.ui.messages import MessageAction
from textchat.ui.terminal.graphics.terminal_pictures import TerminalPictures
from textchat.ui.transcript.cards import pictures as pictures_module
from textchat.ui.transcript.cards.card_services import CardServices
from textchat.ui.transcript.cards.pictures import NO_LIBRARY
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import LayoutContext, PartKind
from textchat.ui.transcript.message_list import MessageList
from textchat.ui.transcript.source_range import place_at


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 16, height: int = 8, rows: bytes | None = None) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    row = b"\0" + b"\xff\0\0" * (width // 2) + b"\0\0\xff" * (width - width // 2)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(row * height if rows is None else rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


PICTURE = Part("red and blue.png", "image/png", png())
PAPER = Part("paper.pdf", "application/pdf", b"%PDF-1.7" + b"x" * 3000)
NOTES = Part("notes.md", "text/markdown", b"# Notes")


def takes(part: Part, model: str) -> Taking | None:
    """A model that reads PDFs natively, one that does not, and one that is not known."""
    if model == "gone/model":
        return None
    if part.media_type.startswith("text/"):
        return Taking(Way.TEXT)
    if model == "demo/fast":
        return Taking(Way.NATIVE)
    return Taking(Way.REFUSED, f"{part.name} cannot be read by this model. Convert it to text.")


async def content(part: Part) -> bytes:
    return part.content


class Showing(Listing):
    """A list with what cards need of the app."""

    def __init__(self, messages: list[Message], *, load: Any = content, rows: int = 6, has_focus: bool = True) -> None:
        super().__init__(messages, has_focus=has_focus)
        self.work: list[asyncio.Task[None]] = []
        self.list = MessageList(
            "p1",
            cards=CardServices(
                load, takes, run=self.run_apart, rows=lambda: rows, has_colour=lambda: not self.no_color
            ),
        )

    def run_apart(self, work: Coroutine[Any, Any, None]) -> None:
        self.work.append(asyncio.get_running_loop().create_task(work))

    async def drawn(self) -> None:
        """Wait until no picture is being drawn."""
        await asyncio.gather(*self.work)


@pytest.fixture(autouse=True)
def sizes_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test knows of a picture what another has seen of it."""
    monkeypatch.setattr(picture_size, "_sizes", {})


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are decoded without a process each: what is shown is the same."""

    async def drawn(data: bytes, columns: int, rows: int, ground: str, canvas: Canvas) -> Any:
        import json

        from textchat.render.pictures.picture import _picture_from

        answer, colours = child.decoded(data, columns, rows, ground, canvas)
        return _picture_from(json.dumps(answer).encode() + b"\n" + colours)

    monkeypatch.setattr(pictures_module, "draw_picture", drawn)


def lines(message: Message, width: int = 50) -> list[str]:
    entry = Entry(message)
    return [entry.line(y).text.rstrip() for y in range(entry.lay_out(LayoutContext(width, STYLES, Hints())))]


def test_cards_stand_where_their_files_do() -> None:
    assert lines(prompt("a", "Look at\nand compare with\nplease", parts=(PICTURE.at(8), PAPER.at(24)))) == [
        "› Look at",
        "┊ + red and blue.png · PNG picture · 80 B",
        "┊ and compare with",
        "┊ + paper.pdf · PDF · 3.0 kB",
        "┊ please",
        "",
    ]
    assert lines(
        answer("b", "First.\n\nThen **more**.", parts=(PICTURE.at(6), Part("", "image/png", reference="file_1").at(99)))
    ) == [
        "  demo/fast",
        "  First.",
        "",
        "  + red and blue.png · PNG picture · 80 B",
        "",
        "  Then more.",
        "",
        "  + picture · PNG picture",
        "    only at the server: file_1",
        "",
    ]
    assert lines(prompt("c", "", parts=(NOTES,)))[0] == "› + notes.md · text · 7 B"
    long = lines(prompt("d", "word " * 20_000, parts=(NOTES.at(9),)))
    assert long[0] == "› + notes.md · text · 7 B" and long[1].startswith("┊ word word")


def test_a_file_of_a_growing_reply_is_shown_when_it_comes_and_stays_where_it_was() -> None:
    reply = growing()
    entry, place = Entry(reply), LayoutContext(50, STYLES, Hints())
    say(reply, "Here is")
    entry.lay_out(place)
    say(reply, " a picture:")
    reply.feed(PartReceived(PICTURE))
    say(reply, " and *more")
    entry.lay_out(place)
    shown = [entry.line(y).text.rstrip() for y in range(entry.height)]
    assert shown[1:6] == ["  Here is a picture:", "", "  + red and blue.png · PNG picture · 80 B", "", "  and more"]
    say(reply, "*.")
    reply.end(Status.COMPLETE)
    message = reply.freeze()
    assert entry.takes(message)
    entry.lay_out(place)
    assert [entry.line(y).text.rstrip() for y in range(entry.height)] == lines(message)
    assert entry.text_of(PartKind.TEXT) == "Here is a picture: and *more*."


def test_a_file_within_code_is_shown_behind_its_block_while_that_grows_and_at_the_end() -> None:
    reply = growing()
    entry, place = Entry(reply), LayoutContext(50, STYLES, Hints())
    say(reply, "Call `pri")
    reply.feed(PartReceived(PICTURE))
    shown: list[list[str]] = []
    for piece in ("nt(x)` now.\n", "\n", "Then *go*"):
        say(reply, piece)
        entry.lay_out(place)
        shown.append([line for y in range(entry.height) if (line := entry.line(y).text.strip())][1:])
    card = "+ red and blue.png · PNG picture · 80 B"
    assert shown[0] == shown[1] == ["Call print(x) now.", card] and shown[2] == [*shown[0], "Then go"]
    reply.end(Status.COMPLETE)
    message = reply.freeze()
    assert [line.strip() for line in lines(message) if line.strip()][1:4] == shown[2]
    assert message.parts[0].offset == 9, "the message keeps the place that the server gave"


def test_the_source_of_a_text_with_files_is_the_text_alone() -> None:
    text = "One `two`.\n\nThree\n"
    for message in (prompt("a", text, parts=(PICTURE.at(4), PAPER.at(11))), answer("a", text, parts=(PICTURE.at(11),))):
        entry = Entry(message)
        height = entry.lay_out(LayoutContext(50, STYLES, Hints()))
        part = entry.part(PartKind.TEXT)
        assert part is not None and part.drawing.text == text and entry.excerpt(PartKind.TEXT, 0, 99) == text
        spans = [part.drawing.source_span(y - part.top, 0, 50) for y in range(part.top, height - 1)]
        found = [span for span in spans if span is not None]
        assert found == sorted(found) and " ".join(text[start:end] for start, end in found).split() == text.split()
        card = next(y for y in range(height) if (at := entry.part_at(y)) and at.card_at(y) is not None)
        place = place_at(entry, card, 5, is_end=False)
        assert place is None or place.kind is PartKind.TEXT, "a drag over a card takes the text around it"
        assert all(
            part.drawing.position_of(span[0])[0] + part.top == y for y, span in enumerate(spans, part.top) if span
        )


async def test_a_card_says_how_the_model_of_its_pane_gets_the_file_and_what_would_work() -> None:
    messages = [prompt("a", "", parts=(PAPER,)), answer("b", "Read."), prompt("c", "", parts=(PAPER, NOTES))]
    app = Showing(messages)
    async with app.run_test(size=(70, 24)):
        app.list.show(messages, next_model="other/model")
        before, after = app.shown().split("Read.")
        assert "┊   sent as it is · ~" in before and " tokens" in before, "by the model that has answered"
        assert "not sent: paper.pdf cannot be read by this model. Convert it to\n┃   text." in after
        assert "sent as text · ~" in after
        app.list.show(messages, next_model="gone/model")
        assert "sent" not in app.shown().split("Read.")[1]


def texts(app: Listing) -> list[str]:
    """The lines without the signs beside them."""
    return [line.strip("┃┊› ") for line in app.lines()]


async def test_a_picture_is_drawn_beside_what_is_read_and_let_go_of(in_this_process: None) -> None:
    stored = PICTURE.without_data()
    gate = asyncio.Event()

    async def load(part: Part) -> bytes:
        await gate.wait()
        return png()

    app = Showing(
        [
            prompt("a", "\n".join(map(str, range(100, 120))), parts=(stored,)),
            answer("b", "\n\n".join(map(str, range(40)))),
        ],
        load=load,
    )
    async with app.run_test(size=(60, 12)):
        app.list.scroll_home()
        assert app.lines()[0][2:] == "+ red and blue.png · PNG picture · 80 B"
        app.list.move(6)
        before = texts(app)
        assert before[0] == "104"
        gate.set()
        await app.drawn()
        assert texts(app) == before, "what is read stays where it is"
        app.list.scroll_home()
        assert app.lines()[0].endswith("· 16×8") and app.lines()[2].strip("┃┊› ") == "▀" * 16
        strip = app.list.render_line(2)
        styles = [str(segment.style).split(" on ") for segment in strip if "▀" in segment.text]
        assert styles == [["#ff0000", "#ff0000"], ["#0000ff", "#0000ff"]]
        entry = app.list.entries[0]
        assert entry.drawn_bytes > 16 * 4 * 200
        app.list.entries.release()
        assert entry.drawn_bytes < 16 * 4 * 200


async def test_a_picture_is_drawn_for_the_widths_alone_that_it_is_still_wanted_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = asyncio.Event()
    drawn: list[int] = []

    async def load(part: Part) -> bytes:
        await gate.wait()
        return png()

    async def draw(data: bytes, columns: int, rows: int, ground: str, canvas: Canvas) -> Picture:
        drawn.append(columns)
        return Picture()

    monkeypatch.setattr(pictures_module, "draw_picture", draw)
    app = Showing([prompt("a", "", parts=(PICTURE.without_data(),))], load=load)
    async with app.run_test(size=(60, 12)) as pilot:
        first = app.list.size.width
        for width in (50, 40, 30):
            await pilot.resize_terminal(width, 12)
        gate.set()
        await app.drawn()
        assert len(drawn) == 2 and drawn[0] - drawn[1] == first - app.list.size.width


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png()[:60], "The file is damaged or of another kind."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "The file is damaged or of another kind."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "The file is damaged or of another kind."),
        (png(50_000, 50_000, b""), "Too large to draw: 50,000 × 50,000 pixels."),
        (b"", "The file is damaged or of another kind."),
    ],
    ids=["cut", "svg", "postscript", "bomb", "empty"],
)
def test_what_cannot_be_drawn_says_why(data: bytes, words: str) -> None:
    answer_, colours = child.decoded(data, 40, 10, "#000000")
    assert (answer_.get("problem"), colours) == (words, b"")


async def test_a_picture_beyond_its_limits_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = await draw_picture(bytes(PICTURE_BYTES.most + 1), 40, 10, "#000000")
    assert drawn.problem == "Too large to draw: more than 32 MiB."
    monkeypatch.setattr(picture_module, "_CHILD", "import time; time.sleep(600)")
    monkeypatch.setattr(picture_module, "PICTURE_S", Limit(0, "seconds", "", ""))
    drawn = await draw_picture(png(), 40, 10, "#000000")
    assert drawn.problem == "Cannot be drawn: decoding took more than 0 seconds."


async def test_a_picture_is_decoded_in_a_process_of_its_own() -> None:
    drawn = await draw_picture(png(), 40, 10, "#000000")
    assert [line.text for line in drawn.lines] == ["▀" * 16] * 4 and not drawn.problem


@pytest.mark.parametrize(
    ("size", "room", "cells"),
    [
        ((1600, 900), (60, 8), (28, 8)),
        ((8, 8), (60, 8), (8, 4)),
        ((10, 5000), (60, 8), (1, 8)),
        ((5000, 2), (60, 8), (60, 1)),
    ],
)
def test_a_picture_keeps_its_shape_and_is_not_enlarged(
    size: tuple[int, int], room: tuple[int, int], cells: tuple[int, int]
) -> None:
    assert BLOCKS.fitting(*size, *room) == cells


async def test_without_the_library_or_colours_or_its_content_a_card_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone(part: Part) -> bytes:
        raise StoreError("The disk is gone.", StoreErrorKind.DISK)

    two = [prompt("a", "", parts=(PICTURE, Part("other.png", "image/png", png(20, 10))))]
    lost = [prompt("a", "", parts=(PICTURE.without_data(),))]
    monkeypatch.setattr(pictures_module, "can_draw", lambda: False)
    app = Showing(two)
    async with app.run_test(size=(70, 20)):
        await app.drawn()
        assert app.shown().count(NO_LIBRARY) == 1 and "▀" not in app.shown() and "20×10" in app.shown()
    monkeypatch.setattr(pictures_module, "can_draw", lambda: True)
    app = Showing(lost, load=gone)
    async with app.run_test(size=(70, 20)):
        await app.drawn()
        assert "Its content cannot be read." in app.shown()
        app.no_color = True
        app.list.show(two)
        await app.drawn()
        assert "▀" not in app.shown() and NO_LIBRARY not in app.shown() and "16×8" in app.shown()


async def test_files_are_opened_and_saved_by_key_click_and_cursor() -> None:
    two = prompt("a", "Compare", parts=(PAPER, NOTES.at(7)))
    app = Listing([two, answer("b", "One", parts=(PAPER,))], has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("p", "w")
        assert asked(app) == [(MessageAction.OPEN_FILE, "b", "0"), (MessageAction.SAVE_FILE, "b", "0")]
        await pilot.press("k", "p")
        assert len(asked(app)) == 2, "which of two?"
        await pilot.press("v", "down", "down", "w", "enter")
        assert asked(app)[2:] == [(MessageAction.SAVE_FILE, "a", "1"), (MessageAction.OPEN_FILE, "a", "1")]
        await pilot.click("MessageList", offset=app.cell_of("paper.pdf"))
        assert asked(app)[4:] == [(MessageAction.OPEN_FILE, "a", "0")]


async def test_names_of_files_are_found() -> None:
    app = Listing([prompt("a", "See paper", parts=(PAPER.at(4), NOTES.at(4))), answer("b", "paper")])
    async with app.run_test(size=(60, 20)):
        assert app.list.finder.find("paper")[1] == 3
        assert app.marked() == ["paper", "paper", "paper"]
        assert app.list.finder.find("notes.md") == (1, 1)
        assert app.marked() == ["notes.md"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_cards_look(size: tuple[int, int], in_this_process: None) -> None:
    text = "It is **red** and blue. As the paper says:\n\n- red left\n- blue right"
    sources = (Citation("https://www.a.org/colours", "Colours", (23,)), Citation("https://b.org/x", None, (66,)))
    app = Showing(
        [
            prompt("a", "What is this?\nSee", parts=(PICTURE, PAPER.at(14), NOTES.at(17))),
            answer(
                "b",
                text,
                model="other/model",
                parts=(Part("image.png", "image/png", png(200, 90), 67),),
                citations=sources,
            ),
        ],
        rows=size[1] // 3,
        has_focus=False,
    )
    async with app.run_test(size=size):
        await app.drawn()
        for theme in ("textual-light", "textual-dark"):
            app.theme = theme
            await wait_until(lambda: "▀" in app.shown() or not app.work)
            await app.drawn()
            app.list.scroll_home()
            check_screen(f"cards-{size[0]}x{size[1]}", app, app.shown())


async def test_pictures_that_are_not_wanted_are_cards_without_a_hint() -> None:
    app = Showing([prompt("a", "", parts=(PICTURE,))])
    terminal = TerminalPictures(Screen(), lambda: PictureStyle.OFF, lambda: None)
    app.list = MessageList(
        "p1",
        cards=CardServices(
            content, takes, run=app.run_apart, rows=lambda: 6, has_colour=lambda: True, terminal=lambda: terminal
        ),
    )
    async with app.run_test(size=(70, 20)):
        await app.drawn()
        assert "16×8" in app.shown() and "▀" not in app.shown() and NO_LIBRARY not in app.shown()
