"""What actions need in order to do something."""

from __future__ import annotations

from enum import StrEnum


class Need(StrEnum):
    """What must be there for an action to do something; the value says that it is missing."""

    TEXT = "Nothing typed yet."
    QUEUE = "No prompt is waiting."
    RUNNING = "No reply is running."
    IDLE = "This pane is still replying."
    REPLY = "No reply yet."
    PANES = "Only one pane is open."
    LEFT = "No pane to the left."
    RIGHT = "No pane to the right."
    ROOM = "No room for another pane."
    MESSAGE = "No message yet."
    ENDED = "This reply is still running."
    IS_REPLY = "This is a prompt, not a reply."
    CODE = "No code in this message."
    LINK = "No link in this message."
    FILE = "No file in this message."
    SOURCES = "No sources in this message."
    THINKING = "No thinking in this message."
    VERSIONS = "This message has only one version."
    TRACE = "No trace for this reply: traces are kept only until you quit."
    REPLAY = "No replay is running."
    REPLAYED = "Nothing to replay here. Start one with textchat replay FILE."
    KNOWN = "Models are hidden until the vote. Vote or reveal them first."
    BLIND = "No blind comparison."
    STARTED = "This conversation is empty."
