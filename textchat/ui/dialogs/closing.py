"""Base classes of all that opens above the conversation: each closes once, and does nothing after that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

Result = TypeVar("Result")
REACTION_S = 0.8
"""A key that comes sooner behind what a person sees, or behind a letter, was meant for what was there before."""


class Dialog(ModalScreen[Result]):
    """A modal dialog. Enter twice in one burst reaches it twice; the second must not close what is below."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result, unless it is closed already."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """As any widget does, while it is open: what comes later would look for widgets that are gone."""
        return super().call_after_refresh(_while_open, self, partial(callback, *args, **kwargs))


class InterruptingDialog(Dialog[Result]):
    """A dialog that may open while something is typed: no key or click chooses before it has been seen.

    What is typed meanwhile, and any text, is for the input bar; each letter puts the choice off.
    """

    reaction_s: ClassVar[float] = REACTION_S
    _seen_at: float | None = None
    """When the last thing happened that a person has to notice; None before it is painted."""
    can_choose = False
    is_typed_below = False
    """Whether text has been typed since it opened."""

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin)

    def put_off(self) -> None:
        """Let nothing be chosen until the person who types has noticed what there is."""
        self.is_typed_below = True
        if self._seen_at is not None:
            self._begin()

    def _begin(self) -> None:
        self._seen_at = monotonic()
        self.can_choose = False
        self.readiness_changed()
        self.set_timer(self.reaction_s, self._ready_if_quiet)

    def is_for(self, key: events.Key) -> bool:
        """Whether a key that is no text was pressed by somebody who knew of this dialog."""
        return self._seen_at is not None and key.time >= self._seen_at + self.reaction_s

    def readiness_changed(self) -> None:
        """Called when something can be chosen, or cannot any more; no-op by default."""

    def _ready_if_quiet(self) -> None:
        if self._seen_at is not None and monotonic() >= self._seen_at + self.reaction_s:
            self.can_choose = True
            self.readiness_changed()


class FullScreen(Screen[Result]):
    """A screen of its own, as `Dialog`."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result, unless it is closed already."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """As `Dialog` does."""
        return super().call_after_refresh(_while_open, self, partial(callback, *args, **kwargs))


def _while_open(screen: Screen[Any], callback: Callable[[], Any]) -> Any:
    return callback() if screen in screen.app.screen_stack else None
