"""A conversation and its place in the store: each change of it is kept, and what cannot be kept is said."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from textchat.core.conversation import Conversation, Message, ReadingPlace
from textchat.core.store_error import StoreError
from textchat.live.ports import Watcher
from textchat.store.history import History

MEANWHILE = "What is new is kept in memory until it can be stored."


class StoredConversation:
    """`conversation` is what it is now; `watcher` is told of every change."""

    def __init__(
        self, conversation: Conversation, history: History, watcher: Watcher | None, *, is_private: bool
    ) -> None:
        self.conversation = conversation
        self.watcher = watcher
        self.is_private = is_private
        """The history is one in memory because the user wants it so: nothing of it may touch the disk."""
        self.unsaved = ""
        """Why something could not be stored and is only here; what is stored next brings it along. Empty: all is."""
        self._history = history
        self._saving = 0
        self._saves: set[asyncio.Task[None]] = set()

    @property
    def history(self) -> History:
        """Where it is stored; all that belongs to it goes there."""
        return self._history

    def tell_change(self) -> None:
        """Let the watcher look again."""
        if self.watcher is not None:
            self.watcher.conversation_changed()

    async def rename(self, title: str) -> None:
        await self._change(replace(self.conversation, title=title))

    async def keep_places(self, places: Mapping[str, ReadingPlace | None]) -> None:
        """Remember where panes, by id, are read; nobody is told, for nothing looks different."""
        panes = self.conversation.panes
        changed = {pane.id: places[pane.id] for pane in panes if pane.id in places and places[pane.id] != pane.place}
        if not changed:
            return
        self.conversation = replace(
            self.conversation, panes=tuple(replace(pane, place=changed.get(pane.id, pane.place)) for pane in panes)
        )
        if self.conversation.messages:
            with suppress(StoreError):  # a place that is lost costs a scroll; what else is not stored is said anyway
                await self._history.keep_places(self.conversation.id, changed)

    # -- inside --------------------------------------------------------------------------------------------------------

    async def _change(self, conversation: Conversation, new: tuple[Message, ...] = ()) -> None:
        self.conversation = conversation
        self.tell_change()
        if conversation.messages:
            await self._save(new)

    def _move(self, pane_id: str, leaf_id: str | None) -> None:
        self.conversation = self.conversation.with_pane(replace(self.conversation.pane(pane_id), leaf_id=leaf_id))

    def _last_message(self, pane_id: str) -> Message | None:
        leaf_id = self.conversation.pane(pane_id).leaf_id
        return None if leaf_id is None else self.conversation.messages[leaf_id]

    async def _save(self, messages: tuple[Message, ...]) -> None:
        self._saving += 1
        try:
            await self._history.save(self.conversation, messages)
        except StoreError as error:
            self._not_stored(error)
        else:
            self.unsaved = ""
        finally:
            self._saving -= 1

    async def _has_stored(self, saving: Coroutine[Any, Any, None]) -> bool:
        """For what counts only once it is stored: where it cannot be, it is said, and nothing is to change."""
        self._saving += 1
        try:
            await saving
        except StoreError as error:
            self._tell_problem(str(error))
            return False
        finally:
            self._saving -= 1
        return True

    def _keep(self, saving: Coroutine[Any, Any, None]) -> None:
        async def keep() -> None:
            try:
                await saving
            except StoreError as error:
                self._not_stored(error)

        task = asyncio.create_task(keep())
        self._saves.add(task)
        task.add_done_callback(self._saves.discard)

    def _not_stored(self, error: StoreError) -> None:
        self.unsaved = str(error)
        self._tell_problem(f"{error} {MEANWHILE}")

    def _tell_problem(self, sentence: str) -> None:
        if self.watcher is not None:
            self.watcher.problem(sentence)
