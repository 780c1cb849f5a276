"""A conversation with its commands (send, edit, regenerate, …), for the screen or any other watcher.

Asks its panes, and edits its tree and its panes. `ConversationStore` keeps it, `Replies` runs the replies and `Outbox`
the prompts. It knows the store and the catalog, no interface. Replies belong to it, not to a screen: the watcher may
change or leave while they grow on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from textchat.core import turns
from textchat.core.blind.masks import HIDDEN_TEXT, Mask
from textchat.core.context.asking_again import asked_again, continued, edited, last_said, with_summary_carried
from textchat.core.context.upcoming import Upcoming, prompt_messages
from textchat.core.conversation import Conversation, Message, Role, Status, new_id
from textchat.core.errors import ConfigurationError
from textchat.core.parts.draft import Draft
from textchat.core.parts.part import Part
from textchat.core.replaying.play_clock import PlayClock
from textchat.core.reply import Reply
from textchat.live.blind.comparison import BlindComparison
from textchat.live.blind.journal import BlindJournal
from textchat.live.budget import Estimate, request_tokens
from textchat.live.context.context_edits import ContextEdits
from textchat.live.context.full_requests import WindowOf
from textchat.live.conversation_store import ConversationStore, Watcher, merged_with
from textchat.live.edits.removals import Removals
from textchat.live.edits.removed_prompt import RemovedPrompt
from textchat.live.edits.undo import Step, Undone, UndoStack
from textchat.live.pane_edits import PaneEdits
from textchat.live.prompts.outbox import Outbox
from textchat.live.prompts.prompt_queue import PromptQueue
from textchat.live.replies import Replies
from textchat.live.running_reply import ReplyServices, TaskStarter, start_task
from textchat.live.titles import Titles
from textchat.live.traces import Traces
from textchat.live.votes.voting import Voting
from textchat.store.history import History
from textchat.store.record import ConversationRecord

if TYPE_CHECKING:
    from textchat.live.replaying.playback import Playback

if TYPE_CHECKING:
    from textchat.live.merging.merges import Merges

LONGEST_CONTINUED = 300_000
"""Characters of a reply that is continued: all of it is drawn anew, as a reply that grows."""


class LiveConversation:
    """An open conversation: what waits for the store or a server is a coroutine, its value changes at once."""

    playback: Playback | None = None
    """Plays a recorded conversation here, or has played it."""

    def __init__(
        self,
        conversation: Conversation,
        history: History,
        services: ReplyServices,
        *,
        traces: Traces | None = None,
        titles: Titles | None = None,
        undo: UndoStack | None = None,
        is_private: bool = False,
        window_of: WindowOf | None = None,
        start: TaskStarter = start_task,
        watcher: Watcher | None = None,
        work_changed: Callable[[LiveConversation], None] = lambda live: None,
    ) -> None:
        """Replies are stored in `history`, like the conversation, and their wire traffic in `traces`.

        What is removed goes onto `undo`. `window_of` knows the context windows of models, else the settings do.
        `work_changed` is called when it may have become busy, or idle.
        """
        self.traces, self._titles = traces or Traces(), titles
        self.is_private = is_private
        """The history is one in memory because the user wants it so: nothing of it may touch the disk."""
        self.store = ConversationStore(conversation, history, watcher)
        """Keeps its value and stores each change; says what is not stored yet, and why."""
        self.store.work_changed = lambda: work_changed(self)
        journal = BlindJournal(history.requests, self.store)
        self._services = replace(services, store=self.store, journal=journal, tap=self.traces.begin)
        self._replies = Replies(self.store, self._services, start, self._reply_ended)
        self._undo = undo = undo or UndoStack()
        self.panes = PaneEdits(self.store, services.current, undo, services.default_persona)
        self.context = ContextEdits(self.store, self._replies, self._services, undo, window_of, is_private=is_private)
        """What is sent of each branch."""
        self._outbox = Outbox(self.store, self._replies, services.budget, self.context.full.fit)
        self._removals = Removals(self.store, self._replies, self._outbox, undo)
        self.blind = BlindComparison(self.store, self._replies, self._outbox, undo)
        """Hides which pane is which, and ends that without a vote."""
        self.votes = Voting(self.store, undo)
        """Casts votes; one that is cast while the models are hidden reveals them."""

    # -- what it is now ------------------------------------------------------------------------------------------------

    @property
    def conversation(self) -> Conversation:
        """The current tree and panes; growing replies are in it as they were at their beginning."""
        return self.store.conversation

    @property
    def replies(self) -> Mapping[str, Reply]:
        """The growing replies by pane id."""
        return self._replies.growing

    @property
    def queue(self) -> PromptQueue:
        """The prompts that wait for replies to end."""
        return self._outbox.queue

    @property
    def history(self) -> History:
        """The store of the conversation and of all that belongs to it."""
        return self.store.history

    @property
    def is_busy(self) -> bool:
        """Whether a reply grows here or is being stored, or a prompt waits or is on its way."""
        is_playing = self.playback is not None and self.playback.is_playing
        is_asking = bool(self._replies.growing or len(self.queue) or self._outbox.is_sending)
        return is_playing or is_asking or self.store.is_saving

    @property
    def watcher(self) -> Watcher | None:
        """The object notified of every change; it can be replaced or removed at any time."""
        return self.store.watcher

    @watcher.setter
    def watcher(self, watcher: Watcher | None) -> None:
        self.store.watcher = watcher

    @cached_property
    def merges(self) -> Merges:
        """Makes one reply of several; loaded by the first that is wanted."""
        from textchat.live.merging.merges import Merges

        return Merges(self.store, self._replies, self._outbox, self._services, self._undo, self.context.window_of)

    # -- asking --------------------------------------------------------------------------------------------------------

    async def send(self, text: str, pane_ids: Iterable[str], parts: tuple[Part, ...] = ()) -> bool:
        """Send a prompt to panes, or queue it where one of them still answers.

        False where a ceiling of the settings forbids it: then nothing has changed, and the watcher was told why.
        """
        return await self._outbox.send(text, pane_ids, parts)

    def take_back(self, prompt_id: str) -> RemovedPrompt | None:
        """Remove a prompt from the queue, to edit or discard it; None if it has been sent meanwhile."""
        return self._removals.take_back(prompt_id)

    def resume_queue(self) -> None:
        """Send the prompts that a cancel has held back."""
        self._outbox.resume()

    async def regenerate(self, pane_ids: Iterable[str]) -> bool:
        """Ask again for the last answer of each pane, or for the one that is missing; the old one stays a sibling.

        False where nothing was asked, as with all that asks again: it did not fit, a ceiling forbids it, or the panes
        are busy. Then nothing has changed, and the watcher was told why.
        """
        ids = tuple(pane_ids)
        merged = self._merges_in(self._free(ids))
        wanted = [pane_id for pane_id in ids if pane_id not in merged]
        is_asked = await self._outbox.ask(
            lambda now: asked_again(now, {pane_id: now.pane(pane_id).leaf_id for pane_id in self._free(wanted)})
        )
        return any([is_asked, *[await self.merges.again(pane_id, id_) for pane_id, id_ in merged.items()]])

    def _merges_in(self, pane_ids: Iterable[str]) -> dict[str, str]:
        """By pane, the merges that these panes end with."""
        last = {pane_id: last_said(self.conversation, self.conversation.pane(pane_id).leaf_id) for pane_id in pane_ids}
        return {pane_id: each.id for pane_id, each in last.items() if each is not None and each.merged is not None}

    async def ask_again(self, pane_id: str, message_id: str) -> bool:
        """Ask for an earlier message of this pane again: answer a prompt, or add a sibling to an answer or summary."""
        if self._can_ask_from(pane_id, message_id) and (asked := self.conversation.messages[message_id]).is_summary:
            return await self.context.summarise_again(pane_id, asked)
        if self._can_ask_from(pane_id, message_id) and self.conversation.messages[message_id].merged is not None:
            return await self.merges.again(pane_id, message_id)
        return await self._outbox.ask(
            lambda now: asked_again(now, {pane_id: message_id} if self._can_ask_from(pane_id, message_id) else {})
        )

    async def continue_answers(self, pane_ids: Iterable[str]) -> bool:
        """Let each pane's model continue its last answer; the longer version becomes a sibling."""
        leaves = {pane_id: self.conversation.pane(pane_id).leaf_id for pane_id in self._free(pane_ids)}
        last = {pane_id: last_said(self.conversation, leaf_id) for pane_id, leaf_id in leaves.items()}
        return await self._continue({pane_id: answer.id for pane_id, answer in last.items() if answer is not None})

    async def continue_earlier(self, pane_id: str, message_id: str) -> bool:
        """Let the model continue an earlier answer of this pane."""
        return await self._continue({pane_id: message_id})

    async def _continue(self, answer_ids: Mapping[str, str]) -> bool:
        wanted = {
            pane_id: id_
            for pane_id, id_ in answer_ids.items()
            if self._can_ask_from(pane_id, id_) and self._can_continue(self.conversation.messages[id_])
        }

        merged = {pane_id: id_ for pane_id, id_ in wanted.items() if self.conversation.messages[id_].merged is not None}
        wanted = {pane_id: id_ for pane_id, id_ in wanted.items() if pane_id not in merged}

        def longer(now: Conversation) -> Upcoming:
            return continued(
                now, {pane_id: now.messages[id_] for pane_id, id_ in wanted.items() if self._can_ask_from(pane_id, id_)}
            )

        is_asked = await self._outbox.ask(longer)
        return any(
            [is_asked, *[await self.merges.again(pane_id, id_, goes_on=True) for pane_id, id_ in merged.items()]]
        )

    def _can_continue(self, answer: Message) -> bool:
        """Whether a message can be continued; where one might think so, it is told why not."""
        if Mask(self.conversation).hides_text(answer):  # the new reply would begin with it
            self.store.tell_problem(HIDDEN_TEXT)
        elif answer.is_summary:
            self.store.tell_problem("A summary cannot be continued. Retry it for another version.")
        elif len(answer.text) > LONGEST_CONTINUED:
            self.store.tell_problem(
                f"Too long to continue: {len(answer.text):,} characters. Ask for the rest in a prompt."
            )
        else:
            return answer.role is Role.ASSISTANT
        return False

    async def edit(self, pane_id: str, message_id: str, text: str, parts: tuple[Part, ...] | None = None) -> bool:
        """Add an edited version of a message: a prompt is sent again, an answer is stored as it is.

        `parts` is what is attached to the prompt; None: what was attached before.
        False where nothing has changed: the pane answers, or it or the message has gone, or it may not be sent.
        """
        if not self._can_ask_from(pane_id, message_id):
            return False
        if self.conversation.messages[message_id].role is Role.USER:
            version_id = new_id()
            return await self._outbox.ask(
                lambda now: (
                    edited(now, pane_id, message_id, text, parts, version_id)
                    if self._can_ask_from(pane_id, message_id)
                    else Upcoming(now, ())
                )
            )
        turn = turns.edit_answer(self.conversation, pane_id, message_id, text)
        after, copies = with_summary_carried(self.conversation, turn.conversation, pane_id)
        await self.store.change(after, (*turn.prompts, *copies))
        return True

    async def estimate(self, text: str, pane_ids: Iterable[str], parts: tuple[Part, ...] = ()) -> Estimate | None:
        """The estimated cost of a prompt to these panes, by the prices known so far; None without a budget.

        Tokens are counted in a thread: a text may be long, and it is typed meanwhile.
        """
        budget, panes = self._services.budget, self.store.known_panes(pane_ids)
        if budget is None:
            return None
        planned = await asyncio.to_thread(budget.planned, Upcoming(self.conversation, panes, prompt=Draft(text, parts)))
        return budget.estimate(planned.values())

    async def estimate_in(self, form: Conversation, text: str, parts: tuple[Part, ...] = ()) -> Estimate | None:
        """As `estimate`, of a prompt to all panes of another form of this conversation, once their prices are known.

        Without text and parts, of what their branches ask for.
        """
        services, panes = self._services, tuple(pane.id for pane in form.panes)
        if services.budget is None:
            return None
        for model in {pane.model for pane in form.panes}:
            with suppress(ConfigurationError):  # its request will say so
                await services.metering.load_prices(services.catalog.open(model).settings)
        upcoming = Upcoming(form, panes, prompt=Draft(text, parts) if text or parts else None)
        return services.budget.estimate((await asyncio.to_thread(services.budget.planned, upcoming)).values())

    def request_tokens(self, pane_id: str, text: str, parts: tuple[Part, ...] = ()) -> int:
        """Estimated tokens of a request for a prompt in this pane."""
        pane = self.conversation.pane(pane_id)
        return request_tokens(self._services.metering, self.conversation, pane, prompt_messages(Draft(text, parts)))

    def play(self, record: ConversationRecord, clock: PlayClock, start: TaskStarter | None) -> None:
        """Play a recorded conversation in the panes of this one, which is new; until its end nothing can be sent.

        Without `start` its turns wait for `Playback.play_turn`.
        """
        from textchat.live.replaying.playback import Playback  # no other conversation needs it

        playback = self.playback = Playback(self.store, self._replies, record, clock)
        self._outbox.refusal = playback.refusal
        if start is not None:
            start(playback.run(), f"replay-{self.conversation.id}")

    # -- the end of replies --------------------------------------------------------------------------------------------

    def cancel(self, pane_id: str) -> bool:
        """Cancel the reply of this pane and close its connection; its text stays. False if there is none."""
        return self._replies.end(pane_id, Status.CANCELLED)

    def cancel_all(self) -> bool:
        """Cancel every reply that grows here; False if there is none."""
        return self._replies.end_all(Status.CANCELLED)

    def interrupt(self) -> None:
        """Interrupt every reply, because the program ends, and send nothing more."""
        self._outbox.close()
        if self.playback is not None:
            self.playback.give_up()
        self.context.full.give_up()
        self._replies.end_all(Status.INTERRUPTED)

    async def aclose(self) -> None:
        """Interrupt every reply, and return once all that can be stored is stored."""
        self.interrupt()
        await self.store.finish_tasks()
        await self.store.save_again()

    def _reply_ended(self, pane_id: str, reply: Reply, message: Message) -> None:
        self._outbox.reply_ended(pane_id, reply.status)
        if self.watcher is not None:
            self.watcher.reply_ended(reply, message)
        if self._titles is not None:
            before = self.conversation.title
            self._titles.consider(self.conversation, message, lambda title: self._retitle(before, title))
        self._outbox.send_next()

    async def _retitle(self, before: str, title: str) -> None:
        """Set a title from a model, unless the user has given one meanwhile."""
        if self.conversation.title == before:
            await self.rename(title)

    def _free(self, pane_ids: Iterable[str]) -> list[str]:
        """Those of the panes that still exist, are not empty and have no growing reply."""
        growing = self._replies.growing
        known = [self.conversation.pane(pane_id) for pane_id in self.store.known_panes(pane_ids)]
        return [pane.id for pane in known if pane.leaf_id is not None and pane.id not in growing]

    def _can_ask_from(self, pane_id: str, message_id: str) -> bool:
        return self._is_there(pane_id, message_id) and pane_id not in self._replies.growing

    def _is_there(self, pane_id: str, message_id: str) -> bool:
        return message_id in self.conversation.messages and bool(self.store.known_panes((pane_id,)))

    # -- the tree and its panes ----------------------------------------------------------------------------------------

    async def rename(self, title: str) -> None:
        await self.store.change(replace(self.conversation, title=title))

    async def close_pane(self, pane_id: str) -> Step | None:
        """Close a pane unless it is the last; its reply is cancelled, its branch stays. None: nothing was closed."""
        return await self._removals.close_pane(pane_id)

    async def choose(self, pane_id: str) -> Step | None:
        """Continue with this pane alone; replies of the others are cancelled and kept as versions."""
        return await self._removals.choose(pane_id)

    async def delete_message(self, message_id: str) -> Step | None:
        """Delete a message and all below it; replies that grow there are cancelled. None: it is gone already.

        Of a summary that has ended, what stands below it stays.
        """
        message = self.conversation.messages.get(message_id)
        if message is not None and message.is_summary and not message.is_growing:
            return self.context.delete(message_id)
        return await self._removals.delete_message(message_id)

    async def bring_back(self, step: Step) -> Undone:
        """Take a removal of this conversation back, and keep what is newer."""
        return await self._removals.bring_back(step)

    async def open_siblings(self, pane_id: str, message_id: str) -> None:
        if self._is_there(pane_id, message_id) and not self.panes.refused_while_blind():
            await self.store.change(turns.open_siblings(self.conversation, pane_id, message_id))

    async def catch_up(self) -> bool:
        """Merge what another textchat wrote into this conversation; raises StoreError.

        False while something grows or waits or changes here: then it is too early.
        """
        before = self.conversation
        if self.is_busy or self.store.unsaved:
            return False
        stored = await self.history.load(before.id) if before.messages else None
        if self.conversation is not before:
            return False
        if stored is not None and (now := merged_with(before, stored)) != before:
            self.store.conversation = now
            self.store.tell_change()
        return True

    async def walk_siblings(self, pane_id: str, message_id: str, step: int) -> None:
        if self._can_ask_from(pane_id, message_id):
            await self.store.change(turns.walk_siblings(self.conversation, pane_id, message_id, step))

    async def branch_off(self, pane_id: str, message_id: str) -> None:
        """Branch off at an earlier message; what followed it stays as another branch."""
        if self._can_ask_from(pane_id, message_id):
            pane = replace(self.conversation.pane(pane_id), leaf_id=message_id)
            await self.store.change(self.conversation.with_pane(pane))

    async def vote(self, pane_id: str, *, is_tie: bool = False) -> None:
        """Vote for the answer of this pane or for a tie; a second call withdraws it. Raises NothingToVoteOn."""
        if self.store.known_panes((pane_id,)):
            await (self.votes.tie(pane_id) if is_tie else self.votes.best(pane_id))
