"""Everything that changes the database, as plain calls; they run on the writer's thread, one after the other."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textchat.core.conversation import Conversation, Message, Status, ToolCall
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.store.database import transaction
from textchat.store.journal import put_vote
from textchat.store.organize import key_of, tag
from textchat.store.process_locks import Owners
from textchat.store.rows import MESSAGE_COLUMNS, message_row, pane_row, storable, tool_calls_json

_COLUMNS = ", ".join(MESSAGE_COLUMNS)
# The row of a growing message is written once; what comes later is in its chunks. So a growing form never replaces
# anything, least of all the final one.
_PUT_MESSAGE = f"""
    INSERT INTO messages (conversation, owner, {_COLUMNS})
    VALUES (:conversation, :owner, {", ".join(":" + name for name in MESSAGE_COLUMNS)})
    ON CONFLICT (conversation, id) DO UPDATE
    SET owner = NULL, {", ".join(f"{name} = excluded.{name}" for name in MESSAGE_COLUMNS if name != "id")}
    WHERE excluded.status <> 'growing'
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole conversation from elsewhere."""

    conversation: Conversation
    updated_at: float
    """Unix time in seconds of its last message."""
    is_pinned: bool = False
    is_archived: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """Which conversations came in, by id; all others were there already, as they are."""

    new: tuple[str, ...] = ()
    grown: tuple[str, ...] = ()
    """Known ones that have got messages which they lacked."""


@dataclass(frozen=True, slots=True)
class Growth:
    """A reply that has gained something. Its lists of chunks may be read from here while they grow on another thread;
    its tool calls change in place, so they come along as they were."""

    reply: Reply
    tool_calls: tuple[ToolCall, ...]


class _Kept:
    """How much of one growing reply is in the database."""

    def __init__(self, text: int = 0, reasoning: int = 0) -> None:
        self.text_chunks = 0
        self.reasoning_chunks = 0
        self.skip_text = text
        """Characters of the first chunks that went in with the message's own row."""
        self.skip_reasoning = reasoning
        self.tool_calls: str | None = None


