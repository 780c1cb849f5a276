"""Knows what conversations do while another one is shown: which reply, and which have ended unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from textchat.core.blind.masks import Mask
from textchat.core.conversation import Status
from textchat.core.figures.activity import Activity

if TYPE_CHECKING:
    from textchat.core.conversation import Message
    from textchat.core.parts.draft import Draft
    from textchat.core.reply import Reply
    from textchat.live.conversation import LiveConversation
    from textchat.ui.terminal.telling.signs import Signs

_UNSEEN = {Status.COMPLETE: Activity.DONE, Status.FAILED: Activity.FAILED}
"""A cancelled reply was ended by the user, who knows it."""


@dataclass(eq=False)
class BackgroundReplies:
    """Watches conversations that were left while they replied; `changed` is called when what they do has changed.

    What ended unseen is kept until the conversation is shown, in memory only: at the next start all has been seen.
    """

    changed: Callable[[], None]
    signs: Signs
    _live: dict[str, LiveConversation] = field(default_factory=dict, init=False)
    """By id, the conversation that is shown, and those that were left while they replied or a prompt waited."""
    _unseen: dict[str, Activity] = field(default_factory=dict, init=False)
    _has_draft: dict[str, bool] = field(default_factory=dict, init=False)
    """By id, for each conversation that has been shown; what is shown has none that need be said."""

    def leave(self, live: LiveConversation, draft: Draft) -> None:
        """Watch a conversation that is not shown any more; `draft` is what was typed in it and not sent."""
        self._has_draft[live.conversation.id] = not draft.is_empty
        # Also one that does nothing: its prompt may be on the way still.
        live.watcher = _LeftWatcher(self, live)
        self.take_in(live)

    def take_in(self, live: LiveConversation) -> None:
        """Take note of what a conversation that is not shown does now; one that does nothing is let go."""
        if live.replies or len(live.queue):
            self._live[live.conversation.id] = live
        else:
            self._live.pop(live.conversation.id, None)
        self.changed()

    def show(self, live: LiveConversation) -> None:
        """Take note of the conversation that is shown now: all of it has been seen."""
        self._live[live.conversation.id] = live
        self._unseen.pop(live.conversation.id, None)
        self._has_draft[live.conversation.id] = False
        self.changed()

    def activity(self, conversation_id: str, is_unsent: bool) -> Activity | None:
        """What this conversation does or did unseen; `is_unsent`: something unsent was stored with it."""
        live = self._live.get(conversation_id)
        if live is not None and live.replies:
            return Activity.RUNNING
        if conversation_id in self._unseen:
            return self._unseen[conversation_id]
        if live is not None and len(live.queue):
            return Activity.UNSENT
        return Activity.UNSENT if self._has_draft.get(conversation_id, is_unsent) else None

    def ended_in_view(self, live: LiveConversation, message: Message) -> None:
        """Take note of a reply that ended in the conversation that is shown, perhaps to nobody."""
        if message.id in live.conversation.messages:  # else it is one that was left meanwhile
            self._tell(live, message)

    def ended(self, live: LiveConversation, message: Message) -> None:
        """Take note of how a reply ended in a conversation that is not shown."""
        self._tell(live, message)
        ending = _UNSEEN.get(message.status)
        if ending is not None and self._unseen.get(live.conversation.id) is not Activity.FAILED:
            self._unseen[live.conversation.id] = ending
        self.take_in(live)

    def _tell(self, live: LiveConversation, message: Message) -> None:
        """Tell the terminal, without the name of a model that is compared blind."""
        nameless = replace(
            Mask(live.conversation).nameless(message), timing=message.timing
        )  # only whether it took long
        self.signs.replies.ended(live.conversation, nameless, is_last=not live.replies)


class _LeftWatcher:
    """Watcher of one conversation that is not shown."""

    def __init__(self, background: BackgroundReplies, live: LiveConversation) -> None:
        self._background, self._live = background, live

    def reply_changed(self, reply: Reply) -> None:
        """No-op: nothing of it is drawn."""

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self._background.ended(self._live, message)

    def conversation_changed(self) -> None:
        self._background.take_in(self._live)

    def problem(self, sentence: str) -> None:
        """No-op: it is said when the conversation is shown and changes again."""
