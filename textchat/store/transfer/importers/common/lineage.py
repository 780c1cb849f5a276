"""Names messages of sources that give them no ids: by what they say and by what stands above them.

So a file that has grown adds what is new, and one that was copied and continued otherwise, or edited, makes a branch:
nothing is lost, and nothing comes twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from textchat.core.conversation import Role
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.common.cited import with_links
from textchat.store.transfer.importers.found import NoMessages


class Lineage:
    """Messages that hang below each other, each called by a digest of all from the first one to it."""

    def __init__(self) -> None:
        self.messages: list[ImportedMessage] = []
        self._names: set[str] = set()

    def add(self, parent: str | None, messages: Sequence[ImportedMessage]) -> str | None:
        """Hang messages below one that was added before, each below the last; returns the id of the last one."""
        for message in messages:
            if message.is_empty:
                continue
            name = _name(parent, message)
            while name in self._names:  # two versions that say the same
                name += "'"
            self._names.add(name)
            self.messages.append(replace(message, id=name, parent=parent))
            parent = name
        return parent

    @property
    def first(self) -> str:
        """The id of the first message, which names the conversation where nothing else does."""
        return self.messages[0].id if self.messages else ""

    def record(
        self,
        source: str,
        id_: str,
        *,
        title: str = "",
        created_at: float = 0.0,
        updated_at: float = 0.0,
        leaf: str | None = None,
        is_pinned: bool = False,
    ) -> ConversationRecord:
        """The conversation; no date goes into its ids, as a copy of the file may have another. Raises NotReadable.

        `created_at` is also the date of messages without one.
        """
        if all(message.role is Role.SYSTEM for message in self.messages):
            raise NoMessages
        undated = [replace(message, created_at=0.0, stamped_at=None) for message in self.messages]
        record = conversation_from(source, id_, undated, title=title, leaf=leaf, is_pinned=is_pinned)
        talk = record.conversation
        moments = [message.created_at for message in self.messages if message.created_at]
        created_at = created_at or min(moments, default=talk.created_at)
        dated = {
            message.id: replace(message, created_at=source_message.created_at or created_at)
            for message, source_message in zip(talk.messages.values(), self.messages, strict=True)
        }
        talk = replace(talk, created_at=created_at, messages=dated)
        return replace(record, conversation=talk, updated_at=updated_at or max(moments, default=created_at))


def _name(parent: str | None, message: ImportedMessage) -> str:
    digest = hashlib.sha256()
    calls = [part for call in message.tool_calls for part in (call.id, call.name, call.arguments)]
    said = with_links(message.text), with_links(message.reasoning)
    for text in (parent or "", message.role.value, *said, *calls):
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    for file in message.parts:
        digest.update(file.content)
    return digest.hexdigest()[:24]
