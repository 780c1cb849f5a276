"""What keys do with whole conversations: begin, open, search; and with the list of them beside the panes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from textchat.core.store_error import StoreError
from textchat.ui.conversation.shelf import KeepingOrder
from textchat.ui.input.input_bar import InputBar
from textchat.ui.messages import ConversationChanged

if TYPE_CHECKING:
    from textchat.store.history import ConversationSummary, History
    from textchat.ui.conversation.screen_widgets import ConversationRow
    from textchat.ui.dialogs.conversation_picker import ConversationMatch

LOOK_AGAIN_S = 5.0
"""After a pause of so many seconds, one who types again is shown what another textchat has written meanwhile."""


class ConversationActions(KeepingOrder):
    """Everything that reaches for the store goes through here, and says what failed."""

    def __init__(self) -> None:
        super().__init__()
        self._summaries: dict[str, ConversationSummary] = {}
        """Those that the side panel has got, by id."""
        self._is_behind = False
        self._looked_at = 0.0

    # -- the list ----------------------------------------------------------------------------------------------------

    async def rows(self, limit: int, after: ConversationRow | None) -> Sequence[ConversationRow]:
        """A page of conversations for the side panel, newest first; private and pinned ones stand before all others."""
        history = self.workspace.history
        with self.telling():
            if after is not None:
                before = None if after.pinned or after.private else self._summaries.get(after.id)
                return [_row(each) for each in await self._not_pinned(history, limit, before)]
            pinned = await history.pinned()
            found = await self._not_pinned(history, limit, None)
            return [*await self._private_rows(), *(_row(each) for each in (*pinned, *found))]
        return ()

    async def _not_pinned(
        self, history: History, limit: int, before: ConversationSummary | None
    ) -> list[ConversationSummary]:
        found: list[ConversationSummary] = []
        while len(found) < limit:
            page = await history.summaries(limit, before)
            found += [each for each in page if not each.is_pinned]
            if len(page) < limit:
                break
            before = page[-1]
        found = found[:limit]
        self._summaries |= {summary.id: summary for summary in found}
        return found

    async def _private_rows(self) -> list[ConversationRow]:
        history = self.workspace.private_history
        found = [] if history is None else await history.summaries(archived=None)
        return [replace(_row(each), private=True) for each in found]

    async def refresh_rows(self) -> None:
        await self.parts.side_panel.reload()

    @on(ConversationChanged)
    def _retitle(self) -> None:
        """A model may give the title long after the answer."""
        conversation = self.live.conversation
        self.parts.side_panel.conversations.retitle(conversation.id, conversation.title)

    # -- what another textchat writes, and what cannot be written ----------------------------------------------------

    async def catch_up(self) -> None:
        """Show what another textchat has written meanwhile: one looks when the user moves, not all the time."""
        self._looked_at = time.monotonic()
        with self.telling():
            self._is_behind |= await self.workspace.history.changed_elsewhere()
            if self._is_behind:
                self._is_behind = not await self.live.catch_up()
                await self.refresh_rows()

    @on(InputBar.Changed)
    def _moved(self) -> None:
        if self.is_built and time.monotonic() > self._looked_at + LOOK_AGAIN_S:
            self._looked_at = time.monotonic()
            self.do(self.catch_up())

    # -- opening -----------------------------------------------------------------------------------------------------

    async def open_conversation(self, conversation_id: str) -> None:
        """Show a stored conversation with the panes it had."""
        if conversation_id == self.live.conversation.id:
            return
        try:
            live = await self.workspace.open(conversation_id)
            if live is not None:
                await live.catch_up()
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
        from textchat.ui.dialogs.conversation_picker import ConversationPicker

        self.do(self.catch_up())
        chosen = await self.app.push_screen_wait(ConversationPicker(self._look))
        if chosen is not None:
            await self.open_conversation(chosen.conversation_id)
            if chosen.message_id is not None:
                await self.show_message(chosen.message_id)

    async def _look(self, query: str, limit: int) -> Sequence[ConversationMatch]:
        """For the picker: what the words are found in, private conversations before all others."""
        private = self.workspace.private_history
        with self.telling():
            found = [] if private is None else await _found_in(private, query, limit)
            found = [replace(each, private=True) for each in found]
            return [*found, *await _found_in(self.workspace.history, query, limit)][:limit]
        return ()

    async def show_message(self, message_id: str) -> None:
        """Scroll a pane to the message; where no pane shows its branch, one that is not busy turns to it."""
        conversation = self.live.conversation
        if message_id not in conversation.messages:
            self.notify("That message is not there any more.", markup=False)
            return
        shown = next(
            (pane.id for pane in self.panes if message_id in {each.id for each in conversation.branch(pane.leaf_id)}),
            None,
        )
        if shown is None:
            free = [pane.id for pane in self.panes if pane.id not in self.live.replies]
            if not free:
                self.notify("It stands on another branch; it can be shown once a reply has ended.", markup=False)
                return
            shown = self.active_id if self.active_id in free else free[0]
            await self.live.branch_off(shown, conversation.newest_leaf(message_id))
        self.activate(shown)
        self.call_later(self._scroll_pane, shown, message_id)

    def _scroll_pane(self, pane_id: str, message_id: str) -> None:
        if pane_id in self.views:
            self.call_after_refresh(self.views[pane_id].message_list.scroll_to_message, message_id)

    # -- the side panel ----------------------------------------------------------------------------------------------

    def action_toggle_side_panel(self) -> None:
        panel = self.parts.side_panel
        panel.display = not panel.display
        self.do(self.catch_up())

    def action_focus_side_panel(self) -> None:
        panel = self.parts.side_panel
        panel.display = True
        panel.focus_conversations()
        self.do(self.catch_up())

    def action_edit_parameters(self) -> None:
        panel = self.parts.side_panel
        panel.display = True
        panel.focus_parameters()


async def _found_in(history: History, query: str, limit: int) -> list[ConversationMatch]:
    from textchat.ui.dialogs.conversation_picker import ConversationMatch

    if query.strip():
        return [
            ConversationMatch(
                hit.conversation_id, hit.title, hit.message_id, hit.snippet, hit.highlights, hit.created_at, hit.model
            )
            for hit in await history.search(query, limit)
        ]
    pinned = await history.pinned()
    newest = [each for each in await history.summaries(limit) if not each.is_pinned]
    return [ConversationMatch(each.id, each.title, at=each.updated_at, tags=each.tags) for each in (*pinned, *newest)][
        :limit
    ]


def _row(summary: ConversationSummary) -> ConversationRow:
    from textchat.ui.conversation.screen_widgets import ConversationRow

    return ConversationRow(
        id=summary.id,
        title=summary.title,
        updated_at=summary.updated_at,
        models=summary.models,
        pinned=summary.is_pinned,
        tags=summary.tags,
    )
