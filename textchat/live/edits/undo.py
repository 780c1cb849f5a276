"""One stack of what can be brought back: messages, panes, waiting prompts and conversations.

Whoever removes something pushes a `Step`. Steps are kept until the program ends, the last thousand of them, in memory
alone: what was deleted is gone from the file at once (see `store.removed_messages`). They are taken back in reverse
order, one at a time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from textchat.core.parts.part import Part
from textchat.live.conversation_store import ConversationStore
from textchat.live.prompts.outbox import Outbox

MOST_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo has brought back, and where it is seen."""

    what: str
    """A noun phrase: `3 messages`."""
    pane_id: str | None = None
    """The pane to be active; None: as it is."""
    message_id: str | None = None
    """The first message that came back."""
    queued: str = ""
    """The text of a prompt that waits again, and is to leave the input bar if it was put there."""
    parts: tuple[Part, ...] = ()
    """What was attached to it, and is to leave the input bar likewise."""
    rest: str = ""
    """Why some of it could not come back yet, a sentence; then the step stays. Empty: all has."""


class Step(Protocol):
    """One removal that can be undone."""

    @property
    def conversation_id(self) -> str:
        """Empty for what belongs to none: it is undone in whichever is open."""

    @property
    def done(self) -> str:
        """What was done: `Deleted 3 messages`."""

    @property
    def until(self) -> str:
        """Until when it can be undone, where that must be said: ` until you quit`; else empty."""

    async def revive(self) -> None:
        """Make the conversation one that can be opened; raises StoreError."""

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        """Bring it back into the conversation, which is open: before anything is awaited, like each removal."""


class StepWithin:
    """What is the same for every step that leaves the conversation itself where it is."""

    @property
    def until(self) -> str:
        return ""

    async def revive(self) -> None:
        """Do nothing: the conversation was not deleted."""


class UndoStack:
    """The steps, the last one on top."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=MOST_STEPS)

    @property
    def last(self) -> Step | None:
        """The step that an undo takes back."""
        return self._steps[-1] if self._steps else None

    def push(self, step: Step) -> None:
        self._steps.append(step)

    def remove(self, step: Step) -> None:
        """Remove a step that was taken back, wherever it is by now."""
        if step in self._steps:
            self._steps.remove(step)
