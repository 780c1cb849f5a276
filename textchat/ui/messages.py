"""Messages between widgets and the screen, in the order of the flow.

A name in the past tense says that something has happened; `…Requested` and `…Chosen` ask for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from textual.message import Message as TextualMessage

if TYPE_CHECKING:
    from textchat.core.conversation import Message
    from textchat.core.parts.draft import Draft
    from textchat.core.reply import Reply


class PromptSubmitted(TextualMessage):
    """The user has submitted the text of the input bar, with what is attached to it."""

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self.draft = draft


class ReplyGrew(TextualMessage, bubble=False):
    """A reply grew or its phase changed; the text is in the reply itself.

    It comes with each frame, and ends at the screen: to pass the app's queue too costs as much as the lines it brings.
    """

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class ReplyEnded(TextualMessage, bubble=False):
    """A reply has ended and is stored: complete, cancelled or failed.

    Not the reply itself: who gets it keeps it until the next message, and with it all pieces that have come.
    """

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message


class ConversationChanged(TextualMessage):
    """The tree, the panes or the queue of the conversation on the screen have changed."""

    def can_replace(self, message: TextualMessage) -> bool:
        return isinstance(message, ConversationChanged)


class PaneFocused(TextualMessage):
    """The user has activated a pane by a click or a key."""

    def __init__(self, pane_id: str) -> None:
        super().__init__()
        self.pane_id = pane_id


class PanesResized(TextualMessage):
    """The user has dragged a line between panes: the shares of the width by pane id."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        super().__init__()
        self.weights = weights


class MessageAction(StrEnum):
    """Actions on one message; each value is the action's id in the keymap."""

    COPY = "message.copy"
    COPY_CODE = "message.copy_code"
    COPY_MARKDOWN = "message.copy_markdown"
    EDIT = "message.edit"
    RETRY = "message.retry"
    CONTINUE = "message.continue"
    BRANCH = "message.branch"
    COMPARE = "message.compare"
    PREVIOUS_SIBLING = "message.previous_sibling"
    NEXT_SIBLING = "message.next_sibling"
    OPEN_FILE = "message.open_file"
    SAVE_FILE = "message.save_file"
    INSPECT = "message.inspect"
    DELETE = "message.delete"


class MessageActionRequested(TextualMessage):
    """The user has requested an action on one message."""

    def __init__(self, pane_id: str, message_id: str, action: MessageAction, text: str | None = None) -> None:
        super().__init__()
        self.pane_id = pane_id
        self.message_id = message_id
        self.action = action
        self.text = text
        """For `COPY` and `COPY_CODE` the source text to copy, None copies the whole message; for `OPEN_FILE` and
        `SAVE_FILE` the number of the file, from 0."""


class MessageMarked(TextualMessage):
    """Another message of a pane is the one that keys act on; None where the focus is elsewhere."""

    def __init__(self, pane_id: str, message_id: str | None) -> None:
        super().__init__()
        self.pane_id = pane_id
        self.message_id = message_id


class LinkChosen(TextualMessage):
    """The user has opened a link in an answer."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target


class FindEnded(TextualMessage):
    """The user has closed the find bar."""


class ConversationChosen(TextualMessage):
    """The user has chosen a conversation in the side panel."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__()
        self.conversation_id = conversation_id


class ConversationActionRequested(TextualMessage):
    """The user has requested an action on a conversation of the list, by the id of the action."""

    def __init__(self, conversation_id: str, action_id: str) -> None:
        super().__init__()
        self.conversation_id = conversation_id
        self.action_id = action_id


class ParametersChanged(TextualMessage):
    """The user has set parameters of the active pane in the side panel."""

    def __init__(
        self, pane_id: str, changes: Mapping[str, Any], removed: Collection[str] = (), conversation_id: str = ""
    ) -> None:
        """`changes` are values by the name of the parameter, `removed` the names of fields that are sent no more.

        The conversation may not be on the screen any more when this arrives.
        """
        super().__init__()
        self.pane_id = pane_id
        self.changes = changes
        self.removed = removed
        self.conversation_id = conversation_id


@dataclass(eq=False)
class MessagePoster:
    """Watcher of the conversation on the screen: called within the stream loop, it only posts messages."""

    post: Callable[[TextualMessage], object]
    problem: Callable[[str], None]
    _under_way: set[str] = field(default_factory=set, init=False)
    """The ids of replies whose change is posted and not yet seen to: another one would say the same."""

    def reply_changed(self, reply: Reply) -> None:
        if reply.id not in self._under_way:
            self._under_way.add(reply.id)
            self.post(ReplyGrew(reply))

    def seen(self, reply: Reply) -> None:
        """Note that the screen has taken in `ReplyGrew`: what changes from now on is news."""
        self._under_way.discard(reply.id)

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self.post(ReplyEnded(message))

    def conversation_changed(self) -> None:
        self.post(ConversationChanged())
