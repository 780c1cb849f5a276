"""What a start of textchat is to replay."""

from __future__ import annotations

from dataclasses import dataclass

from textchat.core.replaying.play_clock import PlayClock
from textchat.store.record import ConversationRecord


@dataclass(frozen=True, slots=True)
class ReplayOpening:
    """A recorded conversation and the speed to play it at."""

    record: ConversationRecord
    speed: float = 1.0

    def clock(self) -> PlayClock:
        """A new clock, to be made when the playing begins."""
        return PlayClock(self.speed)
