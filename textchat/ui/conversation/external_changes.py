"""Detects and shows changes that another textchat has written to the same store."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace

LOOK_AGAIN_S = 5.0
"""Seconds after a check until the next key starts another one."""


class ExternalChanges:
    """Checks for changes when the user does something, never by a timer: an idle screen does not wake up."""

    def __init__(
        self,
        workspace: Workspace,
        current: CurrentConversation,
        refresh_rows: Callable[[], Awaitable[None]],
        notices: Notices,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workspace = workspace
        self._current = current
        self._refresh_rows = refresh_rows
        self._notices = notices
        self._clock = clock
        self._is_behind = False
        self._looked_at = 0.0

    def is_due(self) -> bool:
        """Whether the last check was more than `LOOK_AGAIN_S` ago; if so, it also starts the time anew."""
        now = self._clock()
        if now <= self._looked_at + LOOK_AGAIN_S:
            return False
        self._looked_at = now
        return True

    async def take_in(self) -> None:
        """Show external changes; while a reply grows, that is left to a later check."""
        self._looked_at = self._clock()
        with self._notices.store_problems():
            self._is_behind |= await self._workspace.history.changed_elsewhere()
            if self._is_behind:
                self._is_behind = not await self._current.live.catch_up()
                await self._refresh_rows()