class Writer:
    """Holds the one connection that writes; raises sqlite3.Error and OSError."""

    def __init__(self, connection: sqlite3.Connection, owners: Owners) -> None:
        self.connection = connection
        self.owners = owners
        self.titles: dict[str, str] = {}
        """By conversation, the title as it was last read or written here: only another one is written over it."""
        self._kept: dict[str, _Kept] = {}
        self._incomplete: set[str] = set()
        """Conversations of which something could not be written: the next save brings all of it."""

    # -- conversations and messages ----------------------------------------------------------------------------------

    def save(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        """Head, panes and `messages` in one transaction; with all messages after a save that failed."""
        if conversation.id in self._incomplete:
            messages = _all_with(conversation, messages)
        try:
            self._save(conversation, messages)
        except sqlite3.IntegrityError:  # a parent is missing: its own save had failed, or was never asked for
            self._save(conversation, _all_with(conversation, messages))
        except (sqlite3.Error, OSError):
            self._incomplete.add(conversation.id)
            raise
        self._incomplete.discard(conversation.id)
        self.titles[conversation.id] = conversation.title

    def _save(self, conversation: Conversation, messages: Iterable[Message]) -> None:
        growing = {message.id: message for message in messages if message.status is Status.GROWING}
        owner = self.owners.claim() if growing else None
        with transaction(self.connection):
            key = self._put_head(conversation, is_written_in=bool(messages))
            self._put_panes(key, conversation)
            for message in messages:
                self._put_message(key, message, owner)
        for message in growing.values():
            self._kept.setdefault(message.id, _Kept(len(message.text), len(message.reasoning)))

    def _put_head(self, conversation: Conversation, is_written_in: bool) -> int:
        now = time.time()
        created = storable(conversation.created_at) or now
        new = (storable(conversation.id), storable(conversation.title), created, now)
        self.connection.execute(
            "INSERT INTO conversations (id, title, created_at, updated_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            new,
        )
        key = key_of(self.connection, conversation.id)
        if is_written_in:  # a change of panes alone neither moves it to the top nor brings it back
            self.connection.execute(
                "UPDATE conversations SET updated_at = ?, deleted_at = NULL WHERE key = ?", (now, key)
            )
        if conversation.title != self.titles.get(conversation.id):
            self.connection.execute("UPDATE conversations SET title = ? WHERE key = ?", (new[1], key))
        return key

    def _put_panes(self, key: int, conversation: Conversation) -> None:
        self.connection.execute("DELETE FROM panes WHERE conversation = ?", (key,))
        self.connection.executemany(
            "INSERT INTO panes (conversation, position, id, model, parameters, leaf_id, weight, folded,"
            " place_message, place_offset, place_above) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(key, position, *pane_row(pane)) for position, pane in enumerate(conversation.panes)],
        )

    def _put_message(self, conversation: int, message: Message, owner: str | None) -> None:
        row = message_row(message)
        row["conversation"] = conversation
        row["owner"] = owner if message.status is Status.GROWING else None
        self.connection.execute(_PUT_MESSAGE, row)
        if message.attachments:
            key = self._message_key(conversation, message.id)
            self.connection.execute("DELETE FROM attachments WHERE message = ?", (key,))
            self.connection.executemany(
                "INSERT INTO attachments (message, position, name, media_type, data) VALUES (?, ?, ?, ?, ?)",
                [
                    (key, position, storable(attachment.name), storable(attachment.media_type), attachment.data)
                    for position, attachment in enumerate(message.attachments)
                ],
            )

    def remove_messages(self, conversation_id: str, message_ids: Iterable[str]) -> None:
        """Messages that were cut out of the tree; all that is below one must be named as well."""
        with transaction(self.connection):
            key = key_of(self.connection, conversation_id)
            self.connection.executemany(
                "DELETE FROM messages WHERE conversation = ? AND id = ?", [(key, id_) for id_ in message_ids]
            )

    def _message_key(self, conversation: int, message_id: str) -> int:
        (key,) = self.connection.execute(
            "SELECT key FROM messages WHERE conversation = ? AND id = ?", (conversation, storable(message_id))
        ).fetchone()
        return int(key)

    def add(self, arrivals: Iterable[Arrival]) -> Added:
        """Take in what is not there yet, all in one transaction."""
        new, grown = [], []
        with transaction(self.connection):
            for arrival in arrivals:
                id_ = storable(arrival.conversation.id)
                # Who takes in what was deleted a moment ago wants it back, as it comes.
                self.connection.execute("DELETE FROM conversations WHERE id = ? AND deleted_at IS NOT NULL", (id_,))
                known = self.connection.execute("SELECT key FROM conversations WHERE id = ?", (id_,)).fetchone()
                if known is None:
                    self._add(arrival)
                    new.append(arrival.conversation.id)
                elif self._add_missing(known["key"], arrival):
                    grown.append(arrival.conversation.id)
        return Added(tuple(new), tuple(grown))

    def _add_missing(self, key: int, arrival: Arrival) -> bool:
        """Whether there was a message that is not there; panes that stood at the old end go on to the new one."""
        conversation = arrival.conversation
        rows = self.connection.execute("SELECT id FROM messages WHERE conversation = ?", (key,))
        known = {row["id"] for row in rows}
        missing = [each for each in conversation.messages.values() if storable(each.id) not in known]
        for message in missing:
            self._put_message(key, message, None)
        if not missing:
            return False
        for leaf in {pane.leaf_id for pane in conversation.panes} - {None}:
            above = [(storable(leaf), key, storable(message.id)) for message in conversation.branch(leaf)]
            self.connection.executemany("UPDATE panes SET leaf_id = ? WHERE conversation = ? AND leaf_id = ?", above)
        self.connection.execute(
            "UPDATE conversations SET updated_at = max(updated_at, ?) WHERE key = ?",
            (storable(arrival.updated_at) or 0.0, key),
        )
        return True

    def _add(self, arrival: Arrival) -> None:
        conversation = arrival.conversation
        key = self._put_head(conversation, is_written_in=False)
        self._put_panes(key, conversation)
        for message in conversation.messages.values():
            self._put_message(key, message, None)
        for vote in conversation.votes:
            put_vote(self.connection, vote)
        self.connection.execute(
            "UPDATE conversations SET updated_at = ?, pinned = ?, archived = ? WHERE key = ?",
            (storable(arrival.updated_at) or 0.0, int(arrival.is_pinned), int(arrival.is_archived), key),
        )
        for name in arrival.tags:
            tag(self.connection, conversation.id, name)

    def vacuum(self) -> None:
        """Rebuild the file without its holes."""
        self.connection.execute("VACUUM")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # -- a reply that grows ------------------------------------------------------------------------------------------

    def checkpoint(self, grown: Iterable[Growth]) -> None:
        """Append what each reply has gained since the last time; its cost does not depend on what is there."""
        gained = []
        with transaction(self.connection):
            for growth in grown:
                kept = self._kept.get(growth.reply.id)
                if kept is not None and not growth.reply.is_ended:
                    gained.append((kept, *self._append(growth, kept)))
        for kept, text_chunks, reasoning_chunks, tool_calls in gained:  # only now it is sure to be there
            kept.text_chunks, kept.reasoning_chunks, kept.tool_calls = text_chunks, reasoning_chunks, tool_calls
            kept.skip_text = kept.skip_reasoning = 0

    def _append(self, growth: Growth, kept: _Kept) -> tuple[int, int, str | None]:
        reply = growth.reply
        text_chunks, reasoning_chunks = len(reply.text_chunks), len(reply.reasoning_chunks)
        text = "".join(reply.text_chunks[kept.text_chunks : text_chunks])[kept.skip_text :]
        reasoning = "".join(reply.reasoning_chunks[kept.reasoning_chunks : reasoning_chunks])[kept.skip_reasoning :]
        tool_calls = tool_calls_json(growth.tool_calls)
        changed = None if tool_calls == kept.tool_calls else storable(tool_calls)
        if text or reasoning or changed:
            self.connection.execute(
                "INSERT INTO chunks (message, text, reasoning, tool_calls) SELECT messages.key, ?, ?, ? FROM messages"
                " JOIN conversations ON conversations.key = messages.conversation"
                " WHERE conversations.id = ? AND messages.id = ? AND messages.status = 'growing'",
                (storable(text), storable(reasoning), changed, storable(reply.conversation_id), reply.id),
            )
        return text_chunks, reasoning_chunks, tool_calls

    def finish(self, conversation_id: str, message: Message) -> None:
        """The final form of a growing message in place of its chunks."""
        self._kept.pop(message.id, None)
        try:
            with transaction(self.connection):
                conversation = key_of(self.connection, conversation_id)
                self._put_message(conversation, message, None)
                key = self._message_key(conversation, message.id)
                self.connection.execute("DELETE FROM chunks WHERE message = ?", (key,))
                self.connection.execute(
                    "UPDATE conversations SET updated_at = ? WHERE key = ?", (time.time(), conversation)
                )
        except (sqlite3.Error, OSError, StoreError):
            self._incomplete.add(conversation_id)
            raise


def _all_with(conversation: Conversation, messages: Sequence[Message]) -> list[Message]:
    """All messages of the conversation, those given in their given form."""
    return list({**conversation.messages, **{message.id: message for message in messages}}.values())
