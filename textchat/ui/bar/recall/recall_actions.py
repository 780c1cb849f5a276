"""Brings sent prompts of all conversations into the input bar: by Up, and from a list that is searched."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.store_error import StoreError

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.conversation.ports import ActionTable, ScreenContext

WALKED = 500
LONGEST_WALKED = 300_000
TOGETHER = 4_000_000
"""Bytes of the prompts that Up brings from other conversations: all, and together."""


@dataclass(eq=False)
class RecallActions:
    """`closing_keys` are those of the list: pressed again, they close it."""

    context: ScreenContext
    workspace: Workspace
    current: CurrentConversation
    closing_keys: Collection[str]

    def __post_init__(self) -> None:
        self.context.input_bar.history_walk.on_older(lambda: self.context.run(self._add_older()))

    def actions(self) -> ActionTable:
        return {"prompt.history": self.pick}

    async def _add_older(self) -> None:
        """Give the bar the prompts of other conversations, but of no private one."""
        live = self.current.live
        prompts = []
        with self.context.notices.store_problems():
            prompts = await self.workspace.history.prompts.newest(WALKED, longest=LONGEST_WALKED, together=TOGETHER)
        if live is self.current.live:
            if live.is_private:  # its store has no files of other conversations
                prompts = [prompt for prompt in prompts if not prompt.parts]
            self.context.input_bar.history_walk.add_older(prompts)

    async def pick(self) -> None:
        """Let the user search all sent prompts, and put the chosen one into the bar."""
        from textchat.ui.bar.recall.prompt_picker import PromptPicker
        from textchat.ui.bar.recall.recalled import PromptSearch, draft_of

        picker = PromptPicker(PromptSearch(self.workspace).search, closing_keys=self.closing_keys)
        found = await self.context.screen.app.push_screen_wait(picker)
        if found is None:
            return
        try:
            draft = await draft_of(found, self.current.live.history)
        except StoreError as error:
            self.context.notices.problem(str(error))
            return
        if draft is None:
            self.context.notices.say("That prompt no longer exists.")
        elif len(draft.text) > LONGEST_WALKED:
            self.context.input_bar.put_back(draft)
        else:
            self.context.input_bar.history_walk.take(draft)
            self.context.input_bar.focus()
