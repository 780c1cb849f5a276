"""What keys and pastes mean to the conversation screen, before and after they are given to what has the focus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.app import App

from textchat.ui.conversation.screen import ConversationScreen
from textchat.ui.input.input_bar import InputBar
from textchat.ui.input.typed_text import Typed, typed_text
from textchat.ui.keystrokes.type_ahead import Wait
from textchat.ui.side_panel.conversation_list import ConversationList


class ScreenKeys:
    """Prepares the conversation screen for what is typed, if it is the one that is shown."""

    def __init__(self, app: App[Any], *, cancel_keys: Callable[[], Sequence[str]]) -> None:
        self._app = app
        self._cancel_keys = cancel_keys

    def before(self, event: Typed) -> None:
        """Without a focus it goes to the input bar; but not in a terminal that is not looked at."""
        screen = self._shown
        if screen is None or not screen.is_built:
            return
        if self._app.app_focus and screen.focused is None:
            screen.set_focus(screen.input_bar)
        if not isinstance(event, events.Key) or event.key not in self._cancel_keys():
            screen.parts.cancelling.calm_down()

    def settled(self) -> None:
        if (screen := self._shown) is not None:
            screen.show_focus()

    def needed(self, event: Typed) -> Wait | None:
        """All waits until the screen is built, but for text and what edits it; in a list, for its first rows."""
        screen = self._shown
        if screen is not None and isinstance(listed := screen.focused, ConversationList) and not listed.loaded.is_set():
            return None if isinstance(event, events.Key) and event.key == "escape" else listed.loaded.wait
        if screen is None or screen.is_built:
            return None
        if screen.focused is None:  # so early that there is no input bar: nobody would get it
            return screen.built.wait
        if isinstance(event, events.Paste) or typed_text(event) is not None:
            return None
        is_edit = isinstance(bar := screen.focused, InputBar) and bar.edits_by(event.key)
        return None if is_edit else screen.built.wait

    def keep(self, text: str) -> None:
        if isinstance(screen := self._app.screen_stack[0], ConversationScreen):
            screen.input_bar.paste(text)

    @property
    def _shown(self) -> ConversationScreen | None:
        return screen if isinstance(screen := self._app.screen, ConversationScreen) else None


def renew_keys(app: App[Any]) -> None:
    """Show the keys that are in effect now, wherever the conversation screen names them."""
    show_mode(app)
    if app.is_running and isinstance(screen := app.screen_stack[0], ConversationScreen) and screen.is_built:
        screen.parts.pane_views.renew_hints()


def show_mode(app: App[Any]) -> None:
    """Name in the status line what keys mean where the focus is."""
    if app.is_running and app.screen_stack and isinstance(screen := app.screen_stack[0], ConversationScreen):
        screen.show_focus()
