"""Prompts that were sent while their panes were still answering: they wait in order, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textchat.core.conversation import Attachment, new_id


@dataclass(frozen=True, slots=True)
class QueuedPrompt:
    id: str
    text: str
    pane_ids: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()


class PromptQueue:
    """First in, first out. A cancelled or failed reply holds the queue: nothing is sent behind the user's back."""

    def __init__(self) -> None:
        self._prompts: list[QueuedPrompt] = []
        self.is_held = False

    def __iter__(self) -> Iterator[QueuedPrompt]:
        return iter(tuple(self._prompts))

    def __len__(self) -> int:
        return len(self._prompts)

    def add(self, text: str, pane_ids: tuple[str, ...], attachments: tuple[Attachment, ...] = ()) -> QueuedPrompt:
        prompt = QueuedPrompt(new_id(), text, pane_ids, attachments)
        self._prompts.append(prompt)
        return prompt

    def take_back(self, prompt_id: str) -> QueuedPrompt | None:
        """Remove one, to edit it or to forget it; None if it has been sent meanwhile."""
        for index, prompt in enumerate(self._prompts):
            if prompt.id == prompt_id:
                return self._take(index)
        return None

    def next(self, busy_panes: set[str]) -> QueuedPrompt | None:
        """Remove the first prompt, if the queue is not held and no pane of that prompt is busy."""
        if self.is_held or not self._prompts or busy_panes.intersection(self._prompts[0].pane_ids):
            return None
        return self._take(0)

    def return_first(self, prompt: QueuedPrompt) -> None:
        """It could not be sent after all: it waits again, before all others, and they with it."""
        self._prompts.insert(0, prompt)
        self.is_held = True

    def _take(self, index: int) -> QueuedPrompt:
        prompt = self._prompts.pop(index)
        if not self._prompts:
            self.is_held = False
        return prompt
