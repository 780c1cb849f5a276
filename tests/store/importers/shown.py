"""Conversations as lines, for tables of what files of other programs are imported as."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from textchat.core.conversation import Conversation, Message
from textchat.core.parts.citation import numbered_places
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.found import Found, LeftOut
from textchat.store.transfer.importers.values import link


def shown(message: Message) -> str:
    """Such as `assistant: text ([Page](https://a.b)) | thought: hm | call: search {} | file: a.png image/png 3`.

    What the text cites stands in it as links, and what is cited nowhere in particular below.
    """
    parts = [f"{message.role.value}: {_with_sources(message)}"]
    if message.reasoning:
        parts.append(f"thought: {message.reasoning}")
    parts += [f"call: {call.name} {call.arguments}" for call in message.tool_calls]
    parts += [f"file: {each.name} {each.media_type} {each.size}" for each in message.parts]
    return " | ".join(parts)


def _with_sources(message: Message) -> str:
    text = message.text
    for place, numbers in reversed([*numbered_places(message.citations).items()]):
        cited = [message.citations[number - 1] for number in numbers]
        text = f"{text[:place]} ({', '.join(link(each.title, each.url) for each in cited)}){text[place:]}"
    below = [link(each.title, each.url) for each in message.citations if not each.places]
    return "\n\n".join(filter(None, (text, " · ".join(below))))


def branches_shown(conversation: Conversation) -> list[list[str]]:
    """The messages from the root to each leaf."""
    leaves = [id_ for id_ in conversation.messages if not conversation.children(id_)]
    return [[shown(message) for message in conversation.branch(leaf)] for leaf in leaves]


def lines(*values: object) -> str:
    return "\n".join(map(json.dumps, values))


def found_in(folder: Path, text: str, name: str = "file.json") -> list[Found]:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return list(read_file(file, lambda share: None))


def records_of(found: list[Found]) -> list[ConversationRecord]:
    return [entry for entry in found if isinstance(entry, ConversationRecord)]


def left_out_of(found: list[Found]) -> Counter[str]:
    return Counter({entry.what: entry.count for entry in found if isinstance(entry, LeftOut)})


def only(folder: Path, value: Any, name: str = "file.json") -> tuple[ConversationRecord, Counter[str]]:
    """The one conversation that a value is imported as, and what is left out of it."""
    found = found_in(folder, value if isinstance(value, str) else json.dumps(value), name)
    (record,) = records_of(found)
    assert all(isinstance(entry, ConversationRecord | LeftOut) for entry in found), found
    return record, left_out_of(found)
