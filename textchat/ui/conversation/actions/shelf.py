"""Actions that organize stored conversations: rename, pin, tag, archive, delete with undo, export."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.conversation import first_words
from textchat.live.edits.shelved import ArchivedConversation, DeletedConversation
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, AskLine, ShowConversation, TellUndo

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.store.history import History

EXPORT_TITLE = "Export to a new file: .md, .json or .html"
REPLAY_TITLE = "Export a replay to a new file: .json or .html"


@dataclass(frozen=True, slots=True)
class ShelvedConversation:
    """A stored conversation, open or not."""

    id: str
    history: History


@dataclass(eq=False)
class ConversationShelf:
    """Organizes conversations in their store: each action is for the one with the given id, or the current one."""

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
            "conversation.export_replay": partial(self.export, is_replay=True),
        }

    async def _shelved(self, conversation_id: str | None, *, is_deleted: bool = False) -> ShelvedConversation | None:
        """The conversation to act on; None, which a notice explains, where nothing of it is stored yet.

        Raises StoreError where it cannot be changed, or not deleted.
        """
        is_current = conversation_id in (None, self.current.conversation.id)
        live = self.current.live if is_current else self.workspace.opened.get(conversation_id or "")
        if live is None:
            history = await self.workspace.history_of(conversation_id or "")
            await history.check_changeable(conversation_id or "", is_deleted=is_deleted)
            return ShelvedConversation(conversation_id or "", history)
        if not live.conversation.messages:
            self.notices.say("This conversation is empty.")
            return None
        await live.history.check_changeable(live.conversation.id, is_deleted=is_deleted)
        return ShelvedConversation(live.conversation.id, live.history)

    async def rename(self, conversation_id: str | None = None) -> None:
        wanted = conversation_id or self.current.conversation.id
        with self.notices.store_problems():
            await (await self.workspace.history_of(wanted)).check_changeable(wanted)
            title = await self.ask("Rename the conversation", await self._title_of(wanted))
            if title and title.strip():
                await self._give_title(wanted, first_words(" ".join(title.split()), 200))
        await self.refresh_rows()

    async def _title_of(self, conversation_id: str) -> str:
        if (live := self.workspace.opened.get(conversation_id)) is not None:
            return live.conversation.title
        summary = await (await self.workspace.history_of(conversation_id)).summary(conversation_id)
        return "" if summary is None else summary.title

    async def _give_title(self, conversation_id: str, title: str) -> None:
        if (live := self.workspace.opened.get(conversation_id)) is not None:
            await live.rename(title)
        else:
            await (await self.workspace.history_of(conversation_id)).shelf.rename(conversation_id, title)

    async def pin(self, conversation_id: str | None = None) -> None:
        with self.notices.store_problems():
            if (shelved := await self._shelved(conversation_id)) is None:
                return
            async with self._toggling:
                summary = await shelved.history.summary(shelved.id)
                is_pinned = summary is not None and summary.is_pinned
                await shelved.history.shelf.pin(shelved.id, not is_pinned)
            self.notices.say("Unpinned." if is_pinned else "Pinned to the top of the list.")
        await self.refresh_rows()

    async def tag(self, conversation_id: str | None = None) -> None:
        with self.notices.store_problems():
            if (shelved := await self._shelved(conversation_id)) is None:
                return
            summary = await shelved.history.summary(shelved.id)
            before = summary.tags if summary is not None else ()
            text = await self.ask("Tags, separated by spaces", tag_line(before))
            if text is None:
                return
            wanted = tags_in(text)
            for tag in before:
                if tag not in wanted:
                    await shelved.history.shelf.untag(shelved.id, tag)
            for tag in wanted:
                await shelved.history.shelf.tag(shelved.id, tag)
        await self.refresh_rows()

    async def archive(self, conversation_id: str | None = None) -> None:
        with self.notices.store_problems():
            if (shelved := await self._shelved(conversation_id)) is None:
                return
            async with self._toggling:
                summary = await shelved.history.summary(shelved.id)
                is_archived = summary is not None and summary.is_archived
                await shelved.history.shelf.archive(shelved.id, not is_archived)
            if is_archived:
                self.notices.say("Back in the list.")
            else:
                step = ArchivedConversation(shelved.history, shelved.id, summary.title if summary is not None else "")
                self.workspace.undo.push(step)
                self.tell_undo(step)
        await self.refresh_rows()

    # -- deleting ----------------------------------------------------------------------------------------------------

    async def delete(self, conversation_id: str | None = None) -> None:
        """Delete a conversation, by default the one on the screen, which a new one replaces."""
        shown = self.current.live
        id_ = conversation_id or shown.conversation.id
        if id_ in self._deleting:
            return
        self._deleting.add(id_)
        try:
            with self.notices.store_problems():
                if await self._shelved(id_, is_deleted=True) is not None:
                    await self._delete(id_)
        finally:
            self._deleting.discard(id_)
        await self.refresh_rows()

    async def _delete(self, conversation_id: str) -> None:
        gone = await self.workspace.open(conversation_id)
        if gone is None:
            self.notices.say("That conversation no longer exists.")
            return
        gone.cancel_all()
        await gone.history.delete(conversation_id)
        step = DeletedConversation(gone.history, conversation_id, gone.conversation.title)
        self.workspace.undo.push(step)
        if gone is self.current.live:
            await self.show(self.workspace.new(self.current.models))
        else:
            self.workspace.leave(gone)
        self.tell_undo(step)

    # -- out of the program ------------------------------------------------------------------------------------------

    async def export(self, *, is_replay: bool = False) -> None:
        """Write the conversation to a new file named by the user; asks again for an unusable name."""
        from textchat.live.files import NotWritten, free_name, path_from, write
        from textchat.store.transfer.file_names import file_stem
        from textchat.store.transfer.replay_file import ENDING as REPLAY_ENDING

        live = self.current.live
        if not live.conversation.messages:
            self.notices.say("This conversation is empty.")
            return
        path = free_name(file_stem(live.conversation), Path.cwd(), REPLAY_ENDING if is_replay else ".md")
        while True:
            text = await self.ask(REPLAY_TITLE if is_replay else EXPORT_TITLE, str(path))
            if text is None or not text.strip():
                return
            try:
                with self.notices.store_problems():
                    path = path_from(text.strip(), Path.cwd())
                    remark = await write(live, path, is_replay=is_replay)
                    live.history.only_here.discard(live.conversation.id)
                    self.notices.say(f"Exported to {path}. {remark}" if remark else f"Exported to {path}")
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
