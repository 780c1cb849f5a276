"""What the screen shows of its conversation: all of it, or in a blind comparison what does not tell a model."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.blind.masks import HIDDEN_TEXT, Mask
from textchat.core.conversation import Status
from textchat.core.figures.standing import Standing, standing_of
from textchat.ui.blind.shown_replies import ShownReplies

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation, Message
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
            masked = self.mask(conversation).conversation()
            messages = {id_: _as_seen(message, late) for id_, message in masked.messages.items()}
            self._known = conversation, late, replace(masked, messages=messages)
        return self._known[2]

    def standing(self, conversation: Conversation, shown: Conversation, message_id: str) -> Standing:
        """The standing of a message; which version a hidden one is would tell the pane it was in."""
        standing, message = standing_of(shown, message_id), conversation.messages.get(message_id)
        mask = self.mask(conversation)
        if not mask.is_blind or message is None:
            return standing
        if mask.hides_text(message):
            return Standing()
        versions = mask.versions(message_id)
        return standing._replace(number=versions.index(message_id) + 1, versions=len(versions))

    def replies(self, conversation: Conversation, growing: Mapping[str, Reply]) -> Mapping[str, Reply]:
        """The replies that grow on the screen, by the ids of their panes."""
        return self.growing.by_pane(conversation, growing, self.mask(conversation))


def _as_seen(masked: Message, growing: Set[str]) -> Message:
    """A masked message as it is on the screen: what is not shown whole still grows, and of what is hidden no end is."""
    if masked.id in growing:
        return replace(masked, status=Status.GROWING, text="", error=None)
    if masked.text == HIDDEN_TEXT and masked.model is not None:  # how it ended is known from before as well
        return replace(masked, status=Status.COMPLETE, error=None, finish_reason=None)
    return masked
