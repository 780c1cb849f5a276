"""Saves conversations, messages and growing replies: synchronous calls for the writer's thread alone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from textchat.core.blind.blind import Blind
from textchat.core.blind.masks import Mask
from textchat.core.blind.seal import sealed
from textchat.core.conversation import Conversation, Message, Status, ToolCall
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.replaying.timeline import Timeline
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.store import timelines
from textchat.store.blind.sealed_rows import mask_of, sealed_message_row, sealed_pane_row, settle
from textchat.store.database import transaction
from textchat.store.journal import put_vote
from textchat.store.organizing.organize import keep_blind, keep_view, key_of, put_waiting, tag
from textchat.store.parts import contents
from textchat.store.parts.part_rows import citations_json, sealed_json
from textchat.store.process_locks import ProcessLocks
from textchat.store.record import Added, ConversationRecord
from textchat.store.recovery import interrupted
from textchat.store.removed_messages import RemovedMessages, put_back, take_out
from textchat.store.rows import MESSAGE_COLUMNS, PANE_COLUMNS, names_in, storable, tool_calls_json
from textchat.store.search.index import is_long, prepare

_COLUMNS = ", ".join(MESSAGE_COLUMNS)
# The row of a growing message is written once; what comes later is in its chunks. So a growing form never replaces
# anything, least of all the final one.
_PUT_MESSAGE = f"""
    INSERT INTO messages (key, conversation, owner, {_COLUMNS})
    VALUES (max(:last_key, ifnull((SELECT max(key) FROM messages), 0)) + 1, :conversation, :owner,
        {", ".join(":" + name for name in MESSAGE_COLUMNS)})
    ON CONFLICT (conversation, id) DO UPDATE
    SET owner = NULL, {", ".join(f"{name} = excluded.{name}" for name in MESSAGE_COLUMNS if name != "id")}
    WHERE excluded.status <> 'growing'
"""
_OF_GROWING = """
    FROM messages JOIN conversations ON conversations.key = messages.conversation
    WHERE conversations.id = ? AND messages.id = ? AND messages.status = 'growing'
"""
_GROWING = f"SELECT messages.key, ?, ?, ?, ?, ? {_OF_GROWING}"
_GROWING_KEY = f"SELECT messages.key {_OF_GROWING}"


@dataclass(frozen=True, slots=True)
class Growth:
    """New content of a growing reply, as it is handed to the writer's thread.

    Its lists of chunks may be read there while they grow on the event loop's thread; what changes in place comes along
    as it was.
    """

    reply: Reply
    tool_calls: tuple[ToolCall, ...]
    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    sealed: tuple[SealedReasoning, ...]

    @classmethod
    def of(cls, reply: Reply) -> Growth:
        """The reply as it is now; to be called on the event loop."""
        received = reply.received
        return cls(reply, reply.tool_calls, tuple(received.parts), received.citations.all, tuple(received.sealed))


@dataclass(frozen=True, slots=True)
class _Saved:
    """The part of one growing reply that is in the database."""

    text_chunks: int = 0
    reasoning_chunks: int = 0
    skip_text: int = 0
    """Characters of the first chunks that went in with the message's own row."""
    skip_reasoning: int = 0
    parts: int = 0
    """How many of them, with their content."""
    tool_calls: str | None = None
    citations: str | None = None
    sealed: str | None = None

    @classmethod
    def first(cls, message: Message) -> _Saved:
        """What goes in with the row of a growing message."""
        return cls(
            skip_text=len(message.text),
            skip_reasoning=len(message.reasoning),
            parts=len(message.parts),
            citations=citations_json(message.citations),
            sealed=sealed_json(message.sealed),
        )


