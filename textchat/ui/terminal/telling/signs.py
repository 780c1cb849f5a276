"""Signs in the terminal outside of the screen: which conversation is open, and that a long reply has ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.ui.terminal import notify_terminal, show_title
from textchat.ui.terminal.telling.long_replies import LongReplies

if TYPE_CHECKING:
    from textchat.core.configuration import UiSettings

NAME = "textchat"


class Signs:
    """Gives the signs that `[ui] title` and `notify` allow."""

    def __init__(self, app: App[Any], settings: Callable[[], UiSettings]) -> None:
        self._app = app
        self._settings = settings
        self._title = ""
        self.replies = LongReplies(self._notify)

    def show_title(self, title: str, *, is_private: bool) -> None:
        """Name a conversation in the terminal's title; of a private one nothing is shown there."""
        self._title = title if not is_private else ""
        self.renew()

    def renew(self) -> None:
        """Show the title, or do not, as the settings say now."""
        shown = f"{NAME} — {self._title}" if self._title else NAME
        show_title(self._app, shown if self._settings().title else "")

    def _notify(self, sentence: str) -> None:
        if self._settings().notify and not self._app.app_focus:
            notify_terminal(self._app, sentence)
