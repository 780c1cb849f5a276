"""What is typed and not sent is on the disk half a second later, and back in the input bar when one returns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events, on
from textual.timer import Timer
from textual.widgets import TextArea

from textchat.core.store_error import StoreError
from textchat.ui.conversation.live_screen import LiveScreen
from textchat.ui.input.input_bar import InputBar
from textchat.ui.messages import ConversationChanged

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation
    from textchat.live.conversation import LiveConversation

PAUSE_S = 0.4
"""How long what is typed may wait until it is given to the store."""

Place = tuple[bool, str | None]
"""Whose draft: whether it is a private conversation's, and its id; None for the new one, which is not stored yet."""


@dataclass(frozen=True, slots=True)
class Left:
    """A conversation that is not on the screen any more."""

    live: LiveConversation
    typed: str
    """What stood in the input bar."""


class Drafts(LiveScreen):
    """Each conversation has a draft: prompts that are being sent or wait in its queue, and what stands in the input
    bar. So nothing that was typed is ever in the memory alone."""

    def __init__(self) -> None:
        super().__init__()
        self._draft_timer: Timer | None = None
        self._bar: InputBar | None = None
        self._sending: list[str] = []
        self._left: dict[Place, Left] = {}
        self._stored: dict[Place, str] = {}
        """What the store has, as far as this program knows."""
        self._place: Place = (False, None)
        self._prompts: list[str] = []
        """Sent since the start, but for those of private conversations."""

    # -- typed where nothing else takes it: in the list of conversations, or without a focus, which there is none of
    #    before the first paint, and in a terminal that has lost its own ---------------------------------------------

    def on_key(self, event: events.Key) -> None:
        is_reading = any(
            view.message_list is self.focused for view in self.views.values()
        )  # letters are commands there
        if event.is_printable and not is_reading and event.key not in self.active_bindings:
            self._write(event.character or "")
            event.stop()

    def on_paste(self, event: events.Paste) -> None:
        if not isinstance(self.focused, TextArea):  # one that has taken it lets it pass
            self._write(event.text)

    def _write(self, text: str) -> None:
        self.input_bar.focus()
        self.input_bar.insert(text)

    # -- keeping -----------------------------------------------------------------------------------------------------

    @on(InputBar.Changed)
    @on(ConversationChanged)
    def _typed(self) -> None:
        # A timer only while something waits to be kept, never one a key.
        if self._draft_timer is None and self.is_built and self._draft != self._stored.get(self._place_now, ""):
            self._draft_timer = self.set_timer(PAUSE_S, self.keep_draft)

    def sending(self, text: str) -> None:
        """A prompt left the input bar; until it is stored, or taken back, it belongs to the draft."""
        self._sending.append(text)
        if not self.live.is_private:
            self._prompts.append(text)

    def sent(self, text: str) -> None:
        """It is stored, or waits in the queue, or is back in the input bar."""
        self._sending.remove(text)
        self._typed()

    def keep_draft(self) -> None:
        """Store what is typed and not sent, as it is now."""
        self._stop_timer()
        self.do(self._store_draft(self.live, self._draft))

    def _stop_timer(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None

    @property
    def _place_now(self) -> Place:
        return _place_of(self.live)

    @property
    def _draft(self) -> str:
        typed = "" if self._bar is None else self._bar.text
        return _joined(*self._sending, *_waiting(self.live), typed)

    async def _store_draft(self, live: LiveConversation, text: str) -> None:
        place = _place_of(live)
        if live.unsaved and not text:
            return  # the prompt could not be stored: its draft is all that the disk has of it
        await self._put(live, place, text)
        if live is self.live and self._place != place:  # the new conversation is stored now, and has a draft of its own
            before, self._place = self._place, place
            if before[0] == place[0]:
                await self._put(live, before, "")

    async def _put(self, live: LiveConversation, place: Place, text: str) -> None:
        if self._stored.get(place, "") == text:
            return
        self._stored[place] = text
        try:
            await live.history.save_draft(place[1], text)
        except StoreError as error:
            self._stored.pop(place, None)
            self.storing_failed(error)

    async def on_unmount(self) -> None:
        """The last half second, and what has left the queue of a conversation that is not on the screen."""
        self._stop_timer()
        if self.is_built:
            await self._store_draft(self.live, self._draft)
            for left in self._left.values():
                await self._store_draft(left.live, _joined(*_waiting(left.live), left.typed))

    # -- one conversation after the other ----------------------------------------------------------------------------

    def put_draft_away(self) -> None:
        """Another conversation comes: keep what is typed with this one, and leave nothing of it in the input bar."""
        self.keep_draft()
        self._left[self._place_now] = Left(self.live, self.input_bar.text)
        self.input_bar.forget()

    async def restore_draft(self) -> None:
        """Put the conversation's draft into the input bar, above what has been typed there meanwhile."""
        live, place = self.live, self._place_now
        self._bar = self.input_bar
        self._place = place
        self.input_bar.remember(_prompts_of(live.conversation, self._prompts))
        left = self._left.pop(place, None)
        text = await self._stored_draft(live, place) if left is None else left.typed
        if text and live is self.live:
            self.input_bar.put_back(text)

    async def _stored_draft(self, live: LiveConversation, place: Place) -> str:
        try:
            text = self._stored[place] = await live.history.draft(place[1])
        except StoreError as error:
            self.problem(str(error))
            return ""
        return text


def _place_of(live: LiveConversation) -> Place:
    return live.is_private, live.conversation.id if live.conversation.messages else None


def _waiting(live: LiveConversation) -> Iterator[str]:
    return (prompt.text for prompt in live.queue)


def _joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _prompts_of(conversation: Conversation, sent: list[str]) -> list[str]:
    """What Up walks through, each once, the newest last: prompts of this run, and nearest those of the conversation."""
    own = [message.text for message in conversation.messages.values() if message.is_prompt]
    return list(reversed(dict.fromkeys(reversed([*sent, *own]))))
