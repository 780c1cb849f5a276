"""Actions that change the conversation on the screen: new, private, or found by searching."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.blind.masks import HIDDEN_TEXT
from textchat.core.store_error import StoreError
from textchat.ui.conversation.app_services import Dialogs
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.external_changes import ExternalChanges
from textchat.ui.conversation.listing import ConversationListing
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, Activate, RunWork, ShowConversation, Work

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace


@dataclass(eq=False)
class ConversationActions:
    """Begins and opens conversations.

    `show` puts a conversation on the screen, `scroll_to` brings a character of a message (its id) of a pane
    (its id, first) into view.
    """

    workspace: Workspace
    current: CurrentConversation
    show: ShowConversation
    activate: Activate
    scroll_to: Callable[[str, str, int], None]
    focus_input: Callable[[], object]
    listing: ConversationListing
    changes: ExternalChanges
    dialogs: Dialogs
    notices: Notices
    run: RunWork
    act_on: Callable[[str, str], Awaitable[None]]
    """Runs an action, by its id, on a conversation, by its id."""

    def actions(self) -> ActionTable:
        return {
            "conversation.new": self.new,
            "conversation.private": self.new_private,
            "conversation.open": self.pick,
        }

    def new(self) -> Work:
        """Begin a conversation with the models of the current panes."""
        return self._begin(is_private=False)

    def new_private(self) -> Work:
        """Begin a conversation with the models of the current panes that is never written to the disk."""
        return self._begin(is_private=True)

    def _begin(self, *, is_private: bool) -> Work:
        self.focus_input()
        return self._show_new(self.current.models, is_private=is_private)

    async def _show_new(self, models: Sequence[str], *, is_private: bool) -> None:
        await self.workspace.default_persona.renew()
        await self.show(self.workspace.new(models, is_private=is_private))

    async def open(self, conversation_id: str) -> None:
        """Show a stored conversation with its panes; a notice reports failures."""
        if conversation_id == self.current.conversation.id:
            return
        try:
            live = await self.workspace.open(conversation_id)
            if live is not None:
                await live.catch_up()
        except StoreError as error:
            self.notices.problem(str(error))
            return
        if live is None:
            self.notices.problem("That conversation no longer exists.")
        else:
            await self.show(live)
            self.focus_input()

    async def pick(self) -> None:
        """Let the user search all conversations, and open the chosen one at the message found."""
        self.run(self.changes.take_in())
        chosen = await self.dialogs.pick_conversation(self.listing.search, self.act_on)
        if chosen is not None:
            await self.open(chosen.conversation_id)
            if chosen.message_id is not None:
                await self.show_message(chosen.message_id, chosen.place_in)

    async def show_message(self, message_id: str, place_in: Callable[[str], int]) -> None:
        """Scroll a pane to the message, as far as `place_in` says of its text.

        If no pane shows its branch, one that is not busy is switched to it.
        """
        live, conversation = self.current.live, self.current.conversation
        if message_id not in conversation.messages:
            self.notices.say("That message no longer exists.")
            return
        if self.current.mask.hides_text(conversation.messages[message_id]):  # the pane that has it would be known
            self.notices.say(HIDDEN_TEXT)
            return
        pane_id = self._pane_with(message_id)
        if pane_id is None:
            free = [pane.id for pane in self.current.panes if pane.id not in live.replies]
            if not free:
                self.notices.say(
                    "That message is in another version of the conversation. Open it when a reply has ended."
                )
                return
            pane_id = self.current.active_id if self.current.active_id in free else free[0]
            await live.branch_off(pane_id, conversation.newest_leaf(message_id))
        self.activate(pane_id)
        self.scroll_to(pane_id, message_id, place_in(conversation.messages[message_id].text))

    def _pane_with(self, message_id: str) -> str | None:
        """The first pane whose branch has the message."""
        conversation = self.current.conversation
        for pane in self.current.panes:
            if any(message.id == message_id for message in conversation.branch(pane.leaf_id)):
                return pane.id
        return None
