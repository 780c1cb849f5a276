"""Reads sent prompts of all conversations, newest first, a page at a time and of each no more than its beginning."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Set
from contextlib import closing
from dataclasses import dataclass

from textchat.core.parts.draft import Draft
from textchat.store.database_thread import DatabaseThread
from textchat.store.parts.part_rows import part_from
from textchat.store.rows import storable

FIRST_BYTES = 4096
"""Of a prompt, to be looked at and searched."""
PAGE = 200
Place = tuple[float, int]
"""Where a page ends: the time of its last message, and the key."""


@dataclass(frozen=True, slots=True)
class SentPrompt:
    """A prompt in the store."""

    conversation_id: str
    message_id: str
    title: str
    """Of its conversation."""
    beginning: str
    size: int
    """Bytes of the whole text."""
    files: tuple[str, ...]
    """The names of what is attached."""
    at: float
    """When it was sent, a Unix time in seconds."""


def page_of_prompts(connection: sqlite3.Connection, before: Place | None) -> tuple[list[SentPrompt], Place | None]:
    """The next prompts after a place, and where they end; None where there are no more."""
    connection.execute("BEGIN")  # what is deleted meanwhile stays readable until the page is read
    try:
        return _page(connection, before)
    finally:
        connection.execute("COMMIT")


def _page(connection: sqlite3.Connection, before: Place | None) -> tuple[list[SentPrompt], Place | None]:
    # The facts of messages are an index of their own: no text is loaded in order to sort.
    found = connection.execute(
        "SELECT m.key, m.conversation, m.created_at FROM messages AS m INDEXED BY message_facts"
        " WHERE m.role = 'user' AND (:key IS NULL OR (m.created_at, m.key) < (:at, :key))"
        " ORDER BY m.created_at DESC, m.key DESC LIMIT :limit",
        {"at": before and before[0], "key": before and before[1], "limit": PAGE},
    ).fetchall()
    prompts = [prompt for row in found if (prompt := _prompt(connection, row)) is not None]
    return prompts, (found[-1]["created_at"], found[-1]["key"]) if len(found) == PAGE else None


def _prompt(connection: sqlite3.Connection, row: sqlite3.Row) -> SentPrompt | None:
    head = connection.execute(
        "SELECT id, title FROM conversations WHERE key = ? AND deleted_at IS NULL", (row["conversation"],)
    ).fetchone()
    if head is None:
        return None
    # Of 20 MB only the beginning is read: any function of a text would load all of it.
    with closing(connection.blobopen("messages", "text", row["key"], readonly=True)) as blob:
        size, beginning = len(blob), blob.read(FIRST_BYTES).decode(errors="ignore")
    (message_id,) = connection.execute("SELECT id FROM messages WHERE key = ?", (row["key"],)).fetchone()
    files = connection.execute("SELECT name FROM parts WHERE message = ? ORDER BY position", (row["key"],))
    names = tuple(str(file["name"]) for file in files)
    return SentPrompt(head["id"], message_id, head["title"], beginning, size, names, row["created_at"])


def whole_prompt(connection: sqlite3.Connection, conversation_id: str, message_id: str) -> Draft | None:
    """The prompt with what is attached, without its content; None where it was deleted."""
    row = connection.execute(
        "SELECT messages.key, messages.text FROM messages JOIN conversations ON conversations.key = conversation"
        " WHERE conversations.id = ? AND conversations.deleted_at IS NULL AND messages.id = ?",
        (storable(conversation_id), storable(message_id)),
    ).fetchone()
    if row is None:
        return None
    parts = connection.execute("SELECT * FROM parts WHERE message = ? ORDER BY position", (row["key"],))
    return Draft(row["text"], tuple(part_from(part) for part in parts))


def newest_prompts(connection: sqlite3.Connection, limit: int, longest: int, together: int) -> list[Draft]:
    """The newest prompts, newest first: no text of more than `longest` bytes, and not more than `together` in all."""
    drafts: list[Draft] = []
    place: Place | None = None
    while len(drafts) < limit:
        prompts, place = page_of_prompts(connection, place)
        for prompt in prompts:
            together -= prompt.size if prompt.size <= longest else 0
            if together < 0 or len(drafts) == limit:
                return drafts
            draft = whole_prompt(connection, prompt.conversation_id, prompt.message_id)
            if draft is not None and prompt.size <= longest:
                drafts.append(draft)
        if place is None:
            break
    return drafts


class SentPrompts:
    """The prompts in a `History`; every method raises StoreError."""

    def __init__(self, searches: DatabaseThread) -> None:
        self._searches = searches

    async def pages(self) -> AsyncIterator[list[SentPrompt]]:
        """All prompts, newest first; whoever has seen enough asks for no more."""
        place: Place | None = None
        while True:
            prompts, place = await self._searches.run_unless_cancelled(page_of_prompts, place)
            yield prompts
            if place is None:
                return

    async def whole(self, prompt: SentPrompt) -> Draft | None:
        """See `whole_prompt`."""
        return await self._searches.run(whole_prompt, prompt.conversation_id, prompt.message_id)

    async def newest(self, limit: int, *, longest: int, together: int) -> list[Draft]:
        """See `newest_prompts`."""
        return await self._searches.run_unless_cancelled(newest_prompts, limit, longest, together)


class PromptsBeside(SentPrompts):
    """Those in memory, then those of a file on conversations that are not `here` in memory."""

    def __init__(self, stored: SentPrompts, new: SentPrompts, here: Set[str]) -> None:
        self._stored = stored
        self._new = new
        self._here = here

    async def pages(self) -> AsyncIterator[list[SentPrompt]]:
        async for page in self._new.pages():
            yield page
        async for page in self._stored.pages():
            yield [prompt for prompt in page if prompt.conversation_id not in self._here]

    async def whole(self, prompt: SentPrompt) -> Draft | None:
        return await (self._new if prompt.conversation_id in self._here else self._stored).whole(prompt)

    async def newest(self, limit: int, *, longest: int, together: int) -> list[Draft]:
        new = await self._new.newest(limit, longest=longest, together=together)
        return [*new, *await self._stored.newest(limit - len(new), longest=longest, together=together)]
