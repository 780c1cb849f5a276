"""Files of other programs for the tests, and what was read of them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from textchat.core.conversation import Conversation
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import Skipped, read_file


def read(file: Path) -> list[Conversation]:
    found = list(read_file(file, lambda share: None))
    assert not [entry for entry in found if isinstance(entry, Skipped)], found
    return [entry.conversation for entry in found if isinstance(entry, ConversationRecord)]


def written(folder: Path, value: object, name: str = "conversations.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(value), encoding="utf-8")
    return file


def branches(conversation: Conversation) -> list[list[str]]:
    """The texts from the root to each leaf."""
    leaves = [id_ for id_ in conversation.messages if not conversation.children(id_)]
    return sorted([message.text for message in conversation.branch(leaf)] for leaf in leaves)


def node(id_: str, parent: str | None, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    content = more.pop("content", {"content_type": "text", "parts": list(parts)})
    message = {
        "id": id_,
        "author": {"role": role},
        "create_time": 1_700_000_000.5,
        "content": content,
        "recipient": more.pop("recipient", "all"),
        "metadata": more.pop("metadata", {}),
    }
    return {"id": id_, "parent": parent, "children": [], "message": message}


def chatgpt(*nodes: dict[str, Any], current: str | None = None, **more: Any) -> dict[str, Any]:
    root: dict[str, Any] = {"id": "root", "parent": None, "children": [], "message": None}
    return {
        "title": "A talk",
        "create_time": 1_700_000_000.0,
        "update_time": 1_700_000_100.0,
        "mapping": {each["id"]: each for each in (root, *nodes)},
        "current_node": current,
        "conversation_id": "6543-abc",
        **more,
    }


def database(file: Path, script: str, rows: dict[str, list[tuple[Any, ...]]]) -> Path:
    connection = sqlite3.connect(file)
    connection.executescript(script)
    for table, values in rows.items():
        for row in values:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    connection.commit()
    connection.close()
    return file
