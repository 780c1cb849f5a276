"""Requests that are about to be made, and the conversation as it is when they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from textchat.core.conversation import Conversation, Message, Role
from textchat.core.parts.draft import Draft

CONTINUE_PROMPT = "Continue exactly where you stopped. Do not repeat anything and do not comment on the interruption."


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One request for each of some panes; without panes there is nothing to ask."""

    conversation: Conversation
    """Its panes stand where they are to be answered: at a prompt, or at what a new prompt goes below."""
    pane_ids: tuple[str, ...]
    new: tuple[Message, ...] = ()
    """The messages that are not stored yet."""
    prompt: Draft | None = None
    """A new prompt to all these panes, which is not in the conversation yet."""
    continued: Mapping[str, Message] = field(default_factory=dict)
    """By pane, the answer that its model is to continue."""

    def behind(self, pane_id: str) -> tuple[Message, ...]:
        """What goes with the request of a pane behind its branch."""
        if self.prompt is not None:
            return prompt_messages(self.prompt)
        return going_on(self.continued[pane_id]) if pane_id in self.continued else ()


def prompt_messages(draft: Draft) -> tuple[Message, ...]:
    """A draft as it would be sent; empty where there is nothing in it."""
    return (Message("", None, Role.USER, draft.text, parts=draft.parts),) if draft.text or draft.parts else ()


def going_on(stopped: Message) -> tuple[Message, Message]:
    """What lets a model continue an answer: as much as there is of it, and the wish."""
    return stopped, Message(id="", parent_id=stopped.id, role=Role.USER, text=CONTINUE_PROMPT)
