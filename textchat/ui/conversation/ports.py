"""Types of the callables and objects passed to the constructors of the screen's collaborators."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from textual.screen import Screen

    from textchat.core.parts.draft import Draft
    from textchat.live.conversation import LiveConversation
    from textchat.live.edits.undo import Step
    from textchat.ui.conversation.notices import Notices
    from textchat.ui.input.input_bar import InputBar
    from textchat.ui.input.status_line import StatusLine

Work = Coroutine[Any, Any, object]
"""A coroutine that waits for the store, a server or the user."""

RunWork = Callable[[Work], None]
"""Runs work in the background, so that the screen does not wait for it."""

ActionTable = Mapping[str, Callable[..., Work | None]]
"""The function to call for each action id. It may return work to be run in the background, with the arguments of the
moment the key was pressed."""

TellUndo = Callable[["Step | None"], None]
"""Says what a step has removed and how it comes back; nothing where there is no step."""

KeyOf = Callable[[str], str]
"""The key that an action has now, as people write it; empty where it has none."""

Activate = Callable[[str], None]
"""Makes the pane with this id the active one."""

ShowConversation = Callable[["LiveConversation"], Coroutine[Any, Any, None]]
"""Shows another conversation in place of the one on the screen."""

AskLine = Callable[[str, str], Coroutine[Any, Any, str | None]]
"""Lets the user edit one line, given a title and the text; None if they cancel."""


EditDraft = Callable[[str, "Draft"], Coroutine[Any, Any, "Draft | None"]]
"""Lets the user edit a prompt with what is attached to it, given a title and the prompt; None if they cancel."""


class Timer(Protocol):
    """A running timer."""

    def stop(self) -> None: ...


class SetTimer(Protocol):
    """Starts a timer that fires once, after a number of seconds."""

    def __call__(self, delay: float, callback: Callable[[], None]) -> Timer: ...


@dataclass(frozen=True)
class ScreenContext:
    """The screen and its operations, for building the collaborators."""

    screen: Screen[None]
    input_bar: InputBar
    status_line: StatusLine
    keymap: dict[str, str]
    """The keys of the user's settings over the defaults; they change with the settings."""
    notices: Notices
    run: RunWork
    run_first: RunWork
    """As `run`; keys that are pressed meanwhile wait for it."""
    activate: Activate
    place_notices: Callable[[], None]
    """Keeps the notices above what stands over the input bar."""
    show_conversation: ShowConversation
