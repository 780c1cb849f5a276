"""What is typed and not sent is on the disk half a second later, and back in the input bar when one returns."""

from __future__ import annotations

from textual import on
from textual.timer import Timer

from textchat.store.errors import StoreError
from textchat.ui.messages import PromptSubmitted
from textchat.ui.screens.live_screen import LiveScreen
from textchat.ui.widgets.input_bar import InputBar

PAUSE_S = 0.5


class Drafts(LiveScreen):
    """Keeps the draft of the conversation on the screen; a new conversation has one too."""

    _draft_timer: Timer | None = None

    @on(InputBar.Changed)
    def _typed(self) -> None:
        # A timer only while something waits to be kept, never one a key.
        if self._draft_timer is None and self.is_built:
            self._draft_timer = self.set_timer(PAUSE_S, self.keep_draft)

    @on(PromptSubmitted)
    def _sent(self) -> None:
        if self.is_built:
            self.keep_draft()

    def keep_draft(self) -> None:
        """Store what stands in the input bar now."""
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None
        self.do(self._store_draft(self._draft_id, self.input_bar.text))

    async def restore_draft(self) -> None:
        """Put the conversation's draft into the input bar, unless something has been typed there meanwhile."""
        try:
            text = await self.workspace.history.draft(self._draft_id)
        except StoreError as error:
            self.problem(str(error))
            return
        if text and not self.input_bar.text:
            self.input_bar.put_back(text)

    @property
    def _draft_id(self) -> str | None:
        """None for a conversation that is not stored yet."""
        return self.live.conversation.id if self.live.conversation.messages else None

    async def _store_draft(self, conversation_id: str | None, text: str) -> None:
        try:
            await self.workspace.history.save_draft(conversation_id, text)
        except StoreError as error:
            self.problem(str(error))
