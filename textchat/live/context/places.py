"""Finds where a pane would begin to send, or what would be summed up, so that so many tokens go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textchat.core.context.fitting import DROPPED_TO, SUMMED_UP_TO, Overfull, begins_at
from textchat.core.context.sent import sent_of, turn_starts
from textchat.core.conversation import Conversation, Message, Pane
from textchat.live.budget import request_tokens
from textchat.live.metering import Metering

BY_HAND = 0.45
"""How much of a request goes where the user asks for it while all fits: about half, in whole turns."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places in the branches of one conversation, by the tokens of its messages."""

    conversation: Conversation
    metering: Metering

    def drop(self, pane: Pane, over: Overfull) -> str | None:
        """The message that a pane would begin with so that a request fits, with some room to spare if possible."""
        spare = (1 - DROPPED_TO) * over.room
        return self._begin(pane, over.tokens, over.excess + spare) or self._begin(pane, over.tokens, over.excess)

    def half(self, pane: Pane) -> str | None:
        """The message that a pane would begin with so that about half of what it sends goes."""
        tokens = request_tokens(self.metering, self.conversation, pane)
        return self._begin(pane, tokens, BY_HAND * tokens) or self._begin(pane, tokens, 1)

    def left_out(self, pane: Pane, begin: str | None) -> int:
        """How many messages a pane does not send that begins there."""
        return 0 if begin is None else sent_of(self.conversation.branch(pane.leaf_id), begin).left_out

    def covered(self, pane: Pane, over: Overfull, *, keep_last: bool) -> str | None:
        """The last message to be summed up so that a request fits with room for the next, or as much as there is.

        `keep_last`: the last turn of the branch is what is asked.
        """
        messages = self._sent(pane)
        excess = over.excess + (1 - SUMMED_UP_TO) * over.room
        place = self._begins_at(pane, messages, over.tokens, excess, keep_last=keep_last)
        if place is None:
            place = max(turn_starts(messages), default=0) if keep_last else len(messages)
        return self._last_before(place, messages)

    def older_half(self, pane: Pane) -> str | None:
        """The last message to be summed up so that about half of what a pane sends goes."""
        tokens, messages = request_tokens(self.metering, self.conversation, pane), self._sent(pane)
        place = self._begins_at(pane, messages, tokens, BY_HAND * tokens, keep_last=True)
        if place is None:
            place = self._begins_at(pane, messages, tokens, 1, keep_last=True)
        return self._last_before(place or 0, messages)

    def _begin(self, pane: Pane, tokens: int, excess: float) -> str | None:
        messages = self._sent(pane)
        tokens_of, known = self._tokens_of(pane, messages, tokens), self.conversation.messages

        def goes(message: Message) -> float:
            return 0.0 if known[message.id].is_summary else tokens_of(message)  # a summary is sent in any case

        place = begins_at(messages, round(excess), goes, keep_last=True)
        return None if place is None else messages[place].id

    def _begins_at(
        self, pane: Pane, messages: Sequence[Message], tokens: int, excess: float, *, keep_last: bool
    ) -> int | None:
        return begins_at(messages, round(excess), self._tokens_of(pane, messages, tokens), keep_last=keep_last)

    def _last_before(self, place: int, messages: Sequence[Message]) -> str | None:
        last = messages[place - 1] if place else None
        return None if last is None or self.conversation.messages[last.id].is_summary else last.id

    def _sent(self, pane: Pane) -> tuple[Message, ...]:
        return sent_of(self.conversation.branch(pane.leaf_id), pane.sent_from).messages

    def _tokens_of(self, pane: Pane, messages: Sequence[Message], tokens: int) -> Callable[[Message], float]:
        """Tokens of a message in a request; where the figure for the whole is less than the estimates, so are these."""
        known = {message.id: self.metering.estimate_input(pane.model, (message,)) for message in messages}
        factor = min(1.0, tokens / max(1, sum(known.values())))
        return lambda message: known[message.id] * factor
