"""Messages of any length: only what is looked at is laid out, and it looks as it would if all of it were."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.benchmarks.texts import tokens
from tests.examples import examples
from tests.ui.transcript.listing import Listing, answer, growing, in_window, prompt, say
from textchat.core.conversation import Message, Role
from textchat.render.markdown import Document
from textchat.ui.messages import MessageActionRequested
from textchat.ui.transcript import find
from textchat.ui.transcript.find import Folds, Matches, Words
from textchat.ui.transcript.layout import entry as entries
from textchat.ui.transcript.layout import pieces, reply_intake
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.layout.pieces import LONGEST_BLOCK, markdown_pieces, plain_pieces
from textchat.ui.transcript.layout.plain_text import PlainText
from textchat.ui.transcript.reading_position import SourcePoint

WIDTH, HEIGHT = 60, 20


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the texts that were drawn, as far as they are not notes."""
    lengths: list[int] = []

    class CountedDocument(Document):
        def __init__(self, styles: object, width: int, text: str = "", **options: object) -> None:
            super().__init__(styles, width, text, **options)  # type: ignore[arg-type]
            lengths.append(len(text))

    class CountedText(PlainText):
        def __init__(self, text: str, style: object, width: int, **options: bool) -> None:
            super().__init__(text, style, width, **options)  # type: ignore[arg-type]
            lengths.append(len(text))

    monkeypatch.setattr(entries, "Document", CountedDocument)
    monkeypatch.setattr(entries, "PlainText", CountedText)
    return lengths


