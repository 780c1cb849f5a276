"""Keys and the mouse in every editor of the app: what they delete, kill, yank and pass over, and exact text."""

from __future__ import annotations

import pytest
from textual import events, on
from textual.app import ComposeResult
from textual.pilot import Pilot

from tests.ui.demo import Demo
from textchat.ui.input.input_bar import InputBar
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.messages import PromptSubmitted

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
LINE_CASES: list[tuple[str, str, str]] = [
    # text before, keys, text after; `|` is the cursor
    ("a👍🏽|", "backspace", "a|"),
    ("a🇫🇷|", "backspace", "a|"),
    (f"a{FAMILY}|", "left x", f"ax|{FAMILY}"),
    (f"a|{FAMILY}b", "delete", "a|b"),
    ("❤\ufe0f|", "backspace", "|"),
    ("e\u0301|", "left x", "x|e\u0301"),
    (f"{FAMILY}🇫🇷|", "shift+left shift+left x", "x|"),
    ("|🇫🇷🇩🇪", "right x", "🇫🇷x|🇩🇪"),
    ("ที่|", "backspace", "ที|"),
    ("日本語abc|", "ctrl+w", "日本語|"),
    ("cd foo.bar/baz|", "ctrl+w", "cd |"),
    ("cd foo.bar/baz|", "alt+backspace", "cd foo.bar/|"),
    ("one two|", "ctrl+backspace", "one |"),
    ("one| two three", "ctrl+delete", "one| three"),
    ("one| two three", "alt+d alt+d", "one|"),
    ("one two|", "alt+b x", "one x|two"),
    ("|one two", "alt+f x", "onex| two"),
    ("one two|", "ctrl+u ctrl+y ctrl+y", "one twoone two|"),
    ("one |two", "ctrl+k home ctrl+y", "two|one "),
    ("one two three|", "ctrl+w ctrl+w ctrl+y", "one two three|"),
    ("one |two three", "alt+d alt+d ctrl+y", "one two three|"),
    ("one two three|", "ctrl+w left ctrl+w ctrl+y", "one two| "),
    ("one two|", "ctrl+w backspace ctrl+w ctrl+y", "one|"),
    ("one|", "x ctrl+underscore", "one|"),
    ("one|", "ctrl+u ctrl+z alt+y", "|"),
    ("one|", "ctrl+u ctrl+z ctrl+shift+z", "|"),
    ("one two|", "shift+left shift+left ctrl+w home ctrl+y", "wo|one t"),
    ("one|", "ctrl+a x ctrl+e y", "xoney|"),
    ("|e\u0301e\u0301", "delete", "|e\u0301"),
    ("🇫|", "🇷 left x", "x|🇫🇷"),
    ("|", "a \u200c \u200d \xa0 \u3000 \ue0b0 \u00ad b", "a\u200c\u200d\xa0\u3000\ue0b0\u00adb|"),
]
TEXT_CASES: list[tuple[str, str, str]] = [
    ("one\ntwo|", "ctrl+a ctrl+u", "one|two"),
    ("one|\ntwo", "ctrl+k", "one|two"),
    ("one\ntwo|", "ctrl+u ctrl+u ctrl+u ctrl+y", "one\ntwo|"),
    ("日本語\nabcdef|", "left up x", "日本x|語\nabcdef"),
    ("a👍🏽b\nabcd|", "left left up x", "ax|👍🏽b\nabcd"),
    ("abcd|\n\nabcd", "down down x", "abcd\n\nabcdx|"),
    ("one|", "alt+1", "one|"),
    ("one\u2028|", "backspace", "one|"),
    ("\t|x", "left y", "y|\tx"),
]


class Editors(Demo):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield LineField()
        yield InputBar()

    @on(PromptSubmitted)
    def _sent(self, event: PromptSubmitted) -> None:
        self.sent.append(event.draft.text)


def put(editor: PlainEditor, text: str) -> None:
    """Load a text with the cursor at its `|`."""
    before, _, after = text.partition("|")
    editor.load_text(before + after)
    editor.move_cursor((before.count("\n"), len(before.rpartition("\n")[2])))


def read(editor: PlainEditor) -> str:
    row, column = editor.cursor_location
    lines = editor.text.split("\n")
    lines[row] = f"{lines[row][:column]}|{lines[row][column:]}"
    return "\n".join(lines)


async def press(pilot: Pilot[None], keys: str) -> None:
    """Press keys; the pilot knows no key for most characters beyond ASCII."""
    for key in keys.split(" "):
        if key.isascii():
            await pilot.press(key)
        else:
            pilot.app.post_message(events.Key(key, key))
            await pilot.pause()


async def paste(pilot: Pilot[None], text: str) -> None:
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()


@pytest.mark.parametrize("kind", [InputBar, LineField])
async def test_keys_edit_as_hands_expect(kind: type[PlainEditor]) -> None:
    app = Editors()
    async with app.run_test(size=(80, 20)) as pilot:
        editor = app.query_one(kind)
        editor.focus()
        # The field shares what the bar does: a sample shows that its keys lead there too.
        for before, keys, after in LINE_CASES + TEXT_CASES if kind is InputBar else LINE_CASES[1::3]:
            put(editor, before)
            await press(pilot, keys)
            assert read(editor) == after, (before, keys)


