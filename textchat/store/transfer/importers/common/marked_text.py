"""Reads texts in which programs keep more than what was said: thoughts in tags, pictures in `data:` URLs."""

from __future__ import annotations

import re

from textchat.core.conversation import Attachment
from textchat.store.transfer.importers.messages.attached import from_url, named
from textchat.store.transfer.importers.messages.turn import Turn

_THOUGHT = re.compile(r"\s*<(think|thinking|thought|reason|reasoning)>(.*?)(?:</\1>|\Z)", re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]\n]{0,300})\]\(\s*(data:[^)\s]+)\s*\)")
_DATA = re.compile(r"data:[a-z]+/[\w.+-]+(?:;[\w=.-]+)*;base64,[A-Za-z0-9+/=]{64,}")


def think_and_say(text: str, turn: Turn) -> None:
    """Add what was thought, in tags at the beginning of a text, and then what was said and shown."""
    while thought := _THOUGHT.match(text):
        turn.think(thought[2].strip())
        text = text[thought.end() :].lstrip("\n")
    say_and_show(text, turn)


def say_and_show(text: str, turn: Turn) -> None:
    """Add a text without the files in it, and these."""
    rest, files = without_files(text)
    turn.say(rest)
    for file in files:
        turn.attach(file)


def answer(text: str, turn: Turn, *more: Attachment | None) -> None:
    """Add what a tool returned, without the files in it, and these."""
    rest, files = without_files(text)
    turn.answer(rest, (*files, *(_named(file, place) for place, file in enumerate(more, 1) if file is not None)))


def _named(file: Attachment, number: int) -> Attachment:
    return named(file, "picture" if file.media_type.startswith("image/") else "file", number)


def without_files(text: str) -> tuple[str, list[Attachment]]:
    """The text without files that are written in it as `data:` URLs, and these: base64 is no text."""
    if "data:" not in text:
        return text, []
    files: list[Attachment] = []

    def taken(found: re.Match[str]) -> str:
        url, name = (found[2], found[1].strip()) if found.re is _PICTURE else (found[0], "")
        file = from_url(url, name)
        if file is not None:
            files.append(_named(file, len(files) + 1))
        return ""

    return _DATA.sub(taken, _PICTURE.sub(taken, text)), files