SHAPES = {
    "log lines": "WARNING lorem ipsum dolor sit amet\n",
    "one line": "0123456789abcdef",
    "paragraphs": "Lorem ipsum dolor sit amet. " * 10 + "\n\n",
    "a table": "| lorem | 12345 | ipsum |\n",
    "a list": "- an item of a list\n",
    "Chinese": "索引保持每一页有序，因此搜索只读取其中几页。" * 4 + "\n\n",
    "blank lines": "\n",
    "one letter a line": "a\n\n",
    "fences": "```\n",
    "backticks": "`",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("role", [Role.USER, Role.ASSISTANT])
def test_of_a_huge_message_a_few_pieces_are_laid_out(shape: str, role: Role, drawn: list[int]) -> None:
    text = SHAPES[shape] * (2_000_000 // len(SHAPES[shape]))
    _, window = in_window([Message("a", None, role, text)], WIDTH, HEIGHT)
    window.move(-HEIGHT)
    window.hold(0, 0)
    window.scroll_to(window.total // 2)
    window.resize(WIDTH + 1, HEIGHT)
    long = [length for length in drawn if length > 50]
    assert len(window.rows()) == HEIGHT
    assert sum(long) <= 12 * LONGEST_BLOCK and max(long) <= LONGEST_BLOCK


@pytest.mark.parametrize("text", [unit * (100_000 // len(unit)) for unit in SHAPES.values()], ids=SHAPES)
def test_pieces_are_the_text_in_order(text: str) -> None:
    for cut in (list(plain_pieces(text)), list(markdown_pieces(text))):
        assert "".join(text[piece.start : piece.end] for piece in cut) == text
        assert max(piece.end - piece.start for piece in cut) <= LONGEST_BLOCK


BLOCKS = st.sampled_from(
    [
        *("a paragraph\n\n", "# heading\n", "```py\ncode\n\n    more\n```\n", "- item\n\n  goes on\n\n", "> quote\n\n"),
        *("1. one\n\n   ```\n   code\n\n   ```\n2. two\n\n", "~~~\n```\n\n~~~\n", "| a |\n|---|\n| b |\n\n"),
        *(
            "````\n```\n\n````\n\n",
            "    code\n\n    more\n\n",
            "> ```\n> code\n> ```\n\n",
            "text ```\n\n",
            "- a\n- b\n\n",
        ),
    ]
)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=30))
def test_markdown_is_cut_only_where_a_block_begins(blocks: list[str]) -> None:
    """So that the pieces look as the whole does."""
    text = "".join(blocks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "LONGEST", 60)
        patch.setattr(pieces, "LONGEST_BLOCK", 10_000)
        patch.setattr(entries, "LONG", 0)
        in_pieces = _picture(text)
    assert in_pieces == _picture(text)


def _picture(text: str) -> list[tuple[str, str]]:
    """The lines of a reply, each with its source."""
    shown, window = in_window([answer("a", text)], WIDTH, HEIGHT)
    window.exact(0, 0, below=1_000_000)
    drawing = next(part.drawing for part in shown[0].parts if part.kind == "text")
    spans = [drawing.source_span(y, 0, WIDTH) for y in range(drawing.height)]
    return [(drawing.line(y).text.rstrip(), text[slice(*span)] if span else "") for y, span in enumerate(spans)]


@cache
def _mixed() -> str:
    return "".join(tokens("mixed", 25_000))


def test_a_long_reply_looks_as_it_does_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the gaps between the pieces, the numbers of a list, and the places in the source."""
    text = _mixed()[:15_000]
    whole = _picture(text)
    monkeypatch.setattr(entries, "LONG", 0)
    monkeypatch.setattr(pieces, "LONGEST", 2_000)
    assert _picture(text) == whole


def test_a_block_that_is_too_long_is_plain_and_that_is_said() -> None:
    text = "Before it.\n\n```\n" + "x = 1  # *a*\n" * 20_000 + "```\n\nBehind *it*."
    shown, window = in_window([answer("a", text)], WIDTH, HEIGHT)
    assert "Behind it." in "\n".join(shown[0].line(line).text for _, line in window.rows())
    window.hold(0, 0)
    top = "\n".join(shown[0].line(line).text for _, line in window.rows())
    assert entries.TOO_LONG in top and "x = 1  # *a*" in top
    shown, _ = in_window([answer("b", _mixed()), prompt("c", text)], WIDTH, HEIGHT)
    assert not any(part.kind == "length" for position in (0, 1) for part in shown[position].parts)


def numbered(count: int) -> str:
    """Lines that wrap into several rows, each with a number."""
    return "\n".join(f"line {number} " + "lorem ipsum " * (number * 7 % 23) for number in range(count))


@cache
def _rows() -> list[str]:
    shown, window = in_window([answer("z", "short"), prompt("a", numbered(2_500))], WIDTH, HEIGHT)
    window.hold(0, 0)
    window.exact(1, 0, below=1_000_000)
    return [shown[at].line(line).text for at in (0, 1) for line in range(shown[at].height)]


@cache
def _places() -> dict[tuple[str, ...], int]:
    """Where rows that are in the window at once stand among all."""
    rows = _rows()
    places = {tuple(rows[at : at + HEIGHT]): at for at in range(len(rows) - HEIGHT + 1)}
    assert len(places) == len(rows) - HEIGHT + 1
    return places


class Read(RuleBasedStateMachine):
    """The window on a long message between two others: whatever is done, its rows are those of the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.entries, self.window = in_window([answer("z", "short"), prompt("a", numbered(2_500))], WIDTH, HEIGHT)

    def _texts(self) -> list[str]:
        return [self.entries[position].line(line).text for position, line in self.window.rows()]

    def _place(self) -> int:
        place = _places().get(tuple(self._texts()))
        assert place is not None, "what is in the window are the rows of the whole, one after the other"
        return place

    @rule(lines=st.integers(-400, 400))
    def move(self, lines: int) -> None:
        wanted = self._place() + lines
        self.window.move(lines)
        assert self._place() == max(0, min(wanted, len(_rows()) - HEIGHT))

    @rule(share=st.floats(0, 1))
    def scroll_to(self, share: float) -> None:
        self.window.scroll_to(round(self.window.total * share))

    @rule()
    def go_to_end(self) -> None:
        self.window.go_to_end()
        assert self._place() == len(_rows()) - HEIGHT

    @rule()
    def redraw(self) -> None:
        held = self._place()
        self.window.redraw()
        assert self._place() == held

    @rule(lines=st.integers(-100, 100))
    def a_row_beside(self, lines: int) -> None:
        held = self._place()
        row = self.window.row_beside(self.window.rows()[3], lines)
        text = self.entries[row[0]].line(row[1]).text
        assert text == _rows()[max(0, min(held + 3 + lines, len(_rows()) - 1))]
        assert self._place() == held, "to count lines moves nothing"

    @invariant()
    def is_filled(self) -> None:
        assert len(self.window.rows()) == HEIGHT
        assert self.window.following == (self._place() == len(_rows()) - HEIGHT)


Read.TestCase.settings = settings(max_examples=examples(12), stateful_step_count=12, deadline=None)
TestRead = Read.TestCase


@pytest.mark.parametrize("lines", [5, 342, 2_000])
def test_from_a_short_message_into_a_long_one_lines_are_counted(lines: int) -> None:
    shown, window = in_window([answer("z", "short"), prompt("a", numbered(2_500))], WIDTH, HEIGHT)
    window.hold(0, 0)
    window.move(lines)
    assert [shown[at].line(line).text for at, line in window.rows()] == _rows()[lines : lines + HEIGHT]


async def test_a_word_far_away_is_found_shown_and_marked() -> None:
    app = Listing([prompt("a", numbered(4_000)), answer("b", _mixed())])
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.list.scroll_home()
        assert app.list.finder.find("LINE 1999 ") == (1, 1)
        await pilot.pause()
        assert "line 1999 " in app.shown() and app.marked() == ["line 1999"]
        assert app.list.finder.find("line 3")[1] == 1 + 10 + 100 + 1_000
        number, _ = app.list.finder.step(1)
        assert app.list.finder.step(-1)[0] == number - 1


async def test_what_the_cursor_selects_stays_selected_while_estimates_above_are_corrected() -> None:
    app = Listing([prompt("a", numbered(4_000))], has_focus=True)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.list.move(-100)
        app.list.caret.mark()
        for _ in range(30):
            app.list.caret.select("page_up")
        await pilot.pause()
        selected = app.list.selection.text
    lines = selected.split("\n")
    first, last = (int(re.findall(r"line (\d+)", line)[0]) for line in (lines[1], lines[-2]))
    assert last - first == len(lines) - 3
    assert len(_wrapped(selected)) in range(30 * (HEIGHT - 2) - 2, 30 * (HEIGHT - 2) + 3)


@pytest.mark.parametrize("make", [prompt, answer])
async def test_what_was_read_is_read_again_at_another_size_and_after_a_restart(
    make: Callable[[str, str], Message],
) -> None:
    messages = [make("a", numbered(4_000)), answer("b", "the end")]
    app = Listing(messages)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.list.scroll_to(y=app.list.window.total // 3)
        app.list.move(-7)
        first, place = next(filter(None, app.lines())), app.list.reading.place
        number = re.findall(r"line \d+ ", app.shown())[0]
        await pilot.resize_terminal(WIDTH + 30, HEIGHT)
        await pilot.pause()
        assert number in app.shown()
        await pilot.resize_terminal(WIDTH, HEIGHT)
        await pilot.pause()
        assert number in app.shown()
    again = Listing(messages)
    async with again.run_test(size=(WIDTH, HEIGHT)) as pilot:
        again.list.reading.return_to(place)
        await pilot.pause()
        assert next(filter(None, again.lines())) == first


async def test_all_of_it_is_selected_as_it_is() -> None:
    text = numbered(3_000).replace("\n", "\r\n") + "\ttab\r\n\r\n索引" * 9_000
    app = Listing([prompt("a", text)])
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.list.text_select_all()
        await pilot.pause()
        assert app.list.selection.text == text.strip()
        app.list.scroll_home()
        await pilot.pause()
        assert len(app.marked()) >= HEIGHT - 1


def _wrapped(text: str) -> list[str]:
    shown, window = in_window([prompt("a", text)], WIDTH, HEIGHT)
    window.exact(0, 0, below=100_000)
    return [shown[0].line(line).text for line in range(shown[0].height - 1)]


@settings(max_examples=examples(100), deadline=None)
@given(st.text("ab *\nİß", max_size=60), st.sampled_from(["a", "ab", "a b", "b a b", "İ", "aa"]), st.data())
def test_in_a_long_text_is_found_what_is_found_in_a_short_one(text: str, query: str, data: st.DataObject) -> None:
    sources = [Message("a", None, Role.ASSISTANT, text, reasoning=text[::-1]), Message("b", "a", Role.USER, text * 2)]
    offset = data.draw(st.integers(0, len(text)))
    walks = []
    for limit in (10**9, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(find, "LONG", limit)
            matches = Matches(Words(query, Folds()), sources)
            matches.current = matches.nearest(SourcePoint(0, PartKind.TEXT, offset))
            walk = [(matches.current, matches.tally())]
            for step in (1, 1, 1, -1, -1, -1, -1, -1):
                matches.current = matches.beside(step)
                walk.append((matches.current, matches.tally()))
            walks.append(walk)
    if query != "aa":  # where a word overlaps itself, it depends on where one begins to look
        assert walks[0] == walks[1]


def test_a_reply_that_grows_for_long_is_drawn_in_pieces_and_what_is_read_stays(drawn: list[int]) -> None:
    text = "".join(f"Paragraph {number}. {'Lorem ipsum dolor. ' * 20}\n\n" for number in range(800))
    reply = growing()
    made, window = in_window([reply], WIDTH, HEIGHT)
    read: list[list[str]] = []
    for at in range(0, len(text), 10_000):
        say(reply, text[at : at + 10_000])
        window.grown(0)
        if at == 100_000:
            window.hold(0, 300)
        read.append([made[0].line(line).text for _, line in window.rows()])
    assert read[-1] == read[11]
    assert made[0].text_of(PartKind.TEXT) == text

    drawn.clear()
    window.resize(WIDTH - 7, HEIGHT)
    window.go_to_end()
    again, _ = in_window([reply], WIDTH, HEIGHT)
    assert 0 < sum(drawn) <= 6 * LONGEST_BLOCK
    assert "Paragraph 799." in "".join(
        again[0].line(line).text for line in range(again[0].height - 20, again[0].height)
    )


def test_what_comes_all_at_once_is_drawn_over_several_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_intake, "PORTION", 40)
    monkeypatch.setattr(reply_intake, "LONG", 400)
    reply = growing()
    made, window = in_window([reply], WIDTH, HEIGHT)
    say(reply, "At once:\n\n")
    window.grown(0)
    before = made[0].height
    say(reply, "- ten lines\n" * 10)  # of twelve characters
    heights: list[int] = []
    while made[0].is_behind or not heights:
        window.grown(0)
        heights.append(made[0].height - before)
    assert len(heights) == 3 and heights == sorted(set(heights)) and heights[0] < 6
    say(reply, "- ten lines\n" * 40)  # so much is drawn in pieces, of which a few are looked at
    window.grown(0)
    assert not made[0].is_behind and made[0].height - before > 45


async def test_code_is_copied_from_a_long_message_block_by_block_wherever_it_stands() -> None:
    huge = "x = 1\n" * 8_000
    text = (
        f"> ```\n> first\n> ```\n\n```python\n{huge}```\n\n{'Lorem ipsum. ' * 6_000}\n\n1. a\n   ~~~\n   last\n    it"
    )
    app = Listing([prompt("q", "why"), answer("a", text)], has_focus=True)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        for _ in range(4):
            app.list.action_message_action("message.copy_code")
            await pilot.pause()
    copied = [event.text for event in app.posted if isinstance(event, MessageActionRequested)]
    assert copied == ["first", huge.removesuffix("\n"), "last\n it", "first"]
