"""Imports chats of Visual Studio Code as `chatSessions/….jsonl` has them since 2026: a line for each change.

A line sets (`kind` 1), appends to (2) or deletes (3) what its path `k` names in the object of the first line (0), see
`objectMutationLog.ts` beside the sources that `vscode_chat.py` names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textchat.core.text.json_fields import as_list, as_table, items, number
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.formats import SeriesFormat
from textchat.store.transfer.importers.programs import vscode_chat
from textchat.store.transfer.importers.reading import Reading

_FIRST, _SET, _APPEND, _DELETE = range(4)


def matches(entry: Any) -> bool:
    return _kind(entry) == _FIRST and isinstance(as_table(as_table(entry).get("v")).get("requests"), list)


def goes_on(entry: Any) -> bool:
    return _kind(entry) in (_SET, _APPEND, _DELETE) and isinstance(entry.get("k"), list)


def _kind(entry: object) -> int | None:
    return number(entry, "kind")


def read(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the chat as the last line leaves it; raises NotReadable."""
    chat = entries[0]["v"]
    for change in entries[1:]:
        _apply(change, chat)
    return vscode_chat.read(chat, reading)


def _apply(change: Mapping[str, Any], chat: Any) -> None:
    """Change the chat; a change of what is not there is passed over."""
    *way, last = items(change, "k") or [None]
    for key in way:
        chat = _inside(chat, key)
    if _kind(change) == _APPEND:
        held = _inside(chat, last)
        if not isinstance(held, list):
            held = []
        keep = number(change, "i")
        _set(chat, last, [*held[: len(held) if keep is None else keep], *as_list(change.get("v"))])
    else:
        _set(chat, last, change.get("v"))


def _inside(holder: Any, key: object) -> Any:
    return holder[key] if _has(holder, key) else None


def _set(holder: Any, key: object, value: object) -> None:
    if _has(holder, key) or (isinstance(holder, dict) and isinstance(key, str)):
        holder[key] = value


def _has(holder: Any, key: object) -> bool:
    if isinstance(holder, list):
        return isinstance(key, int) and 0 <= key < len(holder)
    return isinstance(holder, dict) and isinstance(key, str) and key in holder


FORMAT = SeriesFormat("VS Code (Copilot Chat)", matches, read, goes_on)
