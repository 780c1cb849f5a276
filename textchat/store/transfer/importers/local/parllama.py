"""Imports parllama's sessions: `chats/*.json` in its data folder, a session each.

The file is described by its source (https://github.com/paulrobello/parllama, `parllama/chat_session.py`); the first
versions call things `session_id`, `session_name` and `message_id`, later ones have the model in `llm_config`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from textchat.core.text.json_fields import rows, table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, conversation_from
from textchat.store.transfer.importers.common.models import provider_model
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import EntryFormat
from textchat.store.transfer.importers.messages.chat_messages import chat_turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import moment


def matches(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("messages"), list)
        and isinstance(entry.get("last_updated"), str)
        and (isinstance(entry.get("llm_model_name"), str) or isinstance(entry.get("llm_config"), dict))
    )


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord]:
    """Yield the session; raises NotReadable."""
    model = _model(entry)
    chain = Chain()
    for place, row in enumerate(rows(entry, "messages")):
        id_ = text(row, "id") or text(row, "message_id") or str(place)
        for message in chat_turn(id_, row, model, reading).messages():
            chain.add(message)
    record = conversation_from(
        "parllama",
        text(entry, "id") or text(entry, "session_id"),
        chain.messages,
        title=title_in(text(entry, "name"), text(entry, "session_name")),
        leaf=chain.last,
    )
    updated = moment(entry["last_updated"])
    if not updated:
        yield record
        return
    # No other date is in the file; no date at all is in its ids, as this one changes with each message.
    talk = record.conversation
    messages = {id_: replace(message, created_at=updated) for id_, message in talk.messages.items()}
    yield replace(record, updated_at=updated, conversation=replace(talk, created_at=updated, messages=messages))


def _model(entry: Mapping[str, Any]) -> str | None:
    config = table(entry, "llm_config")
    return provider_model(
        text(config, "provider") or "ollama", text(config, "model_name") or text(entry, "llm_model_name")
    )


FORMAT = EntryFormat("parllama", matches, read)
