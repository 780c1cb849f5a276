"""Tells a slash command from a text that only begins with a slash: `/model`, not `/usr/bin`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textchat.core.parts.draft import Draft

_COMMAND = re.compile(r"(?P<slashes>/+)(?P<name>\w[^\s/]*|\?)(?:\s+(?P<argument>.*))?", re.DOTALL)
"""A text whose first word is slashes and a name, also a mistyped one: what is meant for the app is not to be sent.

A path has a slash behind its first folder, so it is no command. What stands behind the name may have several lines.
"""


def command_in(text: str) -> tuple[str, str] | None:
    """The name, with its case folded, and what stands behind it; None for a text that is no command."""
    found = _COMMAND.fullmatch(text) if text.startswith("/") else None
    if found is None or len(found["slashes"]) > 1:
        return None
    return found["name"].casefold(), (found["argument"] or "").strip()


def escaped(text: str) -> str:
    """A text as it is typed in order to be sent: one that looks like a command gets a slash more."""
    return f"/{text}" if text.startswith("/") and _COMMAND.fullmatch(text) else text


def unescaped(text: str) -> str:
    """What is sent of a typed text that is no command: `//model` is `/model`."""
    return text[1:] if text.startswith("//") and _COMMAND.fullmatch(text) else text


def as_sent(draft: Draft) -> Draft:
    """A typed prompt without the slash that kept it from being a command."""
    text = unescaped(draft.text)
    if text is draft.text:
        return draft
    return replace(draft, text=text, parts=tuple(part.at(max(0, part.offset - 1)) for part in draft.parts))


def as_typed(draft: Draft) -> Draft:
    """The way back of `as_sent`, for a prompt that is put into the input bar again."""
    text = escaped(draft.text)
    if text is draft.text:
        return draft
    return replace(draft, text=text, parts=tuple(part.at(part.offset + 1) for part in draft.parts))
