"""Messages of 20 MB in the app: the longest pause of the interface's thread for each action, by the shape of the text.

A beat on the event loop tells the pauses: what keeps the loop, or the interpreter's lock in any thread, delays it.
`TEXTCHAT_BENCH_SHAPES` and `TEXTCHAT_BENCH_KINDS` choose some, `TEXTCHAT_BENCH_MB` another size.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from tests.benchmarks.huge_texts import SHAPES
from tests.benchmarks.report import Table
from tests.flow.screen import active_view, open_app, screen_of, shown, wait_for
from tests.flow.terminal import isolated_environment
from textchat.app import TextchatApp
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Pane, Role
from textchat.core.parts.part import Part
from textchat.store.history import History
from textchat.store.record import ConversationRecord

SIZE = int(float(os.environ.get("TEXTCHAT_BENCH_MB", "20")) * 1_000_000)
SMALL = 20_000
MOST_S = 0.25
BEAT_S = 0.002
KINDS = ("prompt", "reply", "reasoning", "tool result", "twenty replies", "attachment")
LAST = "the last words"
LASTING = ("first text", "md, all of it", "json, all of it", "html, all of it", "until it has quit")
"""Columns that tell how long something takes, and not how long the interface pauses for it."""


class Beat:
    """A call every few milliseconds on the running loop, which remembers the longest time between two."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        """In CPU of the whole program: what a neighbour takes is no pause of ours."""
        self._last = time.process_time()
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_later(BEAT_S, self._beat)

    def _beat(self) -> None:
        now = time.process_time()
        self.longest_s, self._last = max(self.longest_s, now - self._last), now
        self._handle = self._loop.call_later(BEAT_S, self._beat)

    def stop(self) -> None:
        self._beat()
        self._handle.cancel()


@asynccontextmanager
async def pauses(found: dict[str, float], action: str) -> AsyncGenerator[None, None]:
    beat = Beat()
    try:
        yield
    finally:
        beat.stop()
        found[action] = beat.longest_s


def run() -> list[Table]:
    wanted = os.environ.get("TEXTCHAT_BENCH_SHAPES", "").split(",")
    shapes = [shape for shape in SHAPES if wanted == [""] or shape in wanted]
    kinds = os.environ.get("TEXTCHAT_BENCH_KINDS", ",".join(KINDS)).split(",")
    cases = [("paragraphs", kind, SMALL) for kind in kinds] + [
        (shape, kind, SIZE) for shape in shapes for kind in kinds
    ]
    return [
        _table([(f"{shape}, {kind}, {size // 1000:,} KB", _measured(shape, kind, size)) for shape, kind, size in cases])
    ]


def _table(rows: list[tuple[str, dict[str, float]]]) -> Table:
    actions = list(dict.fromkeys(action for _, found in rows for action in found))
    cells = [
        [name, *(f"{found[action] * 1e3:.0f}" if action in found else "" for action in actions)] for name, found in rows
    ]
    verdicts = [
        (f"{name}: {action} pauses {longest * 1e3:.0f} ms, at most {MOST_S * 1e3:.0f}", longest <= MOST_S)
        for name, found in rows
        for action, longest in found.items()
        if longest > MOST_S and action not in LASTING
    ]
    return Table(
        "Longest pauses of the interface, in ms (first text: ms until it is seen)", ["", *actions], cells, verdicts
    )


def _measured(shape: str, kind: str, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="textchat-bench-") as folder:
        return asyncio.run(_actions(Path(folder), f"{SHAPES[shape](size)}\n{LAST}", kind))


async def stored(environ: dict[str, str], text: str, kind: str) -> None:
    """Store a conversation `big` in which the text is a message of some kind, or part of one."""
    messages = _messages(text, kind)
    panes = (Pane("p", "demo/fast", leaf_id=messages[-1].id),)
    whole = Conversation("big", "big", 1.0, {message.id: message for message in messages}, panes)
    history = History.open(paths.database(environ))
    await history.add([ConversationRecord(whole, 1.0)])
    await history.aclose()


def _messages(text: str, kind: str) -> list[Message]:
    """A branch, root first."""
    question, short = Message("m0", None, Role.USER, "a question"), f"a short reply\n\n{LAST}"
    reply = Message("m1", "m0", Role.ASSISTANT, text, model="demo/fast")
    match kind:
        case "prompt":
            return [replace(question, text=text)]
        case "reasoning":
            return [question, replace(reply, text=short, reasoning=text)]
        case "tool result":
            return [question, replace(reply, role=Role.TOOL, model=None)]
        case "attachment":
            file = Part("log.txt", "text/plain", text.encode())
            return [replace(question, parts=(file,)), replace(reply, text=short)]
        case "twenty replies":
            parts = [text[at * len(text) // 20 : (at + 1) * len(text) // 20] for at in range(20)]
            return [
                question,
                *(
                    replace(reply, id=f"m{at}", parent_id=f"m{at - 1}", text=part)
                    for at, part in enumerate(parts, start=1)
                ),
            ]
    return [question, reply]


async def _actions(folder: Path, text: str, kind: str) -> dict[str, float]:
    environ = isolated_environment(folder / "home")
    await stored(environ, text, kind)
    del text
    found: dict[str, float] = {}
    leaving = Leaving(found)
    async with leaving, open_app(environ) as (app, pilot):
        started = time.perf_counter()
        async with pauses(found, "open"):
            screen = screen_of(app)
            screen.run_worker(screen.parts.conversations.open("big"))
            while LAST not in shown(app):
                await asyncio.sleep(0.002)
            found["first text"] = time.perf_counter() - started
            await asyncio.sleep(0.5)
        if kind == "reasoning":
            await _measure(found, "unfold", pilot, lambda: _unfold(app))
        for name, action in _steps(app, pilot).items():
            await _measure(found, name, pilot, action)
        await _export(found, app, pilot, folder)
        leaving.begin()
        app.exit()
    return found


class Leaving:
    """The pause at the end of the app, and how long it takes."""

    def __init__(self, found: dict[str, float]) -> None:
        self._found = found

    def begin(self) -> None:
        self._beat, self._started = Beat(), time.perf_counter()

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None:
        self._beat.stop()
        self._found["quit"] = self._beat.longest_s
        self._found["until it has quit"] = time.perf_counter() - self._started


async def _measure(
    found: dict[str, float], name: str, pilot: Pilot[None], action: Callable[[], Awaitable[object]]
) -> None:
    async with pauses(found, name):
        await action()
        await pilot.pause()


def _steps(app: TextchatApp, pilot: Pilot[None]) -> dict[str, Callable[[], Awaitable[object]]]:
    """Actions by their names."""
    messages = active_view(app).message_list

    async def many(act: Callable[[], object]) -> None:
        for _ in range(5):
            act()
            await pilot.pause()

    async def once(act: Callable[[], object]) -> None:
        act()
        await pilot.pause()

    async def find() -> None:
        await pilot.press("ctrl+f")
        await pilot.press("l", "o", "r")
        await pilot.press("enter", "enter", "up")
        await asyncio.sleep(0.5)
        await pilot.press("escape")

    async def resize() -> None:
        await pilot.resize_terminal(90, 30)
        await pilot.resize_terminal(120, 40)

    return {
        "page up": lambda: many(messages.scroll_page_up),
        "to the start": lambda: once(messages.scroll_home),
        "page down": lambda: many(messages.scroll_page_down),
        "to the middle": lambda: once(lambda: messages.scroll_to(y=messages.window.total // 2)),
        "resize": resize,
        "to the end": lambda: once(messages.scroll_end),
        "find": find,
        "select all": lambda: once(messages.text_select_all),
        "copy": lambda: _copy(app, pilot),
        "edit": lambda: _edit(app, pilot),
        "ask": lambda: _ask(app, pilot),
    }


async def _unfold(app: TextchatApp) -> None:
    view = active_view(app).message_list
    view.action_message_action("message.reasoning")


async def _copy(app: TextchatApp, pilot: Pilot[None]) -> None:
    active_view(app).message_list.action_message_action("message.copy")
    await pilot.pause()
    await asyncio.sleep(0.5)


async def _edit(app: TextchatApp, pilot: Pilot[None]) -> None:
    active_view(app).message_list.action_message_action("message.edit")
    await pilot.pause()
    await asyncio.sleep(0.3)
    if len(app.screen_stack) > 1:
        await pilot.press("escape")


async def _ask(app: TextchatApp, pilot: Pilot[None]) -> None:
    """A prompt below the message, and all of its reply."""
    screen = screen_of(app)
    screen.query_one("InputBar").focus()
    await pilot.press("h", "i", "enter")
    live = screen.parts.current.live
    await asyncio.sleep(0.5)
    while live.replies:
        await asyncio.sleep(0.01)


async def _export(found: dict[str, float], app: TextchatApp, pilot: Pilot[None], folder: Path) -> None:
    from textchat.live.files import write

    for suffix in ("md", "json", "html"):
        started = time.perf_counter()
        async with pauses(found, f"export {suffix}"):
            await write(screen_of(app).parts.current.live, folder / f"out.{suffix}")
        found[f"{suffix}, all of it"] = time.perf_counter() - started


__all__ = ["run", "wait_for"]
