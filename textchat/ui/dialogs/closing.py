"""Base classes of all that opens above the conversation: each closes once, however often it is told to."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A modal dialog. Enter twice in one burst reaches it twice; the second must not close what is below."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result, unless it is closed already."""
        return super().dismiss(result) if self.is_active else AwaitComplete()


class FullScreen(Screen[Result]):
    """A screen of its own, as `Dialog`."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result, unless it is closed already."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
