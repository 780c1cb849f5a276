"""Keeps the names of models that are compared blind out of the journal of requests."""

from __future__ import annotations

from dataclasses import replace

from textchat.core.blind.masks import journal_name
from textchat.core.conversation import Message
from textchat.live.conversation_store import ConversationStore
from textchat.live.running_reply import RequestJournal
from textchat.store.history import RunningRequest


class BlindJournal:
    """The journal of the requests of one conversation; while it is compared blind, it has sealed names."""

    def __init__(self, journal: RequestJournal, store: ConversationStore) -> None:
        self._journal = journal
        self._store = store

    async def begin_request(self, request: RunningRequest) -> None:
        """Note that a request is being sent; raises StoreError."""
        await self._journal.begin_request(replace(request, model=self._name(request.model)))

    async def record_request(self, message: Message) -> None:
        """Record the reply that it ended with; raises StoreError."""
        await self._journal.record_request(replace(message, model=self._name(message.model or "")))

    def _name(self, model: str) -> str:
        return journal_name(self._store.conversation, model)