class Writer:
    """Writes conversations through the only writing connection; raises sqlite3.Error and OSError."""

    def __init__(self, connection: sqlite3.Connection, locks: ProcessLocks) -> None:
        self.connection = connection
        self.locks = locks
        self.titles: dict[str, str] = {}
        """By conversation, the title as it was last read or written here: only another one is written over it."""
        self.blinds: dict[str, Blind | None] = {}
        """By conversation, how it was last read or written to be compared; likewise."""
        self._saved: dict[str, _Saved] = {}
        self._last_removed = 0
        """The highest key of a message that was deleted: it stays free, for keys are the order of the messages."""
        self._incomplete: dict[str, sqlite3.Error | OSError | StoreError] = {}
        """Why something of a conversation could not be written, by its id: the next save brings all of it."""

    # -- conversations and messages ----------------------------------------------------------------------------------

    def save(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        """Save title, panes and `messages` in one transaction; after a failed save, all messages."""
        if conversation.id in self._incomplete:
            messages = _all_with(conversation, messages)
        try:
            self._save(conversation, messages)
        except sqlite3.IntegrityError:  # a parent is missing: its own save had failed, or was never asked for
            self._save(conversation, _all_with(conversation, messages))
        except (sqlite3.Error, OSError) as error:
            self._incomplete[conversation.id] = error
            raise
        self._incomplete.pop(conversation.id, None)
        self.titles[conversation.id] = conversation.title
        begins = conversation.blind is not None and self.blinds.get(conversation.id) is None
        self.blinds[conversation.id] = conversation.blind
        if begins:  # no page with the names is to be left in the log
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _save(self, conversation: Conversation, messages: Iterable[Message]) -> None:
        growing = {message.id: message for message in messages if message.status is Status.GROWING}
        _prepare(messages)
        owner = self.locks.claim() if growing or conversation.waiting else self.locks.own
        with transaction(self.connection):
            key = self._put_head(conversation, is_written_in=bool(messages))
            mask = mask_of(self.connection, key, conversation)
            if conversation.blind is not None or not mask.is_blind:  # else another process has dealt them since
                self._put_panes(key, conversation, mask)
            if owner is not None:
                put_waiting(self.connection, key, conversation.waiting, owner)
            for message in messages:
                self._put_message(key, message, owner, mask)
            contents.forget_unnamed(self.connection)
        for message in growing.values():
            self._saved.setdefault(message.id, _Saved.first(message))

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
        keep_view(self.connection, conversation.id, conversation.view)
        self._put_blind(key, conversation)
        return key

    def _put_blind(self, key: int, conversation: Conversation) -> None:
        """Save how it is compared, unless that is what is known here: another process may have ended or begun it."""
        if conversation.id in self.blinds and conversation.blind == self.blinds[conversation.id]:
            return
        was_blind = mask_of(self.connection, key).is_blind
        keep_blind(self.connection, conversation.id, conversation.blind)
        if was_blind is not (conversation.blind is not None):
            settle(self.connection, key)

    def _put_panes(self, key: int, conversation: Conversation, mask: Mask) -> None:
        self.connection.execute("DELETE FROM panes WHERE conversation = ?", (key,))
        self.connection.executemany(
            f"INSERT INTO panes (conversation, position, {', '.join(PANE_COLUMNS)})"
            f" VALUES (?, ?{', ?' * len(PANE_COLUMNS)})",
            [(key, position, *sealed_pane_row(pane, mask)) for position, pane in enumerate(conversation.panes)],
        )

    def _put_message(self, conversation: int, message: Message, owner: str | None, mask: Mask) -> None:
        row = sealed_message_row(message, mask)
        row["conversation"], row["last_key"] = conversation, self._last_removed
        row["owner"] = owner if message.status is Status.GROWING else None
        is_written = self.connection.execute(_PUT_MESSAGE, row).rowcount > 0
        if message.parts and is_written:
            key = self._message_key(conversation, message.id)
            contents.put_parts(self.connection, contents.OF_MESSAGE, (key,), message.parts)

    def remove_messages(self, conversation_id: str, message_ids: Iterable[str]) -> RemovedMessages:
        """Delete messages and all below them; what is returned goes back with `restore_messages`."""
        with transaction(self.connection):
            key = key_of(self.connection, conversation_id)
            removed = take_out(self.connection, key, conversation_id, message_ids)
            if removed.digests:
                contents.hold(self.connection, self.locks.claim(), removed.digests)
            contents.forget_unnamed(self.connection)
        self._last_removed = max(self._last_removed, removed.last_key)
        return removed

    def restore_messages(self, conversation_id: str, removed: RemovedMessages, above: Sequence[str]) -> None:
        """Put deleted messages back; where their parent is gone, below the first message of `above` that is there."""
        with transaction(self.connection):
            key = key_of(self.connection, conversation_id)
            put_back(self.connection, key, removed, above)
            settle(self.connection, key)  # it may have become blind meanwhile, or been revealed

    def _message_key(self, conversation: int, message_id: str) -> int:
        (key,) = self.connection.execute(
            "SELECT key FROM messages WHERE conversation = ? AND id = ?", (conversation, storable(message_id))
        ).fetchone()
        return int(key)

    def add(self, records: Iterable[ConversationRecord]) -> Added:
        """Add conversations, or what is missing of known ones, in one transaction."""
        new, grown = [], []
        # A reply that ran when it was exported does not go on here.
        records = [replace(record, conversation=interrupted(record.conversation)) for record in records]
        for record in records:
            if self._row_of(record) is None:
                _prepare(record.conversation.messages.values())
        with transaction(self.connection):
            for record in records:
                id_ = storable(record.conversation.id)
                # Who takes in what was deleted a moment ago wants it back, as it comes.
                self.connection.execute("DELETE FROM conversations WHERE id = ? AND deleted_at IS NOT NULL", (id_,))
                known = self._row_of(record)
                if known is None:
                    self._add(record)
                    new.append(record.conversation.id)
                elif self._add_missing(known["key"], record):
                    grown.append(record.conversation.id)
        return Added(tuple(new), tuple(grown))

    def _row_of(self, record: ConversationRecord) -> sqlite3.Row | None:
        id_ = storable(record.conversation.id)
        row: sqlite3.Row | None = self.connection.execute(
            "SELECT key FROM conversations WHERE id = ?", (id_,)
        ).fetchone()
        return row

    def _add_missing(self, key: int, record: ConversationRecord) -> bool:
        """Add missing messages and return whether there were any; panes at the old end move to the new one.

        An interrupted reply of which the whole has come counts as missing: it was exported while it ran.
        """
        conversation = record.conversation
        rows = self.connection.execute("SELECT id, status FROM messages WHERE conversation = ?", (key,))
        known = {row["id"]: row["status"] for row in rows}
        missing = [
            message
            for message in conversation.messages.values()
            if (status := known.get(storable(message.id))) is None
            or (status == Status.INTERRUPTED and self._is_rest(key, message))
        ]
        mask = mask_of(self.connection, key)
        for message in missing:
            self._put_message(key, message, None, mask)
        if not missing:
            return False
        for leaf in {pane.leaf_id for pane in conversation.panes} - {None}:
            above = [(storable(leaf), key, storable(message.id)) for message in conversation.branch(leaf)]
            self.connection.executemany("UPDATE panes SET leaf_id = ? WHERE conversation = ? AND leaf_id = ?", above)
        self.connection.execute(
            "UPDATE conversations SET updated_at = max(updated_at, ?) WHERE key = ?",
            (storable(record.updated_at) or 0.0, key),
        )
        return True

    def _is_rest(self, key: int, message: Message) -> bool:
        """Whether a message is what became of one that is stored as far as it had come."""
        if message.status is Status.INTERRUPTED:
            return False
        (text,) = self.connection.execute(
            "SELECT text FROM messages WHERE conversation = ? AND id = ?", (key, storable(message.id))
        ).fetchone()
        return str(storable(message.text)).startswith(text)

    def _add(self, record: ConversationRecord) -> None:
        conversation = record.conversation
        key = self._put_head(conversation, is_written_in=False)
        mask = mask_of(self.connection, key, conversation)
        self._put_panes(key, conversation, mask)
        for message in conversation.messages.values():
            self._put_message(key, message, None, mask)
        for id_, timeline in record.timelines.items():
            timelines.put(self.connection, self._message_key(key, id_), timeline)
        for vote in conversation.votes:
            put_vote(self.connection, vote)
        if mask.is_blind:
            settle(self.connection, key)
        self.connection.execute(
            "UPDATE conversations SET updated_at = ?, pinned = ?, archived = ? WHERE key = ?",
            (storable(record.updated_at) or 0.0, int(record.is_pinned), int(record.is_archived), key),
        )
        for name in record.tags:
            tag(self.connection, conversation.id, name)

    def vacuum(self) -> None:
        """Rebuild the file without its free pages."""
        self.connection.execute("VACUUM")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # -- a reply that grows ------------------------------------------------------------------------------------------

    def checkpoint(self, grown: Iterable[Growth]) -> None:
        """Append what each reply has gained since the last checkpoint; the cost does not depend on its length."""
        saved: dict[str, _Saved] = {}
        with transaction(self.connection):
            for growth in grown:
                before = self._saved.get(growth.reply.id)
                if before is not None and not growth.reply.is_ended:
                    saved[growth.reply.id] = self._append(growth, before)
        self._saved.update(saved)  # only now it is sure to be there

    def _append(self, growth: Growth, before: _Saved) -> _Saved:
        reply = growth.reply
        # Counted first: on the other thread the lists go on growing.
        after = _Saved(
            len(reply.text_chunks),
            len(reply.reasoning_chunks),
            parts=len(growth.parts),
            tool_calls=tool_calls_json(growth.tool_calls),
            citations=citations_json(growth.citations),
            sealed=sealed_json(growth.sealed),
        )
        text = reply.text_chunks.joined(before.text_chunks, after.text_chunks)[before.skip_text :]
        new_thoughts = reply.reasoning_chunks.joined(before.reasoning_chunks, after.reasoning_chunks)
        reasoning = new_thoughts[before.skip_reasoning :]
        changed = [
            None if now == then else storable(now)
            for now, then in (
                (after.tool_calls, before.tool_calls),
                (after.citations, before.citations),
                (after.sealed, before.sealed),
            )
        ]
        if self.blinds.get(reply.conversation_id) is not None:
            changed = [None if text is None else sealed(text) for text in changed]
        where = storable(reply.conversation_id), reply.id
        if text or reasoning or any(changed):
            self.connection.execute(
                f"INSERT INTO chunks (message, text, reasoning, tool_calls, citations, sealed) {_GROWING}",
                (storable(text), storable(reasoning), *changed, *where),
            )
        if after.parts > before.parts:
            for row in self.connection.execute(_GROWING_KEY, where).fetchall():
                new = growth.parts[before.parts :]
                contents.add_parts(self.connection, contents.OF_MESSAGE, (row["key"],), new, before.parts)
        return after

    def finish(self, conversation_id: str, message: Message, timeline: Timeline | None = None) -> None:
        """Replace the chunks of a growing message by its final form, and keep when its pieces came."""
        self._saved.pop(message.id, None)
        _prepare([message])
        try:
            with transaction(self.connection):
                conversation = key_of(self.connection, conversation_id)
                self._put_message(conversation, message, None, mask_of(self.connection, conversation))
                key = self._message_key(conversation, message.id)
                self.connection.execute("DELETE FROM chunks WHERE message = ?", (key,))
                if timeline is not None and timeline.pieces:
                    timelines.put(self.connection, key, timeline)
                contents.forget_unnamed(self.connection)
                self.connection.execute(
                    "UPDATE conversations SET updated_at = ? WHERE key = ?", (time.time(), conversation)
                )
        except (sqlite3.Error, OSError, StoreError) as error:
            first = self._incomplete.setdefault(conversation_id, error)
            if isinstance(error, sqlite3.IntegrityError | StoreError) and first is not error:
                raise first from error  # what it belongs to is not there, for that reason
            raise


def _prepare(messages: Iterable[Message]) -> None:
    """Do before a transaction what the index makes of long messages."""
    prepare(
        (storable(each.text), storable(each.reasoning + names_in(each)))
        for each in messages
        if is_long(each.text, each.reasoning)
    )


def _all_with(conversation: Conversation, messages: Sequence[Message]) -> list[Message]:
    """All messages of the conversation, with those in `messages` replaced by the given ones."""
    return list({**conversation.messages, **{message.id: message for message in messages}}.values())
