"""Stores what is not sent after half a second, and restores it when its conversation is shown again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from textchat.core.parts.draft import Draft, joined
from textchat.core.store_error import StoreError
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import RunWork, SetTimer, Timer

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation
    from textchat.live.conversation import LiveConversation
    from textchat.store.history import History

PAUSE_S = 0.4
"""How long what is typed may wait until it is given to the store, in seconds."""
MOST_PROMPTS, MOST_CHARACTERS = 500, 1_000_000
"""Of the prompts that were sent since the start, so many of the last can be sent again in any conversation."""

DraftKey = tuple[bool, str | None]
"""Identifies a draft: whether its conversation is private, and its id; None for a new one, not stored yet."""


class PromptField(Protocol):
    """The part of the input bar that drafts need."""

    @property
    def draft(self) -> Draft: ...

    def put_back(self, draft: Draft) -> None: ...

    def remember(self, prompts: Iterable[Draft]) -> None: ...

    def forget(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LeftConversation:
    """A conversation that is not on the screen any more."""

    live: LiveConversation | None
    """As long as prompts may wait in it; None once it was let go."""
    history: History
    typed: Draft
    """What the input bar held when it was left."""


class DraftKeeper:
    """Stores and restores the draft of each conversation.

    A draft is the prompts that could not be stored or are being sent, and what the input bar holds, so that nothing
    that was typed is ever in memory alone. Prompts that wait for some of several panes are stored with their
    conversation instead.
    """

    def __init__(
        self, current: CurrentConversation, field: PromptField, *, set_timer: SetTimer, run: RunWork, notices: Notices
    ) -> None:
        self._current = current
        self._field = field
        self._set_timer = set_timer
        self._run = run
        self._notices = notices
        self._timer: Timer | None = None
        self._is_restored = False
        """Before the first draft is back in the input bar, what is typed there would replace it in the store."""
        self._sending: list[tuple[LiveConversation, Draft]] = []
        """What is on its way, with the conversation that it is for."""
        self._left: dict[DraftKey, LeftConversation] = {}
        self._stored: dict[DraftKey, Draft] = {}
        """What the store has, as far as this program knows."""
        self._key: DraftKey = (False, None)
        """The key of the draft on the screen when it was last stored."""
        self._prompts: deque[Draft] = deque(maxlen=MOST_PROMPTS)
        """Sent since the start, but for those of private conversations; the content of their files is in the store."""

    # -- keeping -----------------------------------------------------------------------------------------------------

    def typed(self) -> None:
        """Store the draft after a pause; call it when the input bar or the queue may have changed."""
        # A timer only while something waits to be kept, never one a key.
        if self._timer is not None or not self._is_restored:
            return
        if self._draft != self._stored.get(_key_of(self._current.live), Draft()):
            self._timer = self._set_timer(PAUSE_S, self.keep)

    def sending(self, draft: Draft) -> None:
        """Add a prompt that left the input bar, or an edit, to the draft of the conversation, until `sent`."""
        self._sending.append((self._current.live, draft))
        if not self._current.live.is_private:
            self._prompts.append(replace(draft, parts=tuple(part.without_data() for part in draft.parts)))
            while sum(len(prompt.text) for prompt in self._prompts) > MOST_CHARACTERS:
                self._prompts.popleft()  # its conversation has it, as those of earlier runs
        self.typed()

    def sent(self, draft: Draft) -> None:
        """Remove a prompt from the draft: it is stored, in the queue, or back in the input bar."""
        self._sending.remove(next(each for each in self._sending if each[1] == draft))
        self.typed()

    def put_back(self, live: LiveConversation, draft: Draft) -> None:
        """Return what was not sent to the input bar of its conversation, for the next time if that was left."""
        if _place_of(live) == _place_of(self._current.live):
            self._field.put_back(draft)
            return
        place = next((place for place, left in self._left.items() if left.live is live), _place_of(live))
        left = self._left.get(place, LeftConversation(None, live.history, Draft()))
        self._left[place] = left = replace(left, typed=joined((draft, left.typed)))
        self._run(self._store(live, joined((*live.store.unstored_prompts, *_waiting(live), left.typed))))

    def keep(self) -> None:
        """Store the draft as it is now."""
        self._stop_timer()
        self._run(self._store(self._current.live, self._draft))

    async def close(self) -> None:
        """Store the drafts of all conversations at the end of the program."""
        self._stop_timer()
        live = self._current.live
        await live.store.save_again()  # a prompt that is stored now is no draft any more
        await self._store(live, self._draft)
        drafts = {_key_of(live): self._draft}
        for place, left in self._left.items():
            key, draft = place, left.typed
            if left.live is not None:
                key, draft = (
                    _key_of(left.live),
                    joined((*self._unsent(left.live), draft)),
                )
            # Several may have no place of their own in the store.
            drafts[key] = joined((drafts.get(key, Draft()), draft))
            await self._put(left.history, key, drafts[key])

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    @property
    def _draft(self) -> Draft:
        return joined((*self._unsent(self._current.live), self._field.draft))

    def _unsent(self, live: LiveConversation) -> Iterator[Draft]:
        """What has left the input bar and is nowhere else."""
        yield from live.store.unstored_prompts
        yield from (draft for sender, draft in self._sending if sender is live)
        yield from _waiting(live)

    async def _store(self, live: LiveConversation, draft: Draft) -> None:
        key = _key_of(live)
        await self._put(live.history, key, draft)
        if live is self._current.live and self._key != key:  # the new conversation is stored, with a draft of its own
            before, self._key = self._key, key
            if before[0] == key[0]:
                await self._put(live.history, before, Draft())

    async def _put(self, history: History, key: DraftKey, draft: Draft) -> None:
        if self._stored.get(key, Draft()) == draft:
            return
        self._stored[key] = draft
        try:
            await history.save_draft(key[1], draft.text, draft.parts)
        except StoreError as error:
            self._stored.pop(key, None)
            self._notices.not_stored(error)

    # -- one conversation after the other ----------------------------------------------------------------------------

    def put_away(self) -> None:
        """Store the draft and clear the input bar, before another conversation is shown."""
        self.keep()
        live = self._current.live
        self._left[_place_of(live)] = LeftConversation(live, live.history, self._field.draft)
        self._field.forget()

    def let_go(self, live: LiveConversation) -> None:
        """Keep no more of a conversation that was left than what was typed there: it does nothing any more."""
        for key, left in self._left.items():
            if left.live is live:
                self._left[key] = replace(left, live=None)
                if self._stored.get(key, Draft()) != left.typed:  # what waited was sent meanwhile
                    self._run(self._store(live, left.typed))
                return

    async def restore(self) -> None:
        """Put the conversation's draft into the input bar, above text typed there meanwhile."""
        live = self._current.live
        self._key = key = _key_of(live)
        here = [prompt for prompt in self._prompts if not (live.is_private and prompt.parts)]  # files of another store
        self._field.remember(_prompts_of(live.conversation, here))
        left = self._left.pop(_place_of(live), None)
        if left is not None:
            draft = left.typed
        elif key[1] is None and key in self._stored:
            # What is stored there by now is of a conversation that was left before it was stored itself.
            draft = Draft()
        else:
            draft = await self._load(live, key)
        if draft != Draft() and live is self._current.live:
            self._field.put_back(draft)
        self._is_restored = True
        self.typed()  # what was typed meanwhile is not stored yet

    async def _load(self, live: LiveConversation, key: DraftKey) -> Draft:
        with self._notices.store_problems():
            text, parts = await live.history.draft(key[1]), await live.history.draft_parts(key[1])
            draft = self._stored[key] = Draft(text, parts)
            return draft
        return Draft()


def _key_of(live: LiveConversation) -> DraftKey:
    """Where the draft is found at the next start: that of a conversation that could not be stored in the new one."""
    return live.is_private, live.conversation.id if live.store.is_stored else None


def _place_of(live: LiveConversation) -> DraftKey:
    return live.is_private, live.conversation.id if live.conversation.messages else None


def _waiting(live: LiveConversation) -> Iterator[Draft]:
    return (Draft(prompt.text, prompt.parts) for prompt in live.queue if not live.store.keeps_queue)


def _prompts_of(conversation: Conversation, sent: list[Draft]) -> list[Draft]:
    """The prompts for Up, without duplicates, newest last: those of this run, then those of the conversation."""
    messages = conversation.messages.values()
    own = [Draft(message.text, message.parts) for message in messages if message.is_prompt]
    return list(reversed(dict.fromkeys(reversed([*sent, *own]))))
