"""Keeps keys in order: what is typed behind a key that opens something waits until that is there and has the focus."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from textchat.ui.dialogs.choosing import ChoosingDialog
from textchat.ui.dialogs.closing import InterruptingDialog
from textchat.ui.input.line_field import LineField
from textchat.ui.input.plain_editor import PlainEditor
from textchat.ui.input.typed_text import Typed, UnmarkedPaste, text_of, typed_text

Wait = Callable[[], Awaitable[object]]
"""Returns once what is waited for is there."""
OPENERS = frozenset(
    {
        "conversation.export",
        "conversation.export_replay",
        "conversation.map",
        "conversation.open",
        "conversation.rename",
        "conversation.tag",
        "model.connect",
        "pane.add",
        "pane.blind",
        "pane.model",
        "pane.parameters",
        "pane.reveal",
        "pane.tie",
        "pane.vote",
        "persona.conversation",
        "persona.default",
        "persona.save",
        "persona.use",
        "prompt.save",
        "prompt.use",
    }
)
"""Actions whose work waits for the store or for widgets before it opens a dialog or moves the focus."""
MOVES = frozenset({"up", "down", "pageup", "pagedown", "home", "end"})
MOVING = frozenset({"message.previous", "message.next"}) | {
    f"messages.{way}" for way in ("up", "down", "page_up", "page_down", "home", "end")
}
"""Keys and actions that only scroll or move a cursor. What comes behind them need not wait, or a held key would lag."""
QUIET_LAPS = 3
"""A key's effect may be a message whose effect is another; so often nothing may have opened or moved."""


class KeyHost(Protocol):
    """What lies below all dialogs and takes part in typing."""

    def before(self, event: Typed) -> None:
        """Called before an event is given."""

    def settled(self) -> None:
        """Called when the effect of an event is there."""

    def needed(self, event: Typed) -> Wait | None:
        """What an event has to wait for."""

    def keep(self, text: str) -> None:
        """Given the text that was typed for what is below a dialog."""


