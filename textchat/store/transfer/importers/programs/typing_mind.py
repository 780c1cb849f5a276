"""Imports TypingMind's backup: `data` with `chats` and `folders`, or one chat alone.

Its form is described by others who read it (https://github.com/enricoros/big-AGI has a schema of it): a chat has
`chatID`, `chatTitle` and `messages` as OpenAI's interface knows them, with `uuid` and `createdAt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from textchat.core.text.json_fields import rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, attempt, conversation_from
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import Conversations, EntryFormat
from textchat.store.transfer.importers.messages.chat_messages import chat_turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment


def is_chat(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("chatID"), str) and isinstance(entry.get("messages"), list)


def matches(entry: Any) -> bool:
    return is_chat(entry) or any(map(is_chat, rows(table(entry, "data"), "chats")))


def read(entry: Any, reading: Reading) -> Conversations:
    """Yield the chats, those of a folder with its name as a tag; raises NotReadable."""
    if is_chat(entry):
        yield _conversation(entry, {}, reading)
        return
    data = table(entry, "data")
    folders = {
        text(folder, "id"): text(folder, "title") or text(folder, "name")
        for folder in rows(data, "folders")
        if text(folder, "id")
    }
    for place, chat in enumerate(filter(is_chat, rows(data, "chats")), start=1):
        yield attempt(f"chat {place}", _conversation, chat, folders, reading)


def _conversation(chat: Mapping[str, Any], folders: Mapping[str, str], reading: Reading) -> ConversationRecord:
    model = model_name(chat.get("model"))
    chain = Chain()
    for place, row in enumerate(rows(chat, "messages")):
        for message in chat_turn(text(row, "uuid") or str(place), row, model, reading).messages():
            chain.add(replace(message, created_at=moment(row.get("createdAt")) or message.created_at))
    folder = folders.get(text(chat, "folderID"))
    return conversation_from(
        "typingmind",
        chat["chatID"],
        chain.messages,
        title=title_in(text(chat, "chatTitle")),
        created_at=moment(chat.get("createdAt")),
        updated_at=moment(chat.get("updatedAt")),
        leaf=chain.last,
        tags=[folder] if folder else (),
    )


FORMAT = EntryFormat("TypingMind", matches, read)
