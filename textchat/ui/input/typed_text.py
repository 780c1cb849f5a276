"""Which keys are text, and what text many of them make."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from textual import events

from textchat.ui.input.text_steps import erased_from

Typed = events.Key | events.Paste
_CHORDS = frozenset({"alt", "ctrl", "hyper", "meta", "super"})


def typed_text(event: events.Key) -> str | None:
    """The text that a key types: every character but control characters; None for a key that types nothing.

    Textual asks `str.isprintable()`, which is false for U+200C, U+00A0, U+3000, private use and more, so that they
    were lost. A chord is no text, whatever character a terminal reports with it.
    """
    text = event.character
    if not text or _CHORDS.intersection(event.key.split("+")[:-1]):
        return None
    return None if any(unicodedata.category(character) == "Cc" for character in text) else text


class UnmarkedPaste(events.Paste):
    """Lines that came in one burst, from a terminal that does not mark pastes: they may have been typed as well."""


UnmarkedPaste.handler_name = events.Paste.handler_name  # it is the same message to everybody


def text_of(typed: Iterable[Typed]) -> str:
    """The text that keys and pastes make one after another: Enter is a new line, and Backspace takes back."""
    text = ""
    for event in typed:
        if isinstance(event, events.Paste):
            text += event.text
        elif event.key == "enter":
            text += "\n"
        elif event.key == "backspace":
            text = text[: erased_from(text, len(text))]
        else:
            text += typed_text(event) or ""
    return text.rstrip("\n")
