"""What the parts of the conversation screen share: the conversation it shows, its panes, and which one is active."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from textchat.ui.input.input_bar import InputBar
from textchat.ui.keymap import shown_key

if TYPE_CHECKING:
    from textchat.core.conversation import Pane
    from textchat.core.store_error import StoreError
    from textchat.live.conversation import LiveConversation
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.screen_widgets import Parts
    from textchat.ui.panes.grid import PaneGrid
    from textchat.ui.panes.pane import PaneView

NOTICE_S = 10.0
"""How long a failure stands on the screen."""


class LiveScreen(Screen[None]):
    """`workspace`, `live` and `parts` are there once the screen is built, right after its first paint."""

    workspace: Workspace
    live: LiveConversation
    """The conversation that is shown."""
    parts: Parts

    def __init__(self) -> None:
        super().__init__()
        self.views: dict[str, PaneView] = {}
        self.sends_to_all = True
        self._active_id = ""
        self.built = asyncio.Event()
        self._said: dict[str, float] = {}

    @property
    def is_built(self) -> bool:
        return self.built.is_set()

    @property
    def panes(self) -> tuple[Pane, ...]:
        return self.live.conversation.panes

    @property
    def active_id(self) -> str:
        """The pane that keys act on; where it was closed a moment ago, the last one."""
        ids = [pane.id for pane in self.panes]
        return self._active_id if self._active_id in ids else ids[-1]

    @active_id.setter
    def active_id(self, pane_id: str) -> None:
        self._active_id = pane_id

    @property
    def active_pane(self) -> Pane:
        return self.live.conversation.pane(self.active_id)

    @property
    def active_view(self) -> PaneView:
        # A pane that was added a moment ago is not drawn yet.
        return self.views.get(self.active_id) or next(reversed(self.views.values()))

    @property
    def input_bar(self) -> InputBar:
        return self.query_one(InputBar)

    @property
    def grid(self) -> PaneGrid:
        return self.parts.grid

    @property
    def target_ids(self) -> tuple[str, ...]:
        """The panes that the next prompt goes to."""
        return tuple(pane.id for pane in self.panes) if self.sends_to_all else (self.active_id,)

    def do(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something that waits for the store, without making the screen wait."""
        self.run_worker(work, group="edits", exit_on_error=False)

    def others(self) -> Iterator[Pane]:
        return (pane for pane in self.panes if pane.id != self.active_id)

    def still_answers(self) -> bool:
        """Whether a reply grows in the active pane; then it is said why nothing else begins there."""
        if self.active_id not in self.live.replies:
            return False
        key = shown_key(self, "reply.cancel")
        self.notify(f"This pane still answers{f'; {key} stops it' if key else ''}.", markup=False)
        return True

    def problem(self, sentence: str) -> None:
        """Say what failed and belongs to no reply."""
        now = time.monotonic()
        if now > self._said.get(sentence, -math.inf) + NOTICE_S:  # a full disk is one notice, whatever it stops
            self._said[sentence] = now
            self.notify(sentence, severity="error", timeout=NOTICE_S, markup=False)

    def storing_failed(self, error: StoreError) -> None:
        """Something that is here could not be written."""
        from textchat.live.conversation_store import MEANWHILE

        self.problem(f"{error} {MEANWHILE}")

    def remarks(self) -> Iterator[str]:
        """What stands on the line above the input bar, beside where the next prompt goes."""
        return iter(())

    def show_target(self) -> None:
        """Say beside the input bar where the next prompt goes."""
        raise NotImplementedError

    def activate(self, pane_id: str) -> None:
        """Make a pane the active one."""
        raise NotImplementedError

    async def show_conversation(self, live: LiveConversation) -> None:
        """Show another conversation in place of this one."""
        raise NotImplementedError
