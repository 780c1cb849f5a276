"""The queue of prompts on the screen: what waits, for whom, held or not, and a click on each part of a line."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen

from tests.ui.demo import Demo
from textchat.live.prompts.prompt_queue import PromptQueue
from textchat.ui.input.prompt_queue import PromptQueueView
from textchat.ui.keymap import bindings_for


class QueueScreen(Screen[None]):
    BINDINGS = list(bindings_for("screen"))  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield PromptQueueView()

    def action_run(self, action_id: str, prompt_id: str = "") -> None:
        self.asked.append((action_id, prompt_id))


class QueueDemo(Demo):
    def get_default_screen(self) -> Screen[None]:
        return QueueScreen()


def lines(view: PromptQueueView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.content_size.height)]


async def test_hidden_until_something_waits() -> None:
    app = QueueDemo()
    async with app.run_test(size=(44, 12)) as pilot:
        view = app.screen.query_one(PromptQueueView)
        queue = PromptQueue()
        view.show(queue)
        assert not view.display
        queue.add("first\n  line two", ("a", "b"))
        queue.add("only for b", ("b",))
        view.show(queue, {"a": 1, "b": 2})
        await pilot.pause()
        assert view.display
        assert lines(view) == ["first line two                         ✕", "only for b                         → 2 ✕"]
        for prompt in queue:
            queue.take_back(prompt.id)
        view.show(queue)
        await pilot.pause()
        assert not view.display


async def test_more_than_fit_are_counted() -> None:
    app = QueueDemo()
    async with app.run_test(size=(44, 12)) as pilot:
        view = app.screen.query_one(PromptQueueView)
        queue = PromptQueue()
        for number in range(7):
            queue.add(f"prompt {number}", ())
        view.show(queue)
        await pilot.pause()
        assert lines(view)[3:] == ["… and 4 more"]


async def test_a_click_on_the_text_edits_and_on_the_cross_removes() -> None:
    app = QueueDemo()
    async with app.run_test(size=(44, 12)) as pilot:
        screen = app.screen
        assert isinstance(screen, QueueScreen)
        view = screen.query_one(PromptQueueView)
        queue = PromptQueue()
        first = queue.add("[bold]not markup[/]", ())
        second = queue.add("two", ())
        view.show(queue)
        await pilot.pause()
        assert lines(view)[0].startswith("[bold]not markup[/]")
        await pilot.click(view, offset=(4, 0))
        await pilot.click(view, offset=(41, 1))
        assert screen.asked == [("queue.edit", first.id), ("queue.remove", second.id)]


async def test_a_hostile_prompt_draws_no_control_character() -> None:
    app = QueueDemo()
    async with app.run_test(size=(44, 12)) as pilot:
        view = app.screen.query_one(PromptQueueView)
        queue = PromptQueue()
        queue.add("\x1b[2Jgone\x07", ())
        view.show(queue)
        await pilot.pause()
        assert lines(view)[0].startswith("␛[2Jgone␇")
