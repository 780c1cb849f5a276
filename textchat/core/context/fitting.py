"""Whether a request fits into the context window of a model, and how many old turns must go so that it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textchat.core.context.sent import turn_starts
from textchat.core.conversation import Message, Role
from textchat.core.parameters import Parameters

USUAL_SHARE, USUAL_MOST = 8, 8_192
"""An eighth of the window is kept for the reply where `max_tokens` does not say, and no more than so many tokens."""
MARKED_FROM = 0.8
"""The share of the window from which on it is marked."""
DROPPED_TO, SUMMED_UP_TO = 0.75, 0.5
"""How full the room is left: were it full, the next prompt would not fit again, and no cache would be of use."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the context window of a model is used."""

    tokens: int
    window: int

    @property
    def of_window(self) -> float:
        return self.tokens / self.window

    @property
    def is_marked(self) -> bool:
        """Whether there is little left."""
        return self.of_window >= MARKED_FROM


@dataclass(frozen=True, slots=True)
class Overfull:
    """A request that does not fit."""

    pane_id: str
    model: str
    tokens: int
    window: int
    room: int
    """Tokens that a request may have: the window without what the reply needs."""

    @property
    def excess(self) -> int:
        return self.tokens - self.room


def room_in(window: int, parameters: Parameters) -> int:
    """Tokens of a window that a request may have; a reply that may be longer than half of it counts as that half."""
    usual = min(window // USUAL_SHARE, USUAL_MOST)
    return window - min(parameters.max_tokens or usual, window // 2)


def begins_at(
    messages: Sequence[Message], excess: int, tokens_of: Callable[[Message], float], *, keep_last: bool
) -> int | None:
    """The place of the first message to keep where `excess` tokens must go; None where that cannot be done.

    Only whole turns go, the oldest first, and never what the system says. `keep_last`: the newest turn stays; else the
    place may be that behind the last message.
    """
    starts = list(turn_starts(messages))
    if not starts:
        return None
    ends = starts[1:] if keep_last else [*starts[1:], len(messages)]
    gone, place = 0.0, 0
    for end in ends:
        gone += sum(tokens_of(message) for message in messages[place:end] if message.role is not Role.SYSTEM)
        place = end
        if gone >= excess:
            return end
    return None
