"""What the screen shows of its conversation: all of it, or in a blind comparison what does not tell a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.blind.masks import Mask
from textchat.core.conversation import Status
from textchat.ui.blind.shown_replies import ShownReplies

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation
    from textchat.core.reply import Reply


class Shown:
    """The one place that the screen asks for what it draws: it looks nowhere else whether a comparison is blind."""

    def __init__(self) -> None:
        self.growing = ShownReplies()
        self._mask: tuple[Conversation, Mask] | None = None
        self._known: tuple[Conversation, frozenset[str], Conversation] | None = None
        """Of the last question: the conversation, which of its answers are not shown whole yet, and what is shown."""

    def mask(self, conversation: Conversation) -> Mask:
        """What is shown of the values of a conversation."""
        if self._mask is None or self._mask[0] is not conversation:
            self._mask = conversation, Mask(conversation)
        return self._mask[1]

    def conversation(self, conversation: Conversation, growing: Mapping[str, Reply]) -> Conversation:
        """The conversation as it may be seen; an answer that is not shown whole yet still grows in it."""
        if conversation.blind is None:
            self._known = None
            return conversation
        late = frozenset(reply.id for reply in self.replies(conversation, growing).values())
        if self._known is None or self._known[0] is not conversation or self._known[1] != late:
            self._known = conversation, late, _as_seen(self.mask(conversation).conversation(), late)
        return self._known[2]

    def replies(self, conversation: Conversation, growing: Mapping[str, Reply]) -> Mapping[str, Reply]:
        """The replies that grow on the screen, by the ids of their panes."""
        return self.growing.by_pane(conversation, growing, self.mask(conversation))


def _as_seen(masked: Conversation, growing: frozenset[str]) -> Conversation:
    """The same without thoughts, which tell who has some, and with these answers as they are while they grow."""
    messages = {
        id_: replace(message, status=Status.GROWING, text="", reasoning="", error=None)
        if id_ in growing
        else replace(message, reasoning="")
        if message.reasoning
        else message
        for id_, message in masked.messages.items()
    }
    return replace(masked, messages=messages)
