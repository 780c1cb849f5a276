"""Starts and ends the replies of one conversation, at most one per pane, each after what leads to it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from textchat.core.configuration import ProviderSettings
from textchat.core.context.sent import sent_of
from textchat.core.context.upcoming import going_on
from textchat.core.conversation import Conversation, Message, Pane, Status
from textchat.core.events import StreamEvent
from textchat.core.figures.continued import continued_by, version_continued_by
from textchat.core.figures.media.input_parts import tokens_of_input_parts
from textchat.core.figures.tokens import estimate_input_tokens
from textchat.core.merging.merged import Merged
from textchat.core.parameters import Parameters
from textchat.core.personas.examples import with_examples
from textchat.core.reply import Phase, Reply
from textchat.live.budget import Allowance
from textchat.live.conversation_store import ConversationStore
from textchat.live.running_reply import ModelOpener, ReplyServices, RunningReply, TaskStarter

LONGEST_UNTOLD_S = 0.05
"""Seconds that a new turn may wait for its requests to leave before it is drawn: no slow disk or connection is seen."""


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """What a merge is asked with."""

    merged: Merged
    parameters: Parameters
    messages: tuple[Message, ...]
    notes: tuple[str, ...] = ()
    """Sentences to be known about the reply once it is complete."""


class Replies:
    """Starts and ends the replies of the conversation in `store`; `on_end` is called with the pane's id.

    It observes each of them, and notifies the watcher of the conversation.
    """

    def __init__(
        self,
        store: ConversationStore,
        services: ReplyServices,
        start: TaskStarter,
        on_end: Callable[[str, Reply, Message], None],
    ) -> None:
        self._store = store
        self._services = services
        self._start = start
        self._on_end = on_end
        self._running: dict[str, RunningReply] = {}
        self._unsettled: dict[str, tuple[Reply, asyncio.Event]] = {}
        """By id, replies that grow or whose figures are still being completed; the event is set when they are."""
        self._departures: set[asyncio.Event] = set()
        """One for each prompt whose requests have not all left; set when a reply has changed."""
        self._awaited: dict[str, asyncio.Future[Message]] = {}
        """By id, the ends of summaries that somebody waits for."""
        store.moved = self._moved

    @property
    def growing(self) -> Mapping[str, Reply]:
        """The growing replies by pane id."""
        return {pane_id: running.reply for pane_id, running in self._running.items()}

    async def ask(
        self,
        pane_ids: Iterable[str],
        allowance: Allowance,
        new: tuple[Message, ...] = (),
        prefixes: Mapping[str, str] | None = None,
        merge: MergeRequest | None = None,
    ) -> None:
        """Start a reply under the leaf of each pane, once the leaf and the `new` messages are stored.

        `prefixes` are the texts that the replies of panes begin with. For a `merge`, its messages are sent in place of
        the branch.

        They are told when the requests have left: to draw a turn takes longer than to send it, and would come between
        the first request and the last.
        """
        begun = [self._begin(pane_id, allowance, (prefixes or {}).get(pane_id, ""), merge) for pane_id in pane_ids]
        if begun:
            await self._send(begun, new)

    async def summarise(
        self,
        pane_id: str,
        model: str,
        parameters: Parameters,
        messages: tuple[Message, ...],
        *,
        covers: str,
        reply_id: str = "",
    ) -> Message:
        """Let a model write a summary under the leaf of a pane, in answer to `messages`; returns it once it has ended.

        It stands for the message `covers` and all above that.
        """
        conversation = self._store.conversation
        pane = conversation.pane(pane_id)
        asked = new_reply(conversation.id, replace(pane, model=model, parameters=parameters), messages, "", reply_id)
        asked.parent_id, asked.covers = pane.leaf_id, covers
        ended: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._awaited[asked.id] = ended
        running = self._running[pane_id] = RunningReply(asked, messages, self._services, self, self._store.run)
        self._unsettled[asked.id] = (asked, asyncio.Event())
        self._store.conversation = with_reply(conversation, pane, asked)
        await self._send([running], ())
        return await ended

    async def play(self, pane_id: str, reply: Reply, opener: ModelOpener, new: tuple[Message, ...] = ()) -> None:
        """Let a reply grow in a pane out of what `opener` gives: nobody is asked, and it costs nothing."""
        conversation = self._store.conversation
        pane = conversation.pane(pane_id)
        services = replace(self._services, opener=opener, journal=None, budget=None, tap=_untapped)
        running = self._running[pane_id] = RunningReply(reply, (), services, self, self._store.run)
        self._unsettled[reply.id] = (reply, asyncio.Event())
        self._store.conversation = with_reply(conversation, pane, reply)
        await self._send([running], new)

    async def _send(self, begun: Sequence[RunningReply], new: tuple[Message, ...]) -> None:
        telling = asyncio.get_running_loop().call_later(LONGEST_UNTOLD_S, self._store.tell_change)
        await self._store.save((*new, *(running.reply.freeze() for running in begun)))
        for running in begun:
            running.start(self._start)
        self._store.run(self._tell_when_left([running.reply for running in begun], telling))

    def end(self, pane_id: str, status: Status) -> bool:
        """End the reply of this pane now and close its connection; its text stays. False if there is none."""
        running = self._running.get(pane_id)
        if running is None:
            return False
        running.end(status)
        return True

    def end_all(self, status: Status) -> bool:
        """Like `end`, for every pane; False if no reply grows anywhere."""
        growing = tuple(self._running)
        for pane_id in growing:
            self.end(pane_id, status)
        return bool(growing)

    def _begin(self, pane_id: str, allowance: Allowance, prefix: str, merge: MergeRequest | None) -> RunningReply:
        conversation = self._store.conversation
        pane = conversation.pane(pane_id)
        branch = conversation.branch(pane.leaf_id)
        sent = sent_of(branch, pane.sent_from).messages if merge is None else merge.messages
        asked = pane if merge is None else replace(pane, parameters=merge.parameters)
        reply = new_reply(conversation.id, asked, branch, prefix, allowance.take(pane_id), sent=sent)
        if merge is not None:
            reply.merged = merge.merged
            reply.notes.extend(merge.notes)
        continued = version_continued_by(reply, conversation)
        if continued is not None:
            reply.received.go_on_from(continued.parts, continued.citations)
        _, is_settled = self._unsettled.get("" if continued is None else continued.id, (None, None))
        messages = _request_messages(sent, reply)
        running = RunningReply(reply, messages, self._services, self, self._store.run, is_settled)
        self._running[pane_id] = running
        self._unsettled[reply.id] = (reply, asyncio.Event())
        reply.earlier = continued_by(reply, conversation)
        reply.known_notes = _notes_on(pane.model, conversation, branch)
        self._store.conversation = with_reply(conversation, pane, reply)
        return running

    async def _tell_when_left(self, replies: Sequence[Reply], latest: asyncio.TimerHandle) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(latest.when()):
                await self._until_left(replies)
        latest.cancel()
        self._store.tell_change()

    async def _until_left(self, replies: Sequence[Reply]) -> None:
        """Wait until nothing more can be done here for the requests of these replies to leave."""
        changed = asyncio.Event()
        self._departures.add(changed)
        try:
            while any(reply.phase is Phase.WAITING and not reply.was_sent for reply in replies):
                await changed.wait()
                changed.clear()
        finally:
            self._departures.discard(changed)

    def _moved(self, messages: Iterable[Message]) -> list[asyncio.Event]:
        unsettled = [(self._unsettled[message.id], message) for message in messages if message.id in self._unsettled]
        for (reply, _), message in unsettled:
            reply.parent_id = message.parent_id
        return [is_settled for (_, is_settled), _ in unsettled]

    # -- as the observer of each ---------------------------------------------------------------------------------------

    def took(self, reply: Reply, event: StreamEvent) -> None:
        """No-op: `changed` follows each event."""

    def changed(self, reply: Reply) -> None:
        for departure in self._departures:
            departure.set()
        if self._store.watcher is not None:
            self._store.watcher.reply_changed(reply)

    def ended(self, reply: Reply, message: Message) -> None:
        pane_id = next(pane_id for pane_id, running in self._running.items() if running.reply is reply)
        del self._running[pane_id]
        for departure in self._departures:
            departure.set()
        self._store.conversation = self._store.conversation.with_message(message)
        self._on_end(pane_id, reply, message)
        if (awaited := self._awaited.pop(reply.id, None)) is not None and not awaited.done():
            awaited.set_result(message)

    def settled(self, reply: Reply, message: Message) -> bool:
        """Take in the final figures, unless the message was deleted meanwhile."""
        self._unsettled.pop(reply.id)[1].set()
        known = self._store.conversation.messages.get(message.id)
        if known is not None and known != message:
            self._store.conversation = self._store.conversation.with_message(message)
            for later, _ in self._unsettled.values():  # which may continue it
                later.earlier = continued_by(later, self._store.conversation)
            self._store.tell_change()
        if known is None and (deleted := self._store.deleted.get(message.id)) is not None:
            deleted[message.id] = message
        return known is not None


def _untapped(reply_id: str, provider: ProviderSettings) -> None:
    """Nothing goes over a wire."""


def new_reply(
    conversation_id: str,
    pane: Pane,
    branch: tuple[Message, ...],
    prefix: str = "",
    reply_id: str = "",
    *,
    sent: tuple[Message, ...] | None = None,
) -> Reply:
    """Create a reply of the pane's model to `branch`; its text begins with `prefix`.

    `reply_id` is the id that its request is reserved under, if it is; `sent` is what is sent, where that is not all.
    """
    sent = with_examples(branch if sent is None else sent, pane.parameters)
    return Reply(
        conversation_id=conversation_id,
        parent_id=branch[-1].id if branch else None,
        model=pane.model,
        parameters=pane.parameters,
        prefix=prefix,
        input_tokens=estimate_input_tokens(sent, pane.parameters.system) + tokens_of_input_parts(sent, pane.model),
        reply_id=reply_id,
    )


def _notes_on(model: str, conversation: Conversation, branch: tuple[Message, ...]) -> list[str]:
    """What was said of the answers of a model in a branch, and of the versions that stand beside its next message."""
    versions = (conversation.messages[id_] for id_ in conversation.children(branch[-1].id)) if branch else ()
    return [message.note for message in (*branch, *versions) if message.note and message.model == model]


def with_reply(conversation: Conversation, pane: Pane, reply: Reply) -> Conversation:
    """A copy of the conversation with the growing `reply` as the leaf of `pane`."""
    asked = conversation.with_message(reply.freeze()).with_pane(replace(pane, leaf_id=reply.id))
    return asked if asked.blind is None else replace(asked, blind=asked.blind.with_answer(reply.id, pane.id))


def _request_messages(sent: tuple[Message, ...], reply: Reply) -> tuple[Message, ...]:
    """What is `sent` and, if the reply continues a text, that text and the wish to go on."""
    if not reply.text_chunks:
        return sent
    stopped = replace(reply.freeze(), reasoning="")
    return (*sent, *going_on(stopped))
