"""The growing replies of the conversation on the screen as they are shown: when compared blind, by letters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import TYPE_CHECKING

from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.render.common_pace import CommonPace
from textchat.ui.blind.blind_reply import BlindReply

if TYPE_CHECKING:
    from textchat.core.blind.blind import Blind
    from textchat.core.blind.masks import Mask
    from textchat.core.conversation import Conversation, Message


class ShownReplies:
    """Follows the replies of the panes that are compared blind, all at one pace where that is wished.

    What has ended is among them until all of it is shown. `clock` counts seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._blind: dict[str, BlindReply] = {}
        """By pane."""
        self._pace: CommonPace | None = None
        """None: what comes is shown at once."""
        self._whole: set[str] | None = None
        """The ids of answers that are shown whole; None until it was looked which were there from the beginning."""

    def forget(self) -> None:
        """Follow nothing any more, as when another conversation is shown."""
        self._blind.clear()
        self._whole = None

    def by_pane(self, conversation: Conversation, growing: Mapping[str, Reply], mask: Mask) -> Mapping[str, Reply]:
        """The replies to be shown by the ids of their panes; outside of a comparison those that are `growing`."""
        blind = conversation.blind
        if blind is None:
            self.forget()
            return growing
        if self._whole is None:
            running = {reply.id for reply in growing.values()}
            self._whole = {id_ for id_ in conversation.messages if id_ not in running}
        self._let_go(conversation)
        for pane_id, reply in self._to_follow(conversation, blind, growing, self._whole):
            if not self._blind:
                self._pace = CommonPace(self._clock) if blind.is_paced else None
            self._blind[pane_id] = BlindReply(reply, mask.answer_name(reply.id, reply.model) or "")
        return {**growing, **self._blind}

    def _to_follow(
        self, conversation: Conversation, blind: Blind, growing: Mapping[str, Reply], whole: Set[str]
    ) -> Iterator[tuple[str, Reply]]:
        """Replies that are not followed yet, by pane: also those that have ended before they were drawn once."""
        for pane in conversation.panes:
            known, reply = self._blind.get(pane.id), growing.get(pane.id)
            message = conversation.messages.get(pane.leaf_id or "")
            if reply is not None and (known is None or known.followed is not reply):
                yield pane.id, reply
            elif reply is None and known is None and message is not None and _is_news(message, blind, whole):
                yield pane.id, _ended(message, conversation.id)

    def show_whole(self, pane_ids: Iterable[str]) -> bool:
        """Show at once what has come in these panes, and hold back nothing more; False if none of them is followed."""
        followed = [self._blind[pane_id] for pane_id in pane_ids if pane_id in self._blind]
        for reply in followed:
            reply.is_hurried = True
        return bool(followed)

    def advance(self) -> Set[str]:
        """Show what may be shown by now of those that are followed; the ids of replies that look different then."""
        if not self._blind:
            return frozenset()
        arrived = {pane_id: reply.take_in() for pane_id, reply in self._blind.items()}
        if self._pace is None:
            shown, is_held = max((text.characters for text in arrived.values()), default=0), False
        else:
            shown, is_held = self._pace.advance(arrived), self._pace.is_standing
        return {reply.id for reply in self._blind.values() if reply.reveal(shown, is_held=is_held)}

    @property
    def is_behind(self) -> bool:
        """Whether more will be shown without new input."""
        return bool(self.ids) and self._pace is not None and self._pace.is_behind

    @property
    def ids(self) -> Set[str]:
        """The ids of those that are not shown whole yet, be they ended or not."""
        return {reply.id for reply in self._blind.values() if not reply.is_shown_whole}

    def _let_go(self, conversation: Conversation) -> None:
        """Follow no reply that is shown whole, or that its pane does not end with any more."""
        leaves = {pane.id: pane.leaf_id for pane in conversation.panes}
        for pane_id, reply in list(self._blind.items()):
            if leaves.get(pane_id) != reply.id or reply.is_shown_whole:
                del self._blind[pane_id]
                if self._whole is not None:
                    self._whole.add(reply.id)


def _is_news(message: Message, blind: Blind, whole: Set[str]) -> bool:
    """Whether an answer has ended and is to be shown at the pace of the others."""
    return blind.is_paced and message.id in blind.answers and message.id not in whole and not message.is_growing


def _ended(message: Message, conversation_id: str) -> Reply:
    """A message as the reply that it was."""
    reply = Reply(
        conversation_id=conversation_id, parent_id=message.parent_id, model=message.model or "", reply_id=message.id
    )
    reply.feed(TextDelta(message.text))
    reply.end(message.status)
    return reply
