"""What the screen shows of its conversation: all of it, or in a blind comparison what does not tell a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.blind.masks import masked, masked_name, masked_words
from textchat.core.conversation import Status
from textchat.ui.blind.shown_replies import ShownReplies

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation
    from textchat.core.reply import Reply


class Shown:
    """The one place that the screen asks for what it draws: nothing else looks whether a comparison is blind."""

    def __init__(self) -> None:
        self.growing = ShownReplies()
        self._known: tuple[Conversation, frozenset[str], Conversation] | None = None
        """What was asked for last: the conversation, which of its answers are not shown whole yet, and what is shown."""

    def conversation(self, conversation: Conversation, growing: Mapping[str, Reply]) -> Conversation:
        """The conversation as it may be seen; an answer that is not shown whole yet still grows in it."""
        if conversation.blind is None:
            self._known = None
            return conversation
        late = frozenset(reply.id for reply in self.replies(conversation, growing).values())
        if self._known is None or self._known[0] is not conversation or self._known[1] != late:
            self._known = conversation, late, _still_growing(masked(conversation), late)
        return self._known[2]

    def replies(self, conversation: Conversation, growing: Mapping[str, Reply]) -> Mapping[str, Reply]:
        """The replies that grow on the screen, by the ids of their panes."""
        return self.growing.by_pane(conversation, growing, lambda pane_id: masked_name(conversation, pane_id))

    def words(self, conversation: Conversation, sentence: str) -> str:
        """A sentence without the names of the models that are compared."""
        return sentence if conversation.blind is None else masked_words(conversation, sentence)


def _still_growing(conversation: Conversation, ids: frozenset[str]) -> Conversation:
    grown = {
        id_: replace(message, status=Status.GROWING, text="", error=None, note=None)
        for id_ in ids
        if (message := conversation.messages.get(id_)) is not None
    }
    return replace(conversation, messages={**conversation.messages, **grown}) if grown else conversation
