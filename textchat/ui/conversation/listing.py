"""Reads lists of conversations from the store: rows of the side panel, and search results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from textchat.core.blind.masks import masked
from textchat.core.store_error import StoreError
from textchat.ui.conversation.notices import Notices
from textchat.ui.side_panel.conversation_list import ActivityOf, ConversationRow

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.store.history import ConversationSummary, History
    from textchat.ui.dialogs.conversation_picker import FoundConversations


@dataclass(eq=False)
class ConversationListing:
    """Reads lists of conversations; raises StoreError where the store cannot be read."""

    workspace: Workspace
    notices: Notices
    activity: ActivityOf
    _summaries: dict[str, ConversationSummary] = field(default_factory=dict, init=False)
    """The summaries given to the side panel, by id."""

    async def rows(self, limit: int, after: ConversationRow | None) -> Sequence[ConversationRow]:
        """A page of conversations for the side panel, newest first, after all private and pinned ones."""
        try:
            return await self._rows(limit, after)
        except StoreError as error:
            self.notices.problem(str(error))  # the panel may be hidden
            raise

    async def _rows(self, limit: int, after: ConversationRow | None) -> Sequence[ConversationRow]:
        history = self.workspace.history
        if after is not None:
            before = None if after.pinned or after.private else self._summaries.get(after.id)
            return [_row(summary) for summary in await self._not_pinned(history, limit, before)]
        pinned = await history.pinned()
        others = await self._not_pinned(history, limit, None)
        return [
            *await self._private_rows(),
            *await self._unsaved_rows(),
            *(_row(summary) for summary in (*pinned, *others)),
        ]

    async def search(self, query: str, limit: int) -> FoundConversations:
        """The matches of a query, private conversations first; for an empty query the newest conversations."""
        found = await self._found(self.workspace.history, query, limit)
        if (private := self.workspace.private_history) is None:
            return found
        of_private = await self._found(private, query, limit)
        matches = [*(replace(match, private=True) for match in of_private.matches), *found.matches]
        has_more = found.has_more or of_private.has_more or (bool(query.strip()) and len(matches) > limit)
        return replace(found, matches=matches[:limit], has_more=has_more)

    async def _found(self, history: History, query: str, limit: int) -> FoundConversations:
        return await (self._matching(history, query, limit) if query.strip() else self._newest(history, limit))

    async def _matching(self, history: History, query: str, limit: int) -> FoundConversations:
        from textchat.ui.dialogs.conversation_picker import ConversationMatch, FoundConversations

        found = await history.search(query, limit)
        matches = [
            ConversationMatch(
                hit.conversation_id,
                hit.title,
                hit.message_id,
                hit.snippet,
                hit.highlights,
                hit.created_at,
                (hit.writer,) if hit.writer else (),
                is_whole=hit.is_whole,
                activity=self.activity(hit.conversation_id, False),
            )
            for hit in found
        ]
        return FoundConversations(matches, found.remarks, found.has_more)

    async def _newest(self, history: History, limit: int) -> FoundConversations:
        from textchat.ui.dialogs.conversation_picker import ConversationMatch, FoundConversations

        pinned = await history.pinned()
        newest = [summary for summary in await history.summaries(limit) if not summary.is_pinned]
        matches = [
            ConversationMatch(
                summary.id,
                summary.title,
                at=summary.updated_at,
                models=summary.models,
                tags=summary.tags,
                pinned=summary.is_pinned,
                activity=self.activity(summary.id, summary.has_unsent),
            )
            for summary in (*pinned, *newest)
        ]
        return FoundConversations(matches[:limit])

    async def _not_pinned(
        self, history: History, limit: int, before: ConversationSummary | None
    ) -> list[ConversationSummary]:
        summaries: list[ConversationSummary] = []
        while len(summaries) < limit:
            page = await history.summaries(limit, before)
            summaries += [summary for summary in page if not summary.is_pinned]
            if len(page) < limit:
                break
            before = page[-1]
        summaries = summaries[:limit]
        self._summaries |= {summary.id: summary for summary in summaries}
        return summaries

    async def _private_rows(self) -> list[ConversationRow]:
        history = self.workspace.private_history
        summaries = [] if history is None else await history.summaries(archived=None)
        return [replace(_row(summary), private=True) for summary in summaries]

    async def _unsaved_rows(self) -> list[ConversationRow]:
        """Those that the store does not know yet, because it could not be written."""
        return [
            ConversationRow(
                id=live.conversation.id,
                title=live.conversation.title,
                updated_at=live.conversation.created_at,
                models=[pane.model for pane in masked(live.conversation).panes],
            )
            for live in self.workspace.opened.unsaved
            if not live.is_private and await self.workspace.history.summary(live.conversation.id) is None
        ]


def _row(summary: ConversationSummary) -> ConversationRow:
    return ConversationRow(
        id=summary.id,
        title=summary.title,
        updated_at=summary.updated_at,
        models=summary.models,
        pinned=summary.is_pinned,
        tags=summary.tags,
        has_unsent=summary.has_unsent,
    )
