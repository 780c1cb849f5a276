"""Turns what a live conversation reports into messages for the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message as TextualMessage

from textchat.core.conversation import Message
from textchat.core.reply import Reply
from textchat.ui.conversation.notices import Notices
from textchat.ui.messages import ConversationChanged, ReplyEnded, ReplyGrew


@dataclass(eq=False)
class MessagePoster:
    """Watcher of the conversation on the screen: called from within the stream loop, it only posts a message."""

    post: Callable[[TextualMessage], object]
    notices: Notices

    def reply_changed(self, reply: Reply) -> None:
        self.post(ReplyGrew(reply))

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self.post(ReplyEnded(reply, message))

    def conversation_changed(self) -> None:
        self.post(ConversationChanged())

    def problem(self, sentence: str) -> None:
        self.notices.problem(sentence)
