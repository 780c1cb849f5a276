"""Imports lists of messages as chat interfaces know them, in JSON or JSON Lines, and whole requests and replies.

A list may stand alone, one message a line, or in a request, a reply or a file for fine-tuning: see `dialogues.py`. It
names no conversation, so its content is its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from textchat.core.conversation import Role
from textchat.core.text.json_fields import as_table, as_text, table
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import Chain, ImportedMessage, attempt, conversation_from, stable_id
from textchat.store.transfer.importers.common.titles import title_in
from textchat.store.transfer.importers.formats import EntryFormat, SeriesFormat
from textchat.store.transfer.importers.found import Empty, NoMessages, Skipped
from textchat.store.transfer.importers.messages.blocks import read_content
from textchat.store.transfer.importers.messages.chat_messages import chat_turn
from textchat.store.transfer.importers.messages.dialogues import (
    Dialogue,
    Version,
    dialogue_of,
    is_entry,
)
from textchat.store.transfer.importers.messages.figures import finish_of, usage_in
from textchat.store.transfer.importers.messages.gemini_contents import gemini_turn, is_content
from textchat.store.transfer.importers.messages.list_marks import (
    FIRST,
    conversations_in,
    date_in,
    heads_in,
    parents_in,
    place_of,
)
from textchat.store.transfer.importers.messages.response_items import DatedItem, is_item, turns_of
from textchat.store.transfer.importers.messages.turn import Turn
from textchat.store.transfer.importers.reading import Reading
from textchat.store.transfer.importers.values import model_name, moment

NAME = "message lists (OpenAI, Anthropic, Gemini)"
_SOURCE = "openai"
"""Part of all ids, since the time when only OpenAI's lists were read."""
_OF_CHAT = frozenset({"tool_calls", "function_call", "reasoning_content", "images"})


def matches(entry: Any) -> bool:
    return dialogue_of(entry) is not None


def read(entry: Any, reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield the conversation, or each of those whose messages the list holds; several replies are versions.

    Raises NotReadable.
    """
    dialogue = dialogue_of(entry)
    if dialogue is None:
        raise NoMessages
    head = as_table(entry)
    parts = conversations_in(dialogue.entries)
    if len(parts) < 2:
        named = as_text(head.get("id")) or next(iter(parts), "")
        yield _conversation(dialogue, {**head, "id": named} if named else head, reading)
        return
    heads = heads_in(head)
    for id_, entries in parts.items():
        own = replace(dialogue, entries=entries)
        yield attempt(f"conversation {id_}", _conversation, own, {**heads.get(id_, {}), "id": id_}, reading)


def _conversation(dialogue: Dialogue, head: Mapping[str, Any], reading: Reading) -> ConversationRecord:
    shown = {**head, **table(head, "conv")}  # the web interface of llama.cpp
    imported, leaf = _imported(dialogue, shown.get("currNode"), reading)
    if not imported:
        raise NoMessages
    return conversation_from(
        _SOURCE,
        as_text(head.get("id")) or stable_id(0, _content(dialogue)),
        imported,
        title=title_in(*(as_text(shown.get(name)) for name in ("title", "custom_id", "name"))),
        created_at=date_in(shown),  # of these dates, ids know only two
        stamped_at=moment(head.get("created_at") or head.get("created")),
        leaf=leaf,
        is_pinned=shown.get("pinned") is True,
    )


def read_series(entries: Sequence[Any], reading: Reading) -> Iterator[ConversationRecord | Skipped | Empty]:
    """Yield the conversation of messages or items that follow each other; raises NotReadable."""
    return read(list(entries), reading)


def _content(dialogue: Dialogue) -> str:
    """What the id of a conversation without one is made from."""
    rest = [dialogue.system, *(version.entries for version in dialogue.versions)]
    return json.dumps([dialogue.entries, *rest] if any(rest) else dialogue.entries, sort_keys=True, default=str)


def _imported(dialogue: Dialogue, current: object, reading: Reading) -> tuple[list[ImportedMessage], str | None]:
    """All messages, and the last of the first reply, or of the branch that ends with the entry `current`."""
    model = model_name(dialogue.model) or next(
        filter(None, (model_name(each.model) for each in dialogue.versions)), None
    )
    asked = Chain()
    system = Turn(ImportedMessage("system", None, Role.SYSTEM, ""), reading)
    read_content(dialogue.system, system)
    _hang(asked, [system])
    ends = _hang_as_tree(asked, _turns(dialogue.entries, 0, "", model, reading), parents_in(dialogue.entries))
    imported, leaf = asked.messages, ends.get(str(place_of(current, dialogue.entries)), asked.last)
    for number, version in enumerate(dialogue.versions):
        reply = Chain(asked.last)
        mark = f"{number}:" if number else ""
        wrote = model_name(version.model) or model
        _hang(reply, _turns(version.entries, len(dialogue.entries), mark, wrote, reading))
        imported += _finished(reply.messages, version, is_first=number == 0)
        leaf = reply.last if number == 0 else leaf
    return imported, leaf


def _hang(chain: Chain, turns: Iterable[Turn]) -> None:
    for turn in turns:
        for message in turn.messages():
            chain.add(message)


def _hang_as_tree(chain: Chain, turns: Iterable[Turn], parents: Mapping[int, int]) -> Mapping[str, str | None]:
    """Hang turns below each other, or below their parents; returns the last message of each by the turn's id."""
    ends = {str(FIRST): chain.last}
    above = {str(place): str(parent) for place, parent in parents.items()}
    for turn in turns:
        if turn.row.id in above:
            chain.last = ends.get(above[turn.row.id], chain.last)
        _hang(chain, [turn])
        ends[turn.row.id] = chain.last
    return ends


def _turns(entries: Sequence[Any], first: int, mark: str, model: str | None, reading: Reading) -> Iterator[Turn]:
    """The entries as turns, whose ids are their numbers."""
    has_items = any(map(is_item, entries))
    numbered = [(f"{mark}{number}", entry) for number, entry in enumerate(entries, start=first)]
    for are_items, group in groupby(numbered, lambda pair: has_items and not _is_of_chat(pair[1])):
        if are_items:
            items = [DatedItem(id_, entry, model, moment(entry.get("created_at"))) for id_, entry in group]
            yield from turns_of(items, reading)
        else:
            for id_, entry in group:
                yield (gemini_turn if is_content(entry) else chat_turn)(id_, entry, model, reading)


def _is_of_chat(entry: Any) -> bool:
    """Whether it is a message that no list of items holds."""
    return is_content(entry) or entry.get("role") in ("tool", "function") or bool(entry.keys() & _OF_CHAT)


def _finished(messages: Sequence[ImportedMessage], version: Version, *, is_first: bool) -> list[ImportedMessage]:
    """The messages of a reply; the last has what is known of the whole: the usage is one for all versions."""
    if not messages:
        return []
    *others, last = messages
    usage = usage_in(version.usage) if is_first else None
    finish = finish_of(version.finish)
    return [*others, replace(last, usage=last.usage or usage, finish_reason=last.finish_reason or finish)]


OBJECT = EntryFormat(NAME, matches, read)
SERIES = SeriesFormat(NAME, is_entry, read_series)
