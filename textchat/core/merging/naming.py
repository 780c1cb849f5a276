"""What a merge and its sources are called."""

from __future__ import annotations

from collections.abc import Sequence

from textchat.core.blind.masks import Mask
from textchat.core.conversation import Conversation, Message
from textchat.core.merging.merged import Merged
from textchat.core.text.sanitize import plain_name
from textchat.core.text.word_lists import listed

LONGEST_NAME = 60
"""Characters of the name of a model in a request or a sentence."""


def answers_of(conversation: Conversation, merged: Merged) -> list[Message]:
    """The answers that a merge was made of, in their order; without those that were deleted since."""
    return [conversation.messages[id_] for id_ in merged.sources if id_ in conversation.messages]


def source_names(conversation: Conversation, merged: Merged) -> list[str]:
    """What the sources of a merge are called: their models, or letters while these are hidden; each name once."""
    mask, blind = Mask(conversation), conversation.blind
    names: dict[str, int] = {}
    for id_ in merged.sources:
        answer = conversation.messages.get(id_)
        shown = mask.answer_name(id_, answer.model) if answer is not None else "a deleted reply"
        name = (None if blind is None else blind.letter_of_answer(id_)) or plain_name(shown or "", LONGEST_NAME)
        names[name] = names.get(name, 0) + 1
    return [name if many == 1 else f"{many} × {name}" for name, many in names.items()]


def merge_title(model: str, names: Sequence[str], *, most: int = 8) -> str:
    """Who wrote a merge: `Merged from A and B by MODEL`; with more than `most` sources, their number."""
    count = f"{len(names)} replies" if len(names) > most else listed(names)
    return f"Merged from {count} by {model}" if names else f"Merge by {model}"
