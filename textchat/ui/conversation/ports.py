"""Types of the callables and objects that collaborators of the conversation screen are constructed with."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.screen import Screen

    from textchat.live.conversation import LiveConversation
    from textchat.ui.conversation.notices import Notices
    from textchat.ui.input.input_bar import InputBar

Work = Coroutine[Any, Any, object]
"""A coroutine that waits for the store, a server or the user."""

RunWork = Callable[[Work], None]
"""Runs work in the background, so that the screen does not wait for it."""

ActionTable = Mapping[str, Callable[..., Work | None]]
"""What to call for each action id. It may return work to be run in the background, whose arguments are those of the
moment the key was pressed."""

KeyOf = Callable[[str], str]
"""The key that an action has now, as people write it; empty where it has none."""

Activate = Callable[[str], None]
"""Makes the pane with this id the active one."""

ShowConversation = Callable[["LiveConversation"], Coroutine[Any, Any, None]]
"""Shows another conversation in place of the one on the screen."""

AskLine = Callable[[str, str], Coroutine[Any, Any, str | None]]
"""Lets the user edit one line, given a title and the text; None where it was left."""


class Timer(Protocol):
    """A timer that has been started."""

    def stop(self) -> None: ...


class SetTimer(Protocol):
    """Starts a timer that calls once, after so many seconds."""

    def __call__(self, delay: float, callback: Callable[[], None]) -> Timer: ...


@dataclass(frozen=True)
class ScreenContext:
    """The screen and its operations, for building its collaborators."""

    screen: Screen[None]
    input_bar: InputBar
    keymap: Mapping[str, str]
    """What the user's settings made of the default keys."""
    notices: Notices
    run: RunWork
    activate: Activate
    show_conversation: ShowConversation
