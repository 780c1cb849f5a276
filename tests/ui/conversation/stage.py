"""What stands in for the app around a collaborator: a field to type in, timers that are due when told, and notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from textchat.core.parts.draft import Draft
from textchat.core.parts.part import Part
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import Work


@dataclass
class Field:
    """An input bar without a screen."""

    text: str = ""
    parts: tuple[Part, ...] = ()
    remembered: list[str] = field(default_factory=list)

    @property
    def draft(self) -> Draft:
        return Draft(self.text, self.parts)

    def put_back(self, draft: Draft) -> None:
        self.text = f"{draft.text}\n{self.text}" if self.text else draft.text
        self.parts = (*draft.parts, *self.parts)

    def show(self, text: str) -> None:
        self.text = text

    def remember(self, prompts: Iterable[Draft]) -> None:
        self.remembered = [draft.text for draft in prompts]

    def forget(self) -> None:
        self.text, self.parts = "", ()


@dataclass
class StartedTimer:
    callback: Callable[[], None]
    is_stopped: bool = False

    def stop(self) -> None:
        self.is_stopped = True


class Stage:
    """Keeps what a collaborator has started and said."""

    def __init__(self) -> None:
        self.field = Field()
        self.timers: list[StartedTimer] = []
        self.said: list[str] = []
        self.now = 1000.0
        self.notices = Notices(
            self._notify, lambda notification: self.said.append(notification.message), lambda: self.now
        )
        self._work: list[Work] = []

    def set_timer(self, delay: float, callback: Callable[[], None]) -> StartedTimer:
        timer = StartedTimer(callback)
        self.timers.append(timer)
        return timer

    def run(self, work: Work) -> None:
        self._work.append(work)

    async def pass_time(self) -> None:
        """All timers are due, and the work that was started comes to its end."""
        due, self.timers = [timer for timer in self.timers if not timer.is_stopped], []
        for timer in due:
            timer.callback()
        while self._work:
            await self._work.pop(0)

    def _notify(self, message: str, **options: Any) -> None:
        assert options["markup"] is False, "what a model or a file is called is no markup"
        self.said.append(message)
