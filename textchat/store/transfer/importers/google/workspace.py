"""Imports Gemini's conversations of a Workspace account: Takeout's `Gemini in Workspace`, a JSON file each.

Google describes how to get them (https://support.google.com/accounts/answer/3024190); the files have `title`,
`creation_time` and `conversation_turns`, each with a `user_turn` or a `system_turn`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import items, rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, ImportedMessage, conversation_from
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import joined, moment


def matches(entry: Any) -> bool:
    turns = rows(entry, "conversation_turns")
    return bool(turns) and any("user_turn" in turn or "system_turn" in turn for turn in turns)


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the conversation; raises NotReadable."""
    chain = Chain()
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows(entry, "conversation_turns")):
        for role, key in ((Role.USER, "user_turn"), (Role.ASSISTANT, "system_turn")):
            if said := table(row, key):
                id_ = f"{key} {said.get('turn_index', number)}"
                seen[id_] += 1  # an edited turn has the index of the one before
                when = moment(said.get("turn_last_modified"))
                turn = Turn(ImportedMessage(f"{id_} {seen[id_]}", None, role, "", created_at=when), reading)
                _read_turn(said, turn)
                for message in turn.messages():
                    chain.add(message)
    created = text(entry, "creation_time")
    yield conversation_from(
        "gemini-workspace",
        f"{reading.name} {created}",
        chain.messages,
        title=text(entry, "title"),
        created_at=moment(created),
        updated_at=moment(entry.get("last_modification_time")),
        leaf=chain.last,
    )


def _read_turn(said: Mapping[str, Any], turn: Turn) -> None:
    for thought in rows(said, "model_thoughts"):
        turn.think(joined((text(thought, "headline"), text(thought, "description"))))
    turn.say(text(said, "prompt"))
    for part in rows(said, "text"):
        turn.say(text(part, "data"))
        for card in rows(part, "cards"):
            turn.say(text(card, "content"))
    for name in items(said, "images"):
        found = turn.reading.assets.find(name) if isinstance(name, str) else None
        if found is None:
            turn.reading.leave_out("picture")
        else:
            turn.attach(found)


FORMAT = EntryFormat("Gemini", matches, read)
