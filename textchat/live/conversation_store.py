"""Keeps the current value of one conversation and stores every change of it; reports what cannot be stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from textchat.core.blind.masks import Mask
from textchat.core.conversation import Conversation, Message, Pane, ReadingPlace, View
from textchat.core.crashes import Caught
from textchat.core.parts.draft import Draft
from textchat.core.parts.loading import without_content
from textchat.core.replaying.timeline import Timeline
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError, told
from textchat.live.prompts.prompt_queue import PromptQueue
from textchat.live.prompts.shared_content import SharedContent
from textchat.store.history import History

MEANWHILE = "New messages stay in memory until they can be saved."


class Watcher(Protocol):
    """Observer of a conversation; called on the event loop's thread, must not block."""

    def reply_changed(self, reply: Reply) -> None: ...

    def reply_ended(self, reply: Reply, message: Message) -> None: ...

    def conversation_changed(self) -> None:
        """The tree, the panes or the queue have changed; read them from `LiveConversation`."""

    def problem(self, sentence: str) -> None:
        """Report a failure that belongs to no reply."""


class ConversationStore:
    """Holds a conversation, writes its changes to `history` and notifies `watcher`."""

    def __init__(self, conversation: Conversation, history: History, watcher: Watcher | None = None) -> None:
        self.conversation = conversation
        self.queue = PromptQueue(conversation.waiting)
        """The prompts that wait for their panes, stored with each save."""
        self.history = history
        self.watcher = watcher
        self.work_changed: Callable[[], None] = lambda: None
        """Called whenever a save, or work started by `run`, has begun or ended."""
        self.moved: Callable[[Iterable[Message]], Iterable[asyncio.Event]] = lambda messages: ()
        """Tells growing replies that they stand below another message; the events are set when they are stored."""
        self.deleted: dict[str, dict[str, Message]] = {}
        """By the id of each deleted message, the values that an undo brings back: late figures are taken in."""
        self.unsaved = ""
        """Why something could not be stored and is only in memory; the next save brings it along. Empty: all is."""
        self._unstored: dict[str, Message] = {}
        """The prompts that could not be stored so far, by id, the oldest first."""
        self.is_stored = bool(conversation.messages)
        """Whether the store knows the conversation."""
        self._was_stored = self.is_stored
        """Until the first message nothing is stored; afterwards everything is, also without one."""
        self._saving = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._content = SharedContent(history)

    @property
    def is_saving(self) -> bool:
        """Whether a save, or work started by `run`, is under way."""
        return bool(self._tasks or self._saving)

    @property
    def keeps_queue(self) -> bool:
        """Whether the queue is stored with the conversation: where there are several panes, each prompt has a target.

        With one pane, and before anything is stored, its prompts are drafts.
        """
        return len(self.conversation.panes) > 1 and bool(self.conversation.messages)

    @property
    def is_worth_storing(self) -> bool:
        """Whether changes are to be stored: not those of a new conversation without a message."""
        return self._was_stored or bool(self.conversation.messages)

    @property
    def unstored_prompts(self) -> list[Draft]:
        """The prompts that could not be stored, the oldest first."""
        there = self.conversation.messages
        prompts = [Draft(prompt.text, prompt.parts) for prompt in self._unstored.values() if prompt.id in there]
        waiting = self.queue if self.unsaved and self.keeps_queue else ()
        return [*prompts, *(Draft(prompt.text, prompt.parts) for prompt in waiting)]

    def tell_change(self) -> None:
        """Notify the watcher of a change."""
        if self.watcher is not None:
            self.watcher.conversation_changed()

    def tell_problem(self, sentence: str) -> None:
        """Report a failure that belongs to no reply, in words that tell no model which is compared blind."""
        if self.watcher is not None:
            self.watcher.problem(Mask(self.conversation).sentence(sentence))

    # -- the value -----------------------------------------------------------------------------------------------------

    def move(self, pane_id: str, leaf_id: str | None) -> None:
        """Set the branch that a pane shows, in memory only: the next save stores it."""
        self.conversation = self.conversation.with_pane(replace(self.conversation.pane(pane_id), leaf_id=leaf_id))

    def known_panes(self, pane_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the panes that still exist."""
        known = {pane.id for pane in self.conversation.panes}
        return tuple(pane_id for pane_id in pane_ids if pane_id in known)

    # -- the store -----------------------------------------------------------------------------------------------------

    async def change(self, conversation: Conversation, new: tuple[Message, ...] = ()) -> None:
        """Set a new value at once, then store it with its `new` messages."""
        if conversation.blind is not None:  # a new pane has the next letter
            blind = conversation.blind.with_panes(pane.id for pane in conversation.panes)
            conversation = replace(conversation, blind=blind)
        self.conversation = conversation
        self.tell_change()
        if self.is_worth_storing:
            await self.save(new)

    async def save(self, messages: tuple[Message, ...] = ()) -> None:
        """Store the current conversation with these messages; a failure is reported and sets `unsaved`."""
        self._was_stored = True
        self._count_saving(1)
        try:
            waiting = tuple(self.queue) if self.keeps_queue else ()
            with Caught(self._not_stored):
                await self.history.save(replace(self.conversation, waiting=waiting), messages)
                self.unsaved = ""
                self.is_stored = True
                for message in messages:
                    self._unstored.pop(message.id, None)
                self._let_go_of_content(messages)
                self.queue.let_go_of_content(waiting)
                if self.history.path is not None:  # it is on the disk now
                    self.history.only_here.discard(self.conversation.id)
                return
            self._unstored |= {message.id: message for message in messages if message.is_prompt}
        finally:
            self._count_saving(-1)

    def _let_go_of_content(self, messages: Iterable[Message]) -> None:
        """Keep no bytes of these messages that the store has."""
        there = self.conversation.messages
        let_go = {
            message.id: without_content(there[message.id])
            for message in messages
            if message.parts and message.id in there
        }
        if let_go:
            self.conversation = replace(self.conversation, messages={**there, **let_go})

    async def save_again(self) -> None:
        """Store what could not be stored before: with all messages, for the store may not know what it lacks."""
        if self.unsaved:
            await self.save(tuple(self.conversation.messages.values()))

    # -- as the store of the replies ----------------------------------------------------------------------------------

    def checkpoint(self, reply: Reply) -> None:
        self.history.checkpoint(reply)

    async def finish(self, conversation_id: str, message: Message, timeline: Timeline | None = None) -> None:
        """Store the final message, and when its pieces came; raises StoreError."""
        await self.history.finish(conversation_id, message, timeline)
        self._let_go_of_content((message,))

    async def with_content(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        """Load the content of their parts; raises StoreError."""
        return await self._content.of(messages)

    # -- more changes --------------------------------------------------------------------------------------------------

    async def stored(self, write: Coroutine[Any, Any, None]) -> bool:
        """Run `write` and return whether it succeeded, for changes that count only once stored; reports a failure."""
        self._count_saving(1)
        try:
            await write
        except StoreError as error:
            self.tell_problem(str(error))
            return False
        finally:
            self._count_saving(-1)
        return True

    def _count_saving(self, by: int) -> None:
        self._saving += by
        self.work_changed()

    async def keep_places(self, places: Mapping[str, ReadingPlace | None]) -> None:
        """Store the scroll positions of panes, by id, without notifying the watcher: nothing looks different."""
        panes = self.conversation.panes
        changed = {pane.id: places[pane.id] for pane in panes if pane.id in places and places[pane.id] != pane.place}
        if not changed:
            return
        self.conversation = replace(
            self.conversation, panes=tuple(replace(pane, place=changed.get(pane.id, pane.place)) for pane in panes)
        )
        if self.conversation.messages:
            with suppress(StoreError):  # a lost place costs a scroll; whatever else is not stored is told anyway
                await self.history.shelf.keep_places(self.conversation.id, changed)

    def keep_view(self, view: View) -> None:
        """Set how the panes are looked at, and store it, without notifying the watcher."""
        if view == self.conversation.view:
            return
        self.conversation = replace(self.conversation, view=view)
        if self.conversation.messages:
            self.run(self._store_view(view))

    async def _store_view(self, view: View) -> None:
        with suppress(StoreError):  # as with a place
            await self.history.shelf.keep_view(self.conversation.id, view)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work that ends in the store as a task; an error of it is reported and sets `unsaved`."""

        async def run() -> None:
            with Caught(self._not_stored):
                await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        self.work_changed()
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.work_changed()

    def run_in_order(self, work: Coroutine[Any, Any, None]) -> None:
        """Like `run`, each after those before it: what is deleted and brought back at once ends as it began."""

        async def in_turn() -> None:
            async with self._turn:
                await work

        self.run(in_turn())

    async def finish_tasks(self) -> None:
        """Wait for all tasks started by `run`."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _not_stored(self, error: BaseException) -> None:
        self.unsaved = str(told(error))
        self.history.only_here.add(self.conversation.id)
        self.tell_problem(f"{self.unsaved} {MEANWHILE}")


def merged_with(own: Conversation, stored: Conversation) -> Conversation:
    """Merge the stored tree and title with the panes as they are here.

    A pane follows where the same pane went on elsewhere; one whose messages were deleted stands at what is left of its
    branch. Panes that were opened or closed elsewhere, and how they are looked at there, change nothing here.
    """
    if {pane.id for pane in own.panes}.isdisjoint(pane.id for pane in stored.panes) and stored.panes:
        return replace(stored, waiting=own.waiting)  # dealt anew elsewhere, for a blind comparison
    theirs = {pane.id: pane.leaf_id for pane in stored.panes}
    panes = tuple(replace(pane, leaf_id=_leaf(pane, theirs.get(pane.id), own, stored)) for pane in own.panes)
    return replace(stored, panes=panes or stored.panes, view=own.view, waiting=own.waiting)


def _leaf(pane: Pane, theirs: str | None, own: Conversation, stored: Conversation) -> str | None:
    left = [message.id for message in own.branch(pane.leaf_id) if message.id in stored.messages]
    leaf = left[-1] if left else None
    went_on = {None, *(message.id for message in stored.branch(theirs))}
    return theirs if theirs is not None and leaf in went_on else leaf
