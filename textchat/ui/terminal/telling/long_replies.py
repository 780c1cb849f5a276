"""Tells the terminal of replies that took long, once the last of them has ended and nobody looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textchat.core.conversation import Message, Status
from textchat.core.text.sanitize import plain_name

if TYPE_CHECKING:
    from textchat.core.conversation import Conversation

LONG_S = 10.0
"""Seconds from which on a reply is worth a signal: before that, whoever waits is still there."""


class LongReplies:
    """Gathers how the replies of each conversation ended, until none of it runs any more."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        """`tell` is given a sentence without anything of the conversation in it."""
        self._tell = tell
        self._ended: dict[str, list[Message]] = {}

    def ended(self, conversation: Conversation, message: Message, *, is_last: bool) -> None:
        """Take note of a reply; what the user has cancelled is no news."""
        ended = self._ended.setdefault(conversation.id, [])
        if message.status in (Status.COMPLETE, Status.FAILED):
            ended.append(message)
        if not is_last:
            return
        del self._ended[conversation.id]
        if any(each.timing is not None and each.timing.total_s >= LONG_S for each in ended):
            self._tell(_sentence(ended))


def _sentence(ended: list[Message]) -> str:
    failed = sum(message.status is Status.FAILED for message in ended)
    if len(ended) == 1:
        name = plain_name(ended[0].model or "the model")
        return f"The reply of {name} failed." if failed else f"{name} has replied."
    return f"{len(ended)} replies have ended." if not failed else f"{len(ended)} replies have ended, {failed} failed."
