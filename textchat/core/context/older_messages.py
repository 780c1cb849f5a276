"""The words on older messages that are not sent as they are."""

from __future__ import annotations

from textchat.core.context.sent import Sent


def messages_word(count: int) -> str:
    """`12 older messages`."""
    return "1 older message" if count == 1 else f"{count:,} older messages"


def are(count: int) -> str:
    return "is" if count == 1 else "are"


def omissions(sent: Sent) -> list[str]:
    """What is not sent of a branch as it is: `3 older messages are not sent`; empty where all is."""
    ways = ((sent.summed_up, "sent as a summary"), (sent.left_out, "not sent"))
    return [f"{messages_word(number)} {are(number)} {how}" for number, how in ways if number]
