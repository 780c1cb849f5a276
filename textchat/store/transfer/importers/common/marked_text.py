"""Reads texts in which programs keep more than what was said: thoughts in tags, pictures in `data:` URLs."""

from __future__ import annotations

import re

from textchat.core.parts.part import Part
from textchat.store.transfer.importers.messages.attached import from_url, named
from textchat.store.transfer.importers.messages.turn import Turn

CODE = re.compile(
    r"(^ {0,3}```.*?(?:^ {0,3}```|\Z)|^ {0,3}~~~.*?(?:^ {0,3}~~~|\Z)|`[^`\n]*`)", re.DOTALL | re.MULTILINE
)
"""Code in Markdown, to split a text by: every second piece is code."""
_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reason|reasoning)>(.*?)(?:</\1>|\Z)", re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]\n]{0,300})\]\(\s*(data:[\w/+.;=,%:~!*'-]++)\s*\)")
_DATA = re.compile(r"data:[a-z]+/[\w.+-]+(?:;[\w=.-]+)*;base64,[A-Za-z0-9+/=]{64,}")


def think_and_say(text: str, turn: Turn) -> None:
    """Add what was thought, in tags at the beginning of a text, and then what was said and shown."""
    while thought := _THOUGHT.match(text):
        turn.think(thought[2].strip())
        text = text[thought.end() :].lstrip("\n")
    say_and_show(text, turn)


def say_and_show(text: str, turn: Turn) -> None:
    """Add a text without the pictures that it shows from `data:` URLs, and these; code is left alone.

    A text that is nothing but such a URL is a file.
    """
    files: list[Part] = []
    if text.startswith("data:") and _DATA.fullmatch(text.strip()):
        turn.attach_url("picture" if text.startswith("data:image/") else "file", text.strip())
        return
    pieces = CODE.split(text) if "data:" in text else [text]
    turn.say("".join(piece if at % 2 else _taken(_PICTURE, piece, files, turn) for at, piece in enumerate(pieces)))
    for file in files:
        turn.attach(file)


def answer(text: str, turn: Turn, *more: Part | None) -> None:
    """Add what a tool returned, without the files in it, and these: base64 is no text."""
    files: list[Part] = []
    if "data:" in text:
        text = _taken(_DATA, _taken(_PICTURE, text, files, turn), files, turn)
    turn.answer(text, (*files, *(_named(file, place) for place, file in enumerate(more, 1) if file is not None)))


def _taken(pattern: re.Pattern[str], text: str, files: list[Part], turn: Turn) -> str:
    """The text without the files that the pattern finds in it, which are added to `files`, or counted if damaged."""

    def take(found: re.Match[str]) -> str:
        url, name = (found[2], found[1].strip()) if pattern is _PICTURE else (found[0], "")
        file = from_url(url, name)
        if file is None:
            turn.reading.leave_out("picture")
        else:
            files.append(_named(file, len(files) + 1))
        return ""

    return pattern.sub(take, text)


def _named(file: Part, number: int) -> Part:
    return named(file, "picture" if file.media_type.startswith("image/") else "file", number)
