"""Sent prompts as Up and Down walk through them, with what was typed at each and not sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.limits import ATTACHED_TOGETHER
from textchat.ui.bar.slash.command_form import as_typed

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft

LONGEST_WALK = 500
LONGEST_TEXTS = 4_000_000
"""Characters of the prompts that came from the store, together."""
ASK_BEFORE = 3
"""So many prompts before the oldest one is shown, older ones are asked for."""


class PromptWalk:
    """The prompts, oldest first, and the place that is shown; the place behind the last is the draft's."""

    def __init__(self) -> None:
        self._sent: list[Draft] = []
        self._place = 0
        self._typed: dict[int, Draft] = {}
        """What was typed at each place and not sent."""
        self.ask_older: Callable[[], None] | None = None
        """Called when the walk comes near its oldest prompt; whoever has older ones gives them to `add_older`."""
        self._has_asked = False
        self._is_asking = False
        self._wanted = 0
        """Steps back that wait for older prompts."""

    def clear(self) -> None:
        self._sent, self._place, self._wanted = [], 0, 0
        self._has_asked = self._is_asking = False
        self._typed.clear()

    def add_before(self, prompts: Iterable[Draft]) -> None:
        """Add prompts before all others, oldest first."""
        before = len(self._sent)
        self._sent = [*prompts, *self._sent][-LONGEST_WALK:]
        self._shift(len(self._sent) - before)

    def add_older(self, prompts: Iterable[Draft]) -> int:
        """Add what `ask_older` asked for, newest first, without what is there; returns the steps back that waited."""
        self._is_asking = False
        known, room, found = set(self._sent), LONGEST_TEXTS, list["Draft"]()
        for prompt in prompts:
            room -= len(prompt.text)
            if room < 0 or len(self._sent) + len(found) >= LONGEST_WALK:
                break
            if prompt not in known:
                known.add(prompt)
                found.append(prompt)
        self.add_before(reversed(found))
        wanted, self._wanted = self._wanted, 0
        return wanted

    def sent(self, prompt: Draft) -> None:
        """Add a prompt that leaves the bar behind all others, and go to the draft."""
        if not self._sent or self._sent[-1] != prompt:
            self._sent = _bounded([*self._sent, prompt])
        self.left()

    def left(self) -> None:
        """Go to the draft: what was typed on the way has left the bar."""
        self._typed.clear()
        self._place, self._wanted = len(self._sent), 0

    def take(self, prompt: Draft, typed: Draft) -> None:
        """Show a prompt from elsewhere as if it were the last one; Down comes back to what was `typed`."""
        end = len(self._sent)
        self._typed[self._place] = typed
        draft = self._typed.pop(end, None)
        if self._place == end or draft is not None:
            self._typed[end + 1] = draft or typed
        self._sent.append(prompt)
        self._place = end

    def step(self, step: int, typed: Draft) -> Draft | None:
        """The prompt `step` places further, in place of what is `typed`; None at the ends."""
        place = self._place + step
        if step < 0 and place < ASK_BEFORE and self.ask_older is not None:
            if not self._has_asked:
                self._has_asked = self._is_asking = True
                self.ask_older()
            if place < 0 and self._is_asking:
                self._wanted += 1
        if not 0 <= place <= len(self._sent):
            return None
        self._typed[self._place] = typed
        self._place = place
        if (draft := self._typed.get(place)) is not None:
            return draft
        return as_typed(self._sent[place]) if place < len(self._sent) else replace(typed, text="", parts=())

    def stay(self) -> None:
        """Take no steps any more that wait for older prompts: something else was typed."""
        self._wanted = 0

    def _shift(self, places: int) -> None:
        self._place += places
        self._typed = {place + places: draft for place, draft in self._typed.items()}


def _bounded(sent: list[Draft]) -> list[Draft]:
    """The newest prompts, and the content of their files within a bound: what was sent is in the store, too."""
    kept, room = sent[-LONGEST_WALK:], ATTACHED_TOGETHER.most
    for place in range(len(kept) - 1, -1, -1):
        room -= sum(part.size for part in kept[place].parts if part.data is not None)
        if room < 0 and kept[place].parts:
            kept[place] = replace(kept[place], parts=tuple(part.without_data() for part in kept[place].parts))
    return kept