class TypeAhead:
    """Gives keys and pastes to the app, each when the effect of the one before is known.

    Textual gives a key to what has the focus when it comes. What the key does comes later: it goes up from queue to
    queue, its action is run by the app, and that posts messages, starts work, pushes a screen or sets the focus, each
    in a queue again. So behind a key a callback goes the same way, lap by lap, until nothing moves any more.
    """

    def __init__(
        self,
        app: App[Any],
        give: Callable[[Typed], Coroutine[Any, Any, None]],
        host: KeyHost,
        *,
        urgent_keys: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`give` passes an event on to what has the focus; `urgent_keys` never wait."""
        self._app = app
        self._give = give
        self._host = host
        self._urgent_keys = urgent_keys
        self._held: deque[Typed] = deque()
        self._is_following = False
        """A worker waits for the effect of an event; what comes meanwhile is held."""
        self._openings = 0
        """How many actions are under way to something that takes the keys."""
        self._changed = asyncio.Event()
        self._choice: asyncio.Future[bool] | None = None
        """What the last Enter waits for; the events behind it have not been dealt with yet."""
        self._known_choice: asyncio.Future[bool] | None = None

    def start(self) -> None:
        """Notice from now on when a screen opens or closes."""
        self._app.screen_change_signal.subscribe(self._app, lambda _: self._changed.set())

    def opening(self, work: Coroutine[Any, Any, object]) -> Coroutine[Any, Any, None]:
        """The same work; keys wait for the screen that it opens, or for its end."""
        self._openings += 1
        return self._opening(work)

    async def _opening(self, work: Awaitable[object]) -> None:
        try:
            await work
        finally:
            self._openings -= 1
            self._changed.set()

    async def take(self, event: Typed) -> None:
        """Give an event, now or when those before it have had their effect."""
        if self._is_urgent(event):
            await self._pass_on(event)
            return
        if not self._is_following:
            self._forget_refused()
        self._held.append(event)
        if not self._is_following and (wait := await self._give_held()) is not None:
            self._is_following = True
            # A function, not its coroutine: where the app ends before its first step it would never be awaited.
            follow = partial(self._follow, wait)
            _worker: Worker[None] = self._app.run_worker(follow, group="keys", description="keys", exit_on_error=True)

    def _forget_refused(self) -> None:
        """What is typed once an Enter has found nothing, and not before, is for the dialog that says so."""
        self._is_choosing()
        if self._choice is not None and self._choice.done() and not self._choice.result():
            self._choice = None

    def _is_urgent(self, event: Typed) -> bool:
        if not isinstance(event, events.Key):
            return False
        return event.key in self._urgent_keys() or (event.key == "escape" and self._is_choosing())

    def _is_choosing(self) -> bool:
        """Whether Enter waits for something to choose; noted, for it may be over before the next event is given."""
        dialog = self._app.screen
        if not isinstance(dialog, ChoosingDialog):
            return False
        if dialog.choice is not self._known_choice:
            self._choice = self._known_choice = dialog.choice
        return dialog.is_waiting

    async def _give_held(self) -> Wait | None:
        """Give the held events until something has to be waited for."""
        while self._held:
            if (wait := self._before_next()) is not None:
                return wait
            if (target := await self._pass_on(self._held.popleft())) is not None:
                return partial(self._settle, target)
        return None

    def _before_next(self) -> Wait | None:
        """What the next event has to wait for."""
        event = self._held[0]
        self._is_choosing()
        if self._choice is not None:
            choice, self._choice = self._choice, None
            return partial(self._choose, choice)
        if isinstance(event, UnmarkedPaste) and isinstance(self._app.focused, LineField):
            self._held.popleft()
            self._held.extendleft(reversed(_line_by_line(event.text)))
        return self._host.needed(self._held[0])

    async def _pass_on(self, event: Typed) -> DOMNode | None:
        """Give an event; returns where it went, if its effect is still to come."""
        if self._kept_below(event):
            return None
        self._host.before(event)
        target, stays = self._target, self._stays(event)
        await self._give(event)
        return None if stays else target

    def _kept_below(self, event: Typed) -> bool:
        """Whether an event was meant for what a dialog has opened above; its text is kept."""
        dialog = self._app.screen
        if not isinstance(dialog, InterruptingDialog):
            return False
        if isinstance(event, events.Key) and typed_text(event) is None:
            if is_early := not dialog.is_for(event):
                self._host.keep("\n" if event.key == "enter" and dialog.is_typed_below else "")
            return is_early
        self._keep_text((event,))
        dialog.put_off()
        return True

    async def _follow(self, wait: Wait | None) -> None:
        try:
            while wait is not None:
                await wait()
                wait = await self._give_held()
        finally:
            self._is_following = False

    async def _choose(self, choice: asyncio.Future[bool]) -> None:
        """Wait for what Enter chooses. Where that is nothing, no prompt is sent: the text of what follows is kept."""
        escape = next((event for event in self._held if isinstance(event, events.Key) and event.key == "escape"), None)
        if escape is None or (choice.done() and choice.result()):
            await asyncio.wait([choice])
            if not choice.result():
                self._keep_text(self._held)
                self._held.clear()
        else:
            typed = [self._held.popleft() for _ in range(self._held.index(escape))]
            await self._pass_on(self._held.popleft())
            await asyncio.wait([choice])
            self._keep_text(typed)
        await self._settle(self._target)

    def _keep_text(self, typed: Iterable[Typed]) -> None:
        if text := text_of(typed):
            self._host.keep(text)

    @property
    def _target(self) -> Widget | Screen[Any]:
        return self._app.focused or self._app.screen

    def _stays(self, event: Typed) -> bool:
        """Whether an event moves nothing but text or a cursor: then the next may follow at once."""
        focused = self._app.focused
        if isinstance(event, events.Paste):
            return isinstance(focused, PlainEditor)
        if focused is None:
            return False
        if focused.check_consume_key(event.key, event.character):
            return True
        bound = self._app.screen.active_bindings.get(event.key)
        if bound is None:
            return False
        if isinstance(focused, PlainEditor) and bound.node is focused:
            return not focused.is_end(bound.binding.action)
        return bound.binding.id in MOVING or (bound.binding.id is None and event.key in MOVES)

    async def _settle(self, target: DOMNode) -> None:
        """Return when all that the last event has set off is done."""
        seen, quiet = None, 0
        while quiet < QUIET_LAPS:
            await self._lap(target)
            while self._openings and len(self._app.screen_stack) == 1:
                self._changed.clear()
                await self._changed.wait()
                seen = None
            now = self._app.screen, self._app.focused
            quiet = quiet + 1 if now == seen else 0
            seen, target = now, self._target
        self._host.settled()

    async def _lap(self, target: DOMNode) -> None:
        """Go through the queues of a node and all above it, each behind what stands in it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        _pass(deque(target.ancestors_with_self), done)
        await done


def _pass(pumps: deque[DOMNode], done: asyncio.Future[None]) -> None:
    while pumps:
        pump: MessagePump = pumps.popleft()
        if pump.call_later(_pass, pumps, done):  # False where it is about to go
            return
    if not done.done():
        done.set_result(None)


def _line_by_line(lines: str) -> list[Typed]:
    """Lines that came in one burst, for a field that has only one: each Enter is a key there."""
    line, _, rest = lines.replace("\r\n", "\r").partition("\r")
    typed: list[Typed] = [events.Paste(line), events.Key("enter", "\r")]
    if "\r" in rest.rstrip("\r"):
        return [*typed, UnmarkedPaste(rest)]
    text = rest.rstrip("\r")
    return [*typed, *([events.Paste(text)] if text else []), *(events.Key("enter", "\r") for _ in rest[len(text) :])]
