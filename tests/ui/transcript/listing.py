"""An app with nothing but a message list, and the list's window without any app."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.message import Message as TextualMessage
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES

from textchat.core.conversation import Message, Role
from textchat.core.events import ReasoningDelta, TextDelta
from textchat.core.figures.ending import Hints
from textchat.core.reply import Reply
from textchat.ui.messages import LinkChosen, MessageActionRequested, MessageMarked, PaneFocused
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.layout.entry_parts import LayoutContext
from textchat.ui.transcript.layout.styles import TranscriptStyles
from textchat.ui.transcript.message_list import MessageList
from textchat.ui.transcript.window import Window

STYLES = TranscriptStyles.from_theme(BUILTIN_THEMES["textual-dark"].to_color_system().generate(), dark=True, ansi=False)


class Listing(App[None]):
    CSS = "MessageList { width: 1fr; height: 1fr; }"
    ENABLE_COMMAND_PALETTE = False

    AUTO_FOCUS = None

    def __init__(
        self,
        messages: Sequence[Message] = (),
        *,
        has_focus: bool = False,
        driver_class: type[HeadlessDriver] | None = None,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self._has_focus = has_focus
        self.list = MessageList("p1")
        self.posted: list[TextualMessage] = []
        self.marks: list[str | None] = []
        self._messages = messages

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.show(self._messages)
        if self._has_focus:
            self.list.focus()

    def on_message_action_requested(self, event: MessageActionRequested) -> None:
        self.posted.append(event)

    def on_link_chosen(self, event: LinkChosen) -> None:
        self.posted.append(event)

    def on_message_marked(self, event: MessageMarked) -> None:
        self.marks.append(event.message_id)

    def on_pane_focused(self, event: PaneFocused) -> None:
        self.posted.append(event)

    def lines(self) -> list[str]:
        """What stands on the screen, by lines, without the blanks at their ends."""
        return [self.list.render_line(y).text.rstrip() for y in range(self.list.size.height)]

    def shown(self) -> str:
        return "\n".join(self.lines())

    def marked(self) -> list[str]:
        """The runs of text on another ground than the list's, by lines."""
        context = self.list.entries.context
        assert context is not None, "it has no size yet"
        ground = context.styles.ground.bgcolor
        runs = (
            "".join(
                segment.text
                for segment in self.list.render_line(y)
                if segment.style and segment.style.bgcolor != ground
            )
            for y in range(self.list.size.height)
        )
        return [run for run in runs if run]

    def cell_of(self, words: str) -> tuple[int, int]:
        """The column and the line where `words` stand."""
        for y, line in enumerate(self.lines()):
            if words in line:
                return line.index(words), y
        raise AssertionError(f"{words!r} is not on the screen:\n{self.shown()}")


def in_window(messages: Sequence[Message | Reply], width: int = 60, height: int = 20) -> tuple[Entries, Window]:
    """The entries of some messages and a window on their end, without an app."""
    entries = Entries()
    entries.context = LayoutContext(width, STYLES, Hints())
    for message in messages:
        entries.append(message)
    window = Window(entries)
    window.resize(width, height)
    window.show()
    return entries, window


async def at_terminal(
    messages: Sequence[Message],
    play: Callable[[Listing, Pilot[object], list[str]], Awaitable[None]],
    size: tuple[int, int] = (60, 30),
) -> None:
    """Run `play` in an app that takes its output for a terminal's: the list has what it has written so far."""
    written: list[str] = []

    class Recorder(HeadlessDriver):
        @property
        def is_headless(self) -> bool:
            return False

        def write(self, data: str) -> None:
            written.append(data)

    app = Listing(messages, driver_class=Recorder)

    async def pilot_it(pilot: Pilot[object]) -> None:
        await pilot.pause()
        await play(app, pilot, written)
        app.exit()

    await app.run_async(size=size, auto_pilot=pilot_it)


def asked(app: Listing) -> list[tuple[str, str, object]]:
    """The actions asked for so far: which, of which message, and the text that goes with it."""
    return [(e.action, e.message_id, e.text) for e in app.posted if isinstance(e, MessageActionRequested)]


def prompt(id_: str, text: str, **more: Any) -> Message:
    return Message(id=id_, parent_id=None, role=Role.USER, text=text, **more)


def answer(id_: str, text: str, **more: Any) -> Message:
    return Message(id=id_, parent_id=None, role=Role.ASSISTANT, text=text, **{"model": "demo/fast", **more})


def exchange(count: int) -> list[Message]:
    """So many messages, prompts and answers by turns; each says its number."""
    return [
        (prompt if number % 2 == 0 else answer)(f"m{number}", f"This is message number {number}.\n\nIt has two lines.")
        for number in range(count)
    ]


def growing(**more: Any) -> Reply:
    return Reply(conversation_id="c", parent_id=None, model="demo/fast", **more)


def say(reply: Reply, text: str) -> None:
    reply.feed(TextDelta(text))


def think(reply: Reply, text: str) -> None:
    reply.feed(ReasoningDelta(text))


async def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Give the loop its turns until `condition` holds; fails if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
