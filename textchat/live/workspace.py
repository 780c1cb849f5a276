"""What is built once and shared: settings, catalog and history, and the conversations that are open."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from textchat.core.configuration import Settings
from textchat.core.conversation import Conversation, Pane, new_id
from textchat.live.conversation import LiveConversation, Start, start_task
from textchat.live.setup import load
from textchat.providers.catalog import Catalog
from textchat.store import paths
from textchat.store.errors import StoreError
from textchat.store.history import History

IN_MEMORY = "Until this is mended, conversations live in memory only and end with the program."


class Workspace:
    """Opens what it needs at once; what could not be opened is a sentence in `problems`, and the work goes on."""

    def __init__(self, environ: Mapping[str, str] = os.environ, start: Start = start_task) -> None:
        loaded = load(environ)
        self.settings: Settings = loaded.settings
        self.problems: list[str] = list(loaded.problems)
        self.catalog = Catalog(self.settings)
        self.history = self._open_history(environ)
        self._start = start
        self._open: dict[str, LiveConversation] = {}

    def _open_history(self, environ: Mapping[str, str]) -> History:
        try:
            return History.open(paths.database(environ))
        except StoreError as error:
            self.problems.append(f"{error} {IN_MEMORY}")
            return History.in_memory()

    def new(self, models: Sequence[str] = ()) -> LiveConversation:
        """A new conversation with one pane a model; it is stored with its first prompt."""
        panes = tuple(
            Pane(new_id(), model, self.settings.model(model).parameters)
            for model in (models or self.settings.default_models)
        )
        return self._live(Conversation(id=new_id(), created_at=time.time(), panes=panes))

    async def open(self, conversation_id: str) -> LiveConversation | None:
        """The conversation of this id, as it is now; None if there is none. Raises StoreError."""
        if conversation_id in self._open:
            return self._open[conversation_id]
        conversation = await self.history.load(conversation_id)
        if conversation is None:
            return None
        if not conversation.panes:
            conversation = self._with_default_pane(conversation)
        return self._live(conversation)

    async def aclose(self) -> None:
        """Store what still grows, then close connections and files."""
        for live in tuple(self._open.values()):
            await live.aclose()
        await self.catalog.aclose()
        await self.history.aclose()

    def leave(self, live: LiveConversation) -> None:
        """Nobody shows it any more; it is kept here while a reply of it grows or a prompt waits."""
        live.watcher = None
        if not live.is_busy:
            self._open.pop(live.conversation.id, None)

    def _live(self, conversation: Conversation) -> LiveConversation:
        live = LiveConversation(
            conversation, catalog=self.catalog, settings=self.settings, history=self.history, start=self._start
        )
        self._open[conversation.id] = live
        return live

    def _with_default_pane(self, conversation: Conversation) -> Conversation:
        """An imported conversation has no panes: show its newest branch, and ask the model that answered there."""
        roots = conversation.children(None)
        leaf = conversation.newest_leaf(roots[-1]) if roots else None
        answered = [message.model for message in conversation.branch(leaf) if message.model]
        model = answered[-1] if answered else self.settings.default_models[0]
        pane = Pane(new_id(), model, self.settings.model(model).parameters, leaf)
        return replace(conversation, panes=(pane,))
