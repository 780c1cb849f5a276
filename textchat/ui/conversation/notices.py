"""Shows notices on the screen: results of actions, and failures that belong to no reply."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from textual.notifications import Notification

from textchat.core.store_error import StoreError

NOTICE_S = 10.0
"""How long a failure stays on the screen, in seconds."""
SAID_S = 5.0
"""How long any other notice does, as by Textual's default."""


class Notify(Protocol):
    """The part of Textual's `notify` that is used here."""

    def __call__(
        self,
        message: str,
        *,
        severity: Literal["information", "error"] = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None: ...


class Notices:
    """Shows sentences as notices, literally: markup in them is not interpreted."""

    def __init__(
        self,
        notify: Notify,
        announce: Callable[[Notification], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._notify = notify
        self._announce = announce
        self._clock = clock
        self.as_shown: Callable[[str], str] = lambda sentence: sentence
        """What of a sentence may be seen: models that are compared blind are not named."""
        self._replaceable: Notification | None = None
        self._shown_at: dict[str, float] = {}
        """When each failure was shown last."""

    def say(self, sentence: str, timeout: float | None = None) -> None:
        self._notify(self.as_shown(sentence), timeout=timeout, markup=False)

    def say_instead(self, sentence: str, timeout: float = SAID_S) -> None:
        """Say what outdates the last sentence that was said this way, and takes its place."""
        if self._replaceable is not None:
            self._replaceable.timeout = 0
        self._replaceable = Notification(self.as_shown(sentence), timeout=timeout, markup=False)
        self._announce(self._replaceable)

    def problem(self, sentence: str) -> None:
        """Report a failure; the same sentence is not repeated while it is on the screen."""
        now = self._clock()
        if now > self._shown_at.get(sentence, -math.inf) + NOTICE_S:  # a full disk is one notice, whatever it stops
            self._shown_at[sentence] = now
            self._notify(self.as_shown(sentence), severity="error", timeout=NOTICE_S, markup=False)

    def not_stored(self, error: StoreError) -> None:
        """Report that something in memory could not be stored."""
        from textchat.live.conversation_store import MEANWHILE

        self.problem(f"{error} {MEANWHILE}")

    @contextmanager
    def store_problems(self) -> Iterator[None]:
        """Turn a StoreError raised within the block into a notice."""
        try:
            yield
        except StoreError as error:
            self.problem(str(error))
