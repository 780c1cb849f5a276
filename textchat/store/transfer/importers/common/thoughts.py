"""Splits what a model thought from what it said, where a source keeps both in one text with marks between them."""

from __future__ import annotations

import re

from textchat.store.transfer.importers.messages.turn import Turn

_THOUGHT = re.compile(r"\s*<(think|thinking|thought)>(.*?)(?:</\1>|$)", re.DOTALL)


def say_apart(text: str, turn: Turn) -> None:
    """Add a reply's text to its turn, and the thought that it begins with as a thought."""
    if marked := _THOUGHT.match(text):
        turn.think(marked[2].strip())
        text = text[marked.end() :].lstrip()
    turn.say(text)