async def test_line_keys_take_the_line_and_home_and_end_first_the_drawn_row() -> None:
    text = "one two three four five six seven eight nine ten"
    app = Editors()
    async with app.run_test(size=(24, 20)) as pilot:
        bar = app.query_one(InputBar)
        bar.focus()
        for keys, after in [
            ("ctrl+a", f"|{text}"),
            ("ctrl+u", "| five six seven eight nine ten"),
            ("ctrl+k", "one two three four|"),
            ("ctrl+e", f"{text}|"),
            ("home home", f"|{text}"),
            ("end end", f"{text}|"),
        ]:
            put(bar, text.replace("four", "four|"))
            await pilot.pause()
            await press(pilot, keys)
            assert read(bar) == after, keys
        rows = ["".join(row) for row in bar.wrapped_document.lines[0]]
        assert len(rows) == 3
        for key, place in [("home", len(rows[0])), ("end", len(rows[0] + rows[1].rstrip()))]:
            put(bar, text)
            bar.move_cursor((0, len(rows[0]) + 3))
            await press(pilot, key)
            assert bar.cursor_location == (0, place)


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b\x0c\x1c\x1d\x1e\u2029"])
async def test_only_a_newline_ends_a_line(separator: str) -> None:
    text = f"a{separator}b"
    app = Editors()
    async with app.run_test(size=(40, 20)) as pilot:
        bar, field = app.query_one(InputBar), app.query_one(LineField)
        bar.focus()
        await paste(pilot, f"{text}\r\n{text}\r{text}\n")
        assert bar.text == f"{text}\n{text}\n{text}\n" and bar.document.line_count == 4
        drawn = [bar.render_line(y).text for y in range(4)]
        assert all(len(line.strip()) == len(text) and line.strip().isprintable() for line in drawn[:3])
        await pilot.press("enter")
        assert app.sent == [f"{text}\n{text}\n{text}\n"]
        field.focus()
        await paste(pilot, f"\n{text}\r\n{text}")
        assert field.value == f" {text} {text}"


async def test_a_backslash_that_was_not_typed_is_text() -> None:
    app = Editors()
    async with app.run_test(size=(40, 20)) as pilot:
        bar = app.query_one(InputBar)
        bar.focus()
        await paste(pilot, "dir C:\\")
        await pilot.press("enter")
        await paste(pilot, "\\")
        await pilot.press("x", "backspace", "enter")
        await pilot.press("up", "up", "enter")
        assert app.sent == ["dir C:\\", "\\", "dir C:\\"]
        await pilot.press("a", "backslash", "left", "right", "enter", "b")
        assert bar.text == "a\nb"
        await pilot.press("ctrl+u")
        bar.forget()
        await pilot.press("ctrl+y")
        assert bar.text == "", "nothing of another conversation can be yanked"


async def test_a_click_and_the_cursor_are_never_inside_a_drawn_character() -> None:
    app = Editors()
    async with app.run_test(size=(40, 20)) as pilot:
        bar = app.query_one(InputBar)
        bar.focus()
        text = f"a{FAMILY}\t日e\u0301🇫🇷\u2028z"
        bar.load_text(text)
        ends = [0, 1, 8, 9, 10, 12, 14, 15, 16]
        await pilot.pause()
        left = bar.content_region.x - bar.region.x
        for x, place in [(2, 1), (3, 8), (5, 9), (6, 10), (8, 12), (9, 14), (30, 16)]:
            await pilot.click(bar, offset=(left + x, 0))
            assert bar.cursor_location == (0, place), x
        cursor = bar.get_component_rich_style("text-area--cursor").bgcolor
        for place, end in zip(ends, [*ends[1:], 17], strict=True):
            bar.move_cursor((0, place))
            strip = bar.render_line(0)
            assert strip.cell_length == bar.scrollable_content_region.width
            marked = "".join(piece.text for piece in strip if piece.style and piece.style.bgcolor == cursor)
            assert marked == (text + " ")[place:end].replace("\t", " ").replace("\u2028", "␤")


async def test_what_hangs_over_the_edge_is_cut_and_the_cursor_stays_inside() -> None:
    app = Editors()
    async with app.run_test(size=(24, 20)) as pilot:
        bar = app.query_one(InputBar)
        bar.focus()
        bar.insert("word" + " " * 40)
        await pilot.pause()
        assert bar.render_line(0).cell_length == bar.scrollable_content_region.width
        assert bar.cursor_screen_offset.x < bar.content_region.right
        field = app.query_one(LineField)
        field.focus()
        field.value = "日本語" * 10
        await pilot.pause()
        assert "語" in field.render_line(0).text and field.render_line(0).text.strip()
        assert field.cursor_screen_offset.x < field.content_region.right
