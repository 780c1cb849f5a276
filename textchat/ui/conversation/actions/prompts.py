"""Sends prompts, and changes the target of the next prompt and the queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textchat.core.crashes import Caught
from textchat.core.parts.draft import Draft
from textchat.core.turns import is_asked
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.draft_keeper import DraftKeeper
from textchat.ui.conversation.ports import ActionTable, TellUndo


@dataclass(eq=False)
class PromptActions:
    """Sends prompts and changes the queue. `put_back` returns a queued prompt to the input bar."""

    current: CurrentConversation
    drafts: DraftKeeper
    put_back: Callable[[Draft], None]
    refresh_rows: Callable[[], Awaitable[None]]
    refresh_target: Callable[[], None]
    tell_undo: TellUndo

    def actions(self) -> ActionTable:
        return {
            "prompt.target": self.toggle_target,
            "queue.edit": self.edit_queued,
            "queue.resume": self.resume_queue,
            "queue.remove": self.remove_queued,
        }

    async def send(self, draft: Draft) -> None:
        """Send a prompt, a draft so far, to its target panes; one that is refused or fails is back in the input bar."""
        live, is_taken = self.current.live, False
        before = set(live.conversation.messages)
        failures: list[BaseException] = []
        with Caught(failures.append):
            is_taken = await live.send(draft.text, self.current.target_ids, draft.parts)
        if not is_taken and not is_asked(live.conversation, draft.text, before):
            self.drafts.put_back(live, draft)
        self.drafts.sent(draft)
        await self.refresh_rows()
        for failure in failures:
            raise failure

    def toggle_target(self) -> None:
        self.current.sends_to_all = not self.current.sends_to_all
        self.refresh_target()

    def edit_queued(self, prompt_id: str | None = None) -> None:
        """Put a waiting prompt, by default the last one, back into the input bar, above what is typed there."""
        live = self.current.live
        waiting = list(live.queue)
        if not waiting:
            return
        if removed := live.take_back(prompt_id or waiting[-1].id):
            self.put_back(Draft(removed.prompt.text, removed.prompt.parts))

    def remove_queued(self, prompt_id: str) -> None:
        self.tell_undo(self.current.live.take_back(prompt_id))

    def resume_queue(self) -> None:
        self.current.live.resume_queue()
