"""Actions that organize stored conversations: rename, pin, tag, archive, delete with undo, export."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.conversation import first_words
from textchat.live.edits.shelved import ArchivedConversation, DeletedConversation
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, AskLine, ShowConversation, TellUndo

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace


@dataclass(eq=False)
class ConversationShelf:
    """Organizes the current conversation in its store."""

    workspace: Workspace
    current: CurrentConversation
    show: ShowConversation
    refresh_rows: Callable[[], Awaitable[None]]
    ask: AskLine
    notices: Notices
    tell_undo: TellUndo
    _toggling: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    """Held between reading a mark and changing it."""
    _deleting: set[str] = field(default_factory=set, init=False)
    """The conversations that are being deleted, by id: a second time at once is once."""

    def actions(self) -> ActionTable:
        return {
            "conversation.rename": self.rename,
            "conversation.pin": self.pin,
            "conversation.tag": self.tag,
            "conversation.archive": self.archive,
            "conversation.delete": self.delete,
            "conversation.export": self.export,
        }

    def _has_messages(self) -> bool:
        if not self.current.conversation.messages:
            self.notices.say("This conversation is new: there is nothing of it yet.")
        return bool(self.current.conversation.messages)

    async def rename(self) -> None:
        live = self.current.live
        title = await self.ask("Rename the conversation", live.conversation.title)
        if title and title.strip():
            await live.rename(first_words(" ".join(title.split()), 200))
            await self.refresh_rows()

    async def pin(self) -> None:
        live = self.current.live
        if not self._has_messages():
            return
        async with self._toggling:
            with self.notices.store_problems():
                summary = await live.history.summary(live.conversation.id)
                is_pinned = summary is not None and summary.is_pinned
                await live.history.pin(live.conversation.id, not is_pinned)
                self.notices.say("Not pinned any more." if is_pinned else "Pinned: it stays at the top.")
        await self.refresh_rows()

    async def tag(self) -> None:
        live = self.current.live
        if not self._has_messages():
            return
        with self.notices.store_problems():
            summary = await live.history.summary(live.conversation.id)
            before = summary.tags if summary is not None else ()
            text = await self.ask("Tags, with spaces between them", tag_line(before))
            if text is None:
                return
            wanted = tags_in(text)
            for tag in before:
                if tag not in wanted:
                    await live.history.untag(live.conversation.id, tag)
            for tag in wanted:
                await live.history.tag(live.conversation.id, tag)
        await self.refresh_rows()

    async def archive(self) -> None:
        live = self.current.live
        if not self._has_messages():
            return
        async with self._toggling:
            with self.notices.store_problems():
                summary = await live.history.summary(live.conversation.id)
                is_archived = summary is not None and summary.is_archived
                await live.history.archive(live.conversation.id, not is_archived)
                if is_archived:
                    self.notices.say("Back on the list.")
                else:
                    step = ArchivedConversation(live.history, live.conversation.id, live.conversation.title)
                    self.workspace.undo.push(step)
                    self.tell_undo(step)
        await self.refresh_rows()

    # -- deleting ----------------------------------------------------------------------------------------------------

    async def delete(self, conversation_id: str | None = None) -> None:
        """Delete a conversation, by default the one on the screen, which a new one replaces."""
        shown = self.current.live
        id_ = conversation_id or shown.conversation.id
        if id_ in self._deleting or (id_ == shown.conversation.id and not self._has_messages()):
            return
        self._deleting.add(id_)
        try:
            with self.notices.store_problems():
                await self._delete(id_)
        finally:
            self._deleting.discard(id_)
        await self.refresh_rows()

    async def _delete(self, conversation_id: str) -> None:
        gone = await self.workspace.open(conversation_id)
        if gone is None:
            self.notices.say("That conversation is gone.")
            return
        gone.cancel_all()
        await gone.history.delete(conversation_id)
        step = DeletedConversation(gone.history, conversation_id, gone.conversation.title)
        self.workspace.undo.push(step)
        if gone is self.current.live:
            await self.show(self.workspace.new([pane.model for pane in self.current.panes]))
        else:
            self.workspace.leave(gone)
        self.tell_undo(step)

    # -- out of the program ------------------------------------------------------------------------------------------

    async def export(self) -> None:
        """Write the conversation to a new file named by the user; asks again for an unusable name."""
        from textchat.live.files import NotWritten, free_name, path_from, write
        from textchat.store.transfer.export import file_stem

        live = self.current.live
        if not self._has_messages():
            return
        path = free_name(file_stem(live.conversation), Path.cwd())
        while True:
            text = await self.ask("Export to a new file: .md, .json or .html", str(path))
            if text is None or not text.strip():
                return
            try:
                with self.notices.store_problems():
                    path = path_from(text.strip(), Path.cwd())
                    await write(live, path)
                    self.notices.say(f"Written to {path}")
                return
            except NotWritten as error:
                self.notices.problem(str(error))
                path = free_name(path.stem, path.parent, path.suffix)


def tag_line(tags: tuple[str, ...]) -> str:
    """The tags as a line to edit; tags that contain a space are quoted."""
    return " ".join(f'"{tag}"' if re.search(r"[\s\"]", tag) else tag for tag in tags)


def tags_in(text: str) -> list[str]:
    """The tags in a line, without duplicates and without a leading `#`."""
    words = (quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|([^\s"]+)', text))
    return list(dict.fromkeys(tag for word in words if (tag := " ".join(word.lstrip("#").split())[:100])))
