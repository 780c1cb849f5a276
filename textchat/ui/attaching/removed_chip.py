"""Brings something back that was attached to the next prompt and removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.live.edits.undo import StepWithin, Undone
from textchat.ui.attaching.attached import Chip

if TYPE_CHECKING:
    from textchat.live.conversation_store import ConversationStore
    from textchat.live.prompts.outbox import Outbox


@dataclass(frozen=True, eq=False)
class RemovedChip(StepWithin):
    """A step of the undo."""

    conversation_id: str
    chip: Chip
    put_back: Callable[[Chip], None]

    @property
    def done(self) -> str:
        return f"Removed {self.chip.name}"

    async def bring_back(self, store: ConversationStore, outbox: Outbox) -> Undone:
        self.put_back(self.chip)
        return Undone(self.chip.name)
