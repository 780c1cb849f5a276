"""Base class of dialogs where Enter may come before what it is to choose from."""

from __future__ import annotations

import asyncio
from typing import ClassVar, TypeVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.worker import Worker, WorkerState

from textchat.ui.dialogs.closing import Dialog

Result = TypeVar("Result")
LONGEST_WAIT_S = 30.0
"""A list that has not come by then may never come; those of servers fail after 20 seconds."""


class ChoosingDialog(Dialog[Result]):
    """At an Enter that finds no match while more is on its way it waits; what is typed behind it is for what is below.

    Subclasses call `wait_for_match`, and close or call `end_wait` as soon as they know.
    """

    longest_wait_s: ClassVar[float] = LONGEST_WAIT_S
    choice: asyncio.Future[bool] | None = None
    """Of the last Enter that waited: whether something was chosen, once that is known."""
    has_waited_long = False
    """Whether the last wait has ended because nothing came."""

    @property
    def is_waiting(self) -> bool:
        return self.choice is not None and not self.choice.done()

    def wait_for_match(self) -> None:
        """Wait from now on; Escape, an error and too long a time end it as well."""
        if not self.is_waiting:
            self.has_waited_long = False
            self.choice = choice = asyncio.get_running_loop().create_future()
            self.set_timer(self.longest_wait_s, lambda: self._waited_long(choice))
        self.wait_changed()

    def end_wait(self, *, is_chosen: bool = False) -> None:
        """Wait no longer; no-op where nothing waits."""
        if self.choice is not None and not self.choice.done():
            self.choice.set_result(is_chosen)
            if not is_chosen and self.is_running:
                self.wait_changed()

    def wait_changed(self) -> None:
        """Called when a wait begins or ends without a choice; no-op by default."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        self.end_wait(is_chosen=result is not None)
        return super().dismiss(result)

    def on_unmount(self) -> None:
        if self.choice is not None and not self.choice.done():
            self.choice.set_result(False)  # nothing is left that could show it

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.end_wait()

    def _waited_long(self, choice: asyncio.Future[bool]) -> None:
        if choice is self.choice and self.is_waiting:
            self.has_waited_long = True
            self.end_wait()
