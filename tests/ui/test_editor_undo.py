"""Any edits in every editor of the app: undo and redo bring back each text exactly, and nothing ends the app."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets.text_area import Selection

from tests.examples import examples
from tests.flow.screen import open_app, shown, wait_for
from tests.flow.terminal import isolated_environment
from tests.ui.demo import Demo
from textchat.core.conversation import Pane
from textchat.core.parts.draft import Draft
from textchat.ui.dialogs.prompt_dialog import PromptDialog
from textchat.ui.input.editor_rows import EditorRows
from textchat.ui.input.input_bar import InputBar
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor, PromptEditor
from textchat.ui.input.text_steps import settled
from textchat.ui.side_panel.parameter_panel import ParameterPanel

LINES = "\n".join(f"line {number}" for number in range(40))
LEAST_WIDTH = 3
"""Cells of text below which a scroll bar that comes and goes decides whether lines are broken at all."""


class EditorDemo(Demo):
    """All editors of the app: the bar, find, the system prompt, and that of the dialog on top when it is opened."""

    def compose(self) -> ComposeResult:
        yield ParameterPanel()
        yield LineField()
        yield InputBar()


async def editor_of(app: EditorDemo, place: str, text: str = "") -> PlainEditor:
    """The editor at `place`, with the focus and with `text` in it that cannot be undone."""
    if place == "dialog":
        await app.push_screen(PromptDialog("Edit", text))
        return app.screen.query_one(PlainEditor)
    if place == "bar":
        editor: PlainEditor = app.query_one(InputBar)
    elif place == "line":
        editor = app.query(LineField).first()
    else:
        panel = app.query_one(ParameterPanel)
        panel.show(Pane(id="p", model="a/b"))
        await panel.build()
        editor = panel.query_one(PlainEditor)
    editor.load_text(text)
    editor.focus()
    return editor


def drawn(editor: PlainEditor) -> str:
    return "\n".join(editor.render_line(y).text.rstrip() for y in range(editor.size.height))


@pytest.mark.parametrize("place", ["bar", "dialog", "system"])
@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
async def test_a_paste_of_many_lines_is_undone_and_done_again(place: str, ends: str) -> None:
    app = EditorDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        editor = await editor_of(app, place)
        await pilot.pause()
        app.post_message(events.Paste(LINES.replace("\n", ends) + ends))
        await pilot.pause()
        assert editor.text == LINES + "\n"
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert editor.text == ""
        assert "line" not in drawn(editor)
        await pilot.press("alt+y")
        await pilot.pause()
        assert editor.text == LINES + "\n"
        assert "line 39" in drawn(editor)


async def test_a_paste_of_many_lines_is_undone_in_the_app(tmp_path: Path) -> None:
    async with open_app(isolated_environment(tmp_path), models=["demo/fast"], size=(80, 24)) as (app, pilot):
        app.post_message(events.Paste(LINES))
        await wait_for(app, "line 39")
        await pilot.press("ctrl+z")
        await wait_for(app, "Ask anything")
        assert "line 3" not in shown(app)


async def test_a_prompt_put_back_over_many_lines_is_undone() -> None:
    app = EditorDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        bar = app.query_one(InputBar)
        bar.focus()
        bar.insert(LINES)
        await pilot.pause()
        bar.clear()
        bar.put_back(Draft("queued"))
        await pilot.press("ctrl+z")
        assert bar.text == ""
        await pilot.press("ctrl+z")
        assert bar.text == LINES
        await pilot.press("ctrl+z")
        assert bar.text == ""
        await pilot.press("alt+y", "alt+y", "alt+y")
        assert bar.text == "queued"


async def test_lines_that_end_with_a_carriage_return_are_joined_and_parted_again() -> None:
    text = "\n".join(f"{number}" for number in range(10, 50))
    app = EditorDemo()
    async with app.run_test(size=(80, 24)) as pilot:
        editor = await editor_of(app, "dialog", text.replace("\n", "\r"))
        await pilot.pause()
        editor.move_cursor((3, 0))
        await pilot.press(*["backspace"] * 6)
        assert editor.text == text.replace("11\n12\n", "")
        while editor.history.undo_stack:
            await pilot.press("ctrl+z")
        editor.move_cursor(editor.document.end)
        await pilot.pause()
        assert editor.text == text
        assert drawn(editor).split() == text.split("\n")[-editor.size.height :]


# -- any edits, pastes, moves, sizes ----------------------------------------------------------------------------------

texts = st.one_of(
    st.text(st.sampled_from("ab 名\u0301\t👩\u200d\n\r\x1b🇫\u2028\x85\x0cที\u094d"), max_size=8),
    st.integers(1, 30).map(lambda lines: "words that wrap, and more of them\n" * lines),
)


def kill_of(what: str) -> tuple[str]:
    return (f"kill_{what}" if what.startswith("word") else f"kill_to_{what}",)


places = st.tuples(st.integers(0, 40), st.integers(0, 12))
edits = st.one_of(
    st.tuples(st.just("type"), st.sampled_from("ab 名\u0301\t\n\r\u2028\x0b")),
    st.tuples(st.just("paste"), texts),
    st.tuples(st.just("insert"), texts, places),
    st.tuples(st.just("replace"), texts, places, places),
    st.tuples(st.just("show"), texts),
    st.tuples(st.just("put back"), texts),
    st.tuples(st.just("select"), places, places),
    st.tuples(st.just("resize"), st.integers(6, 60)),
    st.sampled_from(["delete_left", "delete_right", "cut", "yank", "delete_line"]).map(lambda name: (name,)),
    st.sampled_from(["blank", "word_left", "word_right", "line_start", "line_end"]).map(kill_of),
    st.sampled_from(["up", "down", "left", "right", "word_left", "word_right", "line_start", "line_end"]).flatmap(
        lambda way: st.booleans().map(lambda select: ("move", way, select))
    ),
    st.sampled_from([("undo",), ("undo",), ("redo",)]),
)


def inside(editor: PlainEditor, place: tuple[int, int]) -> tuple[int, int]:
    row = min(place[0], editor.document.line_count - 1)
    return row, min(place[1], len(editor.document[row]))


async def do(pilot: Pilot[None], editor: PlainEditor, edit: tuple[Any, ...]) -> None:
    match edit:
        case "type", character:
            editor.replace(character, *editor.selection, maintain_selection_offset=False)
        case "paste", text:
            pilot.app.post_message(events.Paste(text))
            await pilot.pause()
        case "insert", text, place:
            editor.insert(text, inside(editor, place))
        case "replace", text, start, end:
            editor.replace(text, inside(editor, start), inside(editor, end))
        case "show", text if isinstance(editor, PromptEditor):
            editor.show(text)
        case "put back", text if isinstance(editor, InputBar):
            editor.put_back(Draft(text))
        case "select", start, end:
            editor.selection = Selection(inside(editor, start), inside(editor, end))
        case "move", way, select:
            await editor.run_action(f"cursor_{way}({select})")
            row, column = editor.cursor_location
            assert settled(editor.document[row], column) == column, "the cursor is inside a drawn character"
        case "resize", width:
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
        case ("undo",):
            editor.undo()
        case ("redo",):
            editor.redo()
        case (action,):
            await editor.run_action(action)


async def edit_and_go_back(
    pilot: Pilot[None], editor: PlainEditor, before: str, steps: Sequence[tuple[Any, ...]]
) -> None:
    await pilot.resize_terminal(40, 24)
    editor.load_text(before)
    history = editor.history
    text_at = {0: editor.text}
    """By the number of steps that can be undone."""
    for step in steps:
        await do(pilot, editor, step)
        depth = len(history.undo_stack)
        if step in (("undo",), ("redo",)):
            assert editor.text == text_at[depth]
        text_at[depth] = editor.text
        assert not {"\r", "\ud800"} & set(editor.text) and editor.text.split("\n") == editor.document.lines
        # Where a scroll bar takes the last columns there is no width to break lines at, and Textual breaks none.
        if editor.wrap_width > LEAST_WIDTH:
            whole = EditorRows(editor.document, editor.wrap_width, editor.indent_width)
            assert editor.wrapped_document.lines == whole.lines
    await pilot.pause()
    depth = len(history.undo_stack) + len(history.redo_stack)
    while history.redo_stack:
        editor.redo()
        assert editor.text == text_at[len(history.undo_stack)]
    while history.undo_stack:
        editor.undo()
        assert editor.text == text_at[len(history.undo_stack)]
    while history.redo_stack:
        editor.redo()
        assert editor.text == text_at[len(history.undo_stack)]
    assert len(history.undo_stack) == depth


@pytest.mark.parametrize("place", ["bar", "dialog", "system", "line"])
def test_undo_and_redo_restore_every_text(place: str) -> None:
    app = EditorDemo()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        pilot = runner.run(stack.enter_async_context(app.run_test(size=(40, 24))))
        editor = runner.run(editor_of(app, place))

        @settings(max_examples=examples(20), deadline=None)
        @given(before=texts, steps=st.lists(edits, max_size=20))
        def check(before: str, steps: Sequence[tuple[Any, ...]]) -> None:
            runner.run(edit_and_go_back(pilot, editor, before, steps))

        try:
            check()
        finally:
            runner.run(stack.aclose())
