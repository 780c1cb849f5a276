"""A screen that draws only what has changed looks at each moment as if all of it was drawn."""

from __future__ import annotations

import random

import pyte
from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual._context import visible_screen_stack
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tests.servers.waiting import wait_until
from textchat.ui.terminal.drawing.compositor import draw_frugally
from textchat.ui.terminal.drawing.frames import show_now
from textchat.ui.terminal.drawing.written import ChangedCells
from textchat.ui.terminal.timers import keep_late_timers

SIZE = (40, 10)
STEPS = 25


class Over(ModalScreen[None]):
    """A dialog with a screen in sight behind it."""

    def compose(self) -> ComposeResult:
        yield Static("dialog", id="dialog")


class Stage(App[None]):
    """Widgets beside and over each other; what is written is drawn in a terminal of its own."""

    CSS = """
    Screen { layers: below above; }
    Horizontal { height: 1fr; }
    VerticalScroll { width: 2fr; border: round red; }
    #side { width: 1fr; background: blue; }
    #note { layer: above; dock: bottom; width: 20; height: 3; offset: 10 -3; background: green 60%; }
    #dialog { width: 12; height: 3; background: red; }
    """

    def __init__(self) -> None:
        super().__init__()
        keep_late_timers()
        self.terminal = pyte.Screen(*SIZE)
        self.stream = pyte.Stream(self.terminal)
        self.partial = 0

    def get_default_screen(self) -> Screen[None]:
        screen = super().get_default_screen()
        draw_frugally(screen)
        return screen

    def compose(self) -> ComposeResult:
        with Horizontal():
            with VerticalScroll():
                for number in range(20):
                    yield Static(f"line {number}", classes="line")
            yield Static("side", id="side")
        yield Static("note", id="note")
        yield Input()

    def drawn(self) -> list[str]:
        """The lines of the screen, drawn by Textual as a whole."""
        visible_screen_stack.set(self._background_screens)
        return [strip.text for strip in self.screen._compositor.render_strips()]

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.partial += isinstance(renderable, ChangedCells)
            self.stream.feed(renderable.render_segments(self.console).replace("\n", "\r\n"))
        super()._display(screen, renderable)


async def test_any_changes_one_after_the_other() -> None:
    app, choose = Stage(), random.Random(7)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        for step in range(STEPS):
            await _change(app, choose, step)
            if choose.random() < 0.5:
                show_now(app.screen)
            await pilot.pause()
            await wait_until(lambda: app.terminal.display == app.drawn(), f"the terminal shows all of step {step}")
        assert app.partial > STEPS // 5, "hardly anything was drawn in part"


async def _change(app: Stage, choose: random.Random, step: int) -> None:
    line = choose.choice(list(app.screen_stack[0].query(".line").results(Static)))
    match choose.randrange(8):
        case 0 | 1:
            line.update(choose.choice(["", "word " * choose.randrange(20), f"日本 é {step}", "[red]two[/] words"]))
        case 2:
            note = app.screen_stack[0].query_one("#note")
            note.display = not note.display
        case 3:
            app.screen_stack[0].query_one("#side", Static).update(f"step {step}\n" * choose.randrange(6))
        case 4:
            app.screen_stack[0].query_one(VerticalScroll).scroll_to(y=choose.randrange(12), animate=False)
        case 5:
            app.screen_stack[0].query_one(Input).value = f"typed {step}"
        case 6 if isinstance(app.screen, Over):
            await app.pop_screen()
        case 6:
            await app.push_screen(Over())
        case _:
            app.notify(f"notice {step}", timeout=choose.choice([0.01, 5]))


async def test_what_is_shown_now_is_written_before_the_queue_has_its_turn() -> None:
    app = Stage()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        side, written = app.query_one("#side", Static), app.partial
        for number in range(3):
            side.update(f"at {number}", layout=False)
            assert show_now(app.screen)
            assert any(f"at {number}" in line for line in app.terminal.display)
        assert app.partial == written + 3
        await pilot.pause()
        assert app.partial == written + 3, "it is not drawn once more"
        side.update("a layout\nof two lines", layout=True)
        show_now(app.screen)  # whether or not it waits for its layout
        await pilot.pause()
        await wait_until(lambda: "of two" in "".join(app.terminal.display), "it is laid out")
        assert [line.rstrip() for line in app.terminal.display] == [line.rstrip() for line in app.drawn()]
