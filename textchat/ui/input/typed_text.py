"""Which keys are text."""

from __future__ import annotations

import unicodedata

from textual import events

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
