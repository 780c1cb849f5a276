"""What actions need in order to do something."""

from __future__ import annotations

from enum import StrEnum


class Need(StrEnum):
    """What must be there for an action to do something; the value says that it is missing."""

    TEXT = "Nothing is typed yet."
    QUEUE = "No prompt is waiting."
    RUNNING = "No reply is running."
    IDLE = "This pane is still replying."
    REPLY = "There is no reply yet."
    PANES = "There is only one pane."
    LEFT = "There is no pane to the left."
    RIGHT = "There is no pane to the right."
    ROOM = "There is no room for another pane."
    MESSAGE = "There is no message yet."
    ENDED = "This reply is still running."
    IS_REPLY = "This is a prompt, not a reply."
    CODE = "There is no code in this message."
    LINK = "There is no link in this message."
    THINKING = "There is no thinking in this message."
    VERSIONS = "There is only one version of this message."
    TRACE = "No trace for this reply: traces are kept only until you quit."
    STARTED = "This conversation is empty."
