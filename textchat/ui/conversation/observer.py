"""Turns what a live conversation reports into messages for the screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message as TextualMessage

from textchat.core.conversation import Message
from textchat.core.reply import Reply
from textchat.ui.conversation.notices import Notices
from textchat.ui.messages import ConversationChanged, ReplyEnded, ReplyGrew


class MessagePoster:
    """Watcher of the conversation on the screen: called from within the stream loop, it only posts a message."""

    def __init__(self, post: Callable[[TextualMessage], object], notices: Notices) -> None:
        self._post = post
        self._notices = notices

    def reply_changed(self, reply: Reply) -> None:
        self._post(ReplyGrew(reply))

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self._post(ReplyEnded(reply, message))

    def conversation_changed(self) -> None:
        self._post(ConversationChanged())

    def problem(self, sentence: str) -> None:
        self._notices.problem(sentence)
