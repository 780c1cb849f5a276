"""What keys do with whole conversations: begin, open, rename, archive, delete; and with the window around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work

from textchat.store.errors import StoreError
from textchat.ui.screens.live_screen import LiveScreen

if TYPE_CHECKING:
    from textchat.store.history import ConversationSummary
    from textchat.ui.screens.conversation_picker import Found
    from textchat.ui.screens.parts import ConversationRow


class ConversationActions(LiveScreen):
    """Everything that reaches for the store goes through here, and says what failed."""

    def __init__(self) -> None:
        super().__init__()
        self._summaries: dict[str, ConversationSummary] = {}
        """Those that the side panel has got, by id."""

    async def rows(self, limit: int, after: ConversationRow | None) -> Sequence[ConversationRow]:
        """A page of conversations for the side panel, newest first; pinned ones stand before all others."""
        history = self.workspace.history
        try:
            pinned = [] if after is not None else await history.pinned()
            before = None if after is None else self._summaries.get(after.id)
            found = await history.summaries(limit, before=before)
        except StoreError as error:
            self.problem(str(error))
            return ()
        self._summaries |= {summary.id: summary for summary in found}
        return [_row(summary) for summary in (*pinned, *(each for each in found if not each.is_pinned))]

    async def open_conversation(self, conversation_id: str) -> None:
        """Show a stored conversation with the panes it had."""
        if conversation_id == self.live.conversation.id:
            return
        try:
            live = await self.workspace.open(conversation_id)
        except StoreError as error:
            self.problem(str(error))
            return
        if live is None:
            self.problem("That conversation is not there any more.")
        else:
            await self.show_conversation(live)
            self.input_bar.focus()

    def action_new_conversation(self) -> None:
        """A new conversation with the panes of this one."""
        live = self.workspace.new([pane.model for pane in self.panes])
        self.do(self.show_conversation(live))
        self.input_bar.focus()

    @work(group="edits", exit_on_error=False)
    async def action_open_conversation(self) -> None:
        from textchat.ui.screens.conversation_picker import ConversationPicker

        chosen = await self.app.push_screen_wait(ConversationPicker(self._look))
        if chosen is not None:
            await self.open_conversation(chosen.conversation_id)
            if chosen.message_id is not None:
                await self.show_message(chosen.message_id)

    async def _look(self, query: str, limit: int) -> Sequence[Found]:
        from textchat.ui.screens.conversation_picker import Found

        history = self.workspace.history
        try:
            if not query.strip():
                return [Found(each.id, each.title) for each in await history.summaries(limit)]
            return [
                Found(hit.conversation_id, hit.title, hit.message_id, hit.snippet, hit.highlights)
                for hit in await history.search(query, limit)
            ]
        except StoreError as error:
            self.problem(str(error))
            return ()

    async def show_message(self, message_id: str) -> None:
        """Scroll a pane to the message; where no pane shows its branch, the active one turns to it."""
        conversation = self.live.conversation
        if message_id not in conversation.messages:
            return
        shown = next(
            (pane.id for pane in self.panes if message_id in {each.id for each in conversation.branch(pane.leaf_id)}),
            None,
        )
        if shown is None:
            await self.live.branch_off(self.active_id, conversation.newest_leaf(message_id))
            shown = self.active_id
        self.activate(shown)
        self.call_after_refresh(self.views[shown].message_list.scroll_to_message, message_id)

    @work(group="edits", exit_on_error=False)
    async def action_rename_conversation(self) -> None:
        from textchat.ui.screens.prompt_dialog import PromptDialog

        title = await self.app.push_screen_wait(PromptDialog("Rename the conversation", self.live.conversation.title))
        if title and title.strip():
            await self.live.rename(" ".join(title.split()))
            await self.refresh_rows()

    @work(group="edits", exit_on_error=False)
    async def action_archive_conversation(self) -> None:
        await self.workspace.history.archive(self.live.conversation.id)
        self.notify("Archived. It stays in search and in `textchat conversations list --archived`.", markup=False)
        await self.refresh_rows()

    @work(group="edits", exit_on_error=False)
    async def action_delete_conversation(self) -> None:
        gone = self.live
        gone.cancel_all()
        await self.show_conversation(self.workspace.new([pane.model for pane in self.panes]))
        await self.workspace.history.delete(gone.conversation.id)
        await self.refresh_rows()

    # -- the side panel ----------------------------------------------------------------------------------------------

    async def refresh_rows(self) -> None:
        await self.parts.side_panel.reload()

    def action_toggle_side_panel(self) -> None:
        panel = self.parts.side_panel
        panel.display = not panel.display

    def action_focus_side_panel(self) -> None:
        panel = self.parts.side_panel
        panel.display = True
        panel.focus_conversations()

    def action_edit_parameters(self) -> None:
        panel = self.parts.side_panel
        panel.display = True
        panel.focus_parameters()


def _row(summary: ConversationSummary) -> ConversationRow:
    from textchat.ui.screens.parts import ConversationRow

    return ConversationRow(
        id=summary.id,
        title=summary.title,
        updated_at=summary.updated_at,
        models=summary.models,
        pinned=summary.is_pinned,
    )
