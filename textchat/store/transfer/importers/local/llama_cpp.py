"""Imports chats of llama.cpp's web interface as it exports them since 2026: a line for each chat and each message.

The lines are described in https://github.com/ggml-org/llama.cpp/pull/25501; the messages are those that earlier exports
have in a list, see `messages/message_lists.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from textchat.core.text.json_fields import table, text
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.formats import SeriesFormat
from textchat.store.transfer.importers.found import Empty, NoMessages, Skipped
from textchat.store.transfer.importers.messages import message_lists
from textchat.store.transfer.importers.reading import Reading


def matches(entry: Any) -> bool:
    return text(entry, "type") == "session" and bool(text(entry, "harness") and text(entry, "id"))


def goes_on(entry: Any) -> bool:
    return matches(entry) or (text(entry, "type") == "message" and bool(text(table(entry, "message"), "convId")))


def read(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield the chats with all their branches; raises NotReadable."""
    head: Any = {}
    for is_head, group in groupby(entries, key=matches):
        if is_head:
            *others, head = group
            yield from (Empty() for _ in others)
            continue
        try:
            yield from message_lists.read(
                {"conv": head, "messages": [table(line, "message") for line in group]}, reading
            )
        except NoMessages:
            yield Empty()


FORMAT = SeriesFormat("llama.cpp", matches, read, goes_on)
