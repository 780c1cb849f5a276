"""Defines a prompt that is not sent yet: its text, and the files at their places in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textchat.core.parts.part import Part


@dataclass(frozen=True, slots=True)
class Draft:
    """What is typed and attached; a prompt that comes back from somewhere is one, too."""

    text: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.parts and not self.text.strip()


def joined(drafts: Iterable[Draft]) -> Draft:
    """One draft of several, a line each, their files in place; those with nothing in them are left out."""
    text, parts = "", list[Part]()
    for draft in drafts:
        if not draft.text and not draft.parts:
            continue
        if text and draft.text:
            text += "\n"
        parts += [part.at(len(text) + min(part.offset, len(draft.text))) for part in draft.parts]
        text += draft.text
    return Draft(text, tuple(parts))
