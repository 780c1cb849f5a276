"""What keys do with whole conversations: begin, open, rename, archive, delete; and with the window around them."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work

from textchat.store.errors import StoreError
from textchat.store.history import ConversationSummary
from textchat.ui.screens.conversation_picker import ConversationPicker
from textchat.ui.screens.live_screen import LiveScreen
from textchat.ui.screens.prompt_dialog import PromptDialog
from textchat.ui.widgets.side_panel import ConversationRow, SidePanel


class ConversationActions(LiveScreen):
    """Everything that reaches for the store goes through here, and says what failed."""

    async def rows(self, limit: int, after: str | None) -> Sequence[ConversationRow]:
        """A page of conversations for the side panel, newest first, from the one after the row of id `after`."""
        try:
            found = await self.workspace.history.summaries(limit, before=self._summaries.get(after or ""))
        except StoreError as error:
            self.problem(str(error))
            return ()
        self._summaries |= {summary.id: summary for summary in found}
        return [_row(summary) for summary in found]

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
        chosen = await self.app.push_screen_wait(ConversationPicker(self.workspace.history))
        if chosen is not None:
            await self.open_conversation(chosen.conversation_id)
            if chosen.message_id:
                self.show_message(chosen.message_id)

    @work(group="edits", exit_on_error=False)
    async def action_rename_conversation(self) -> None:
        title = await self.app.push_screen_wait(PromptDialog("Rename the conversation", self.live.conversation.title))
        if title and title.strip():
            await self.live.rename(" ".join(title.split()))
            await self.refresh_rows()

    @work(group="edits", exit_on_error=False)
    async def action_archive_conversation(self) -> None:
        await self.workspace.history.archive(self.live.conversation.id, True)
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
        await self.query_one(SidePanel).reload()

    def action_toggle_side_panel(self) -> None:
        panel = self.query_one(SidePanel)
        panel.display = not panel.display

    def action_focus_side_panel(self) -> None:
        panel = self.query_one(SidePanel)
        panel.display = True
        panel.focus_conversations()

    def action_edit_parameters(self) -> None:
        panel = self.query_one(SidePanel)
        panel.display = True
        panel.focus_parameters()


def _row(summary: ConversationSummary) -> ConversationRow:
    return ConversationRow(
        id=summary.id,
        title=summary.title,
        updated_at=summary.updated_at,
        models=summary.models,
        pinned=summary.pinned,
    )
