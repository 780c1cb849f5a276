"""Base classes of all that opens above the conversation: each closes once, and does nothing after that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A modal dialog. Enter twice in one burst reaches it twice; the second must not close what is below."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close with a result, unless it is closed already."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def call_after_refresh(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """As any widget does, while it is open: what comes later would look for widgets that are gone."""
        return super().call_after_refresh(_while_open, self, partial(callback, *args, **kwargs))


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
