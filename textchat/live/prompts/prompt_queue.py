"""Queue of prompts sent while their panes were still answering; each can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from textchat.core.conversation import QueuedPrompt, new_id
from textchat.core.parts.part import Part


class PromptQueue:
    """Queue of prompts, first in, first out in each pane.

    If a prompt waits for a reply that is cancelled or fails, the queue is held until the user resumes it; so it is with
    prompts that were `left` over when the program ended.
    """

    def __init__(self, left: Iterable[QueuedPrompt] = ()) -> None:
        self._prompts = list(left)
        self.is_held = bool(self._prompts)

    def __iter__(self) -> Iterator[QueuedPrompt]:
        return iter(tuple(self._prompts))

    def __len__(self) -> int:
        return len(self._prompts)

    def add(self, text: str, pane_ids: tuple[str, ...], parts: tuple[Part, ...] = ()) -> QueuedPrompt:
        prompt = QueuedPrompt(new_id(), text, pane_ids, parts)
        self._prompts.append(prompt)
        return prompt

    def take_back(self, prompt_id: str) -> QueuedPrompt | None:
        """Remove a prompt, to edit or discard it; None if it has been sent meanwhile."""
        for index, prompt in enumerate(self._prompts):
            if prompt.id == prompt_id:
                return self._take(index)
        return None

    def next(self, busy_panes: set[str]) -> QueuedPrompt | None:
        """Remove the first prompt whose panes are free and have no earlier prompt waiting; None while held."""
        taken = set(busy_panes)
        for index, prompt in enumerate(() if self.is_held else self._prompts):
            if taken.isdisjoint(prompt.pane_ids):
                return self._take(index)
            taken.update(prompt.pane_ids)
        return None

    def has_for(self, pane_ids: Iterable[str]) -> bool:
        """Whether a prompt waits for one of these panes."""
        return any(not set(prompt.pane_ids).isdisjoint(pane_ids) for prompt in self._prompts)

    def return_first(self, prompt: QueuedPrompt) -> None:
        """Put a prompt that could not be sent back at the front of the queue, and hold the queue."""
        self._prompts.insert(0, prompt)
        self.is_held = True

    def insert(self, place: int, prompt: QueuedPrompt) -> None:
        """Put a prompt that was taken back at a place of the queue again."""
        self._prompts.insert(place, prompt)

    def let_go_of_content(self, stored: Iterable[QueuedPrompt]) -> None:
        """Keep no bytes of what is attached to these prompts: they are in the store."""
        ids = {prompt.id for prompt in stored if prompt.parts}
        if ids:
            self._prompts = [
                replace(prompt, parts=tuple(part.without_data() for part in prompt.parts))
                if prompt.id in ids
                else prompt
                for prompt in self._prompts
            ]

    def _take(self, index: int) -> QueuedPrompt:
        prompt = self._prompts.pop(index)
        if not self._prompts:
            self.is_held = False
        return prompt
