"""Actions that organize stored conversations: rename, pin, tag, archive, delete with undo, export."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.conversation import first_words
from textchat.core.text.sanitize import plain_line
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, AskLine, KeyOf, ShowConversation

if TYPE_CHECKING:
    from textchat.live.conversation import LiveConversation
    from textchat.live.workspace import Workspace
    from textchat.store.history import History


@dataclass(frozen=True, slots=True)
class ShelvedConversation:
    """A stored conversation, open or not."""

    id: str
    history: History
    live: LiveConversation | None
    """None: it is not open."""


@dataclass(eq=False)
class ConversationShelf:
    """Organizes conversations in their store: each action is for the one with the given id, or the current one."""

    workspace: Workspace
    current: CurrentConversation
    show: ShowConversation
    open_stored: Callable[[str], Awaitable[None]]
    refresh_rows: Callable[[], Awaitable[None]]
    ask: AskLine
    notices: Notices
    key_of: KeyOf
    _deleted: list[ShelvedConversation] = field(default_factory=list, init=False)
    """Conversations that can be brought back, the one deleted last at the end."""

    def actions(self) -> ActionTable:
        return {
            "conversation.rename": self.rename,
            "conversation.pin": self.pin,
            "conversation.tag": self.tag,
            "conversation.archive": self.archive,
            "conversation.delete": self.delete,
            "conversation.undelete": self.undelete,
            "conversation.export": self.export,
        }

    async def _shelved(self, conversation_id: str | None) -> ShelvedConversation | None:
        """The conversation to act on; None, which a notice explains, where nothing of it is stored yet."""
        is_current = conversation_id in (None, self.current.conversation.id)
        live = self.current.live if is_current else self.workspace.opened(conversation_id or "")
        if live is None:
            history = await self.workspace.history_of(conversation_id or "")
            return ShelvedConversation(conversation_id or "", history, None)
        if not live.conversation.messages:
            self.notices.say("This conversation is new: there is nothing of it yet.")
            return None
        return ShelvedConversation(live.conversation.id, live.history, live)

    async def rename(self, conversation_id: str | None = None) -> None:
        wanted = conversation_id or self.current.conversation.id
        with self.notices.store_problems():
            title = await self.ask("Rename the conversation", await self._title_of(wanted))
            if title and title.strip():
                await self._give_title(wanted, first_words(" ".join(title.split()), 200))
        await self.refresh_rows()

    async def _title_of(self, conversation_id: str) -> str:
        if (live := self.workspace.opened(conversation_id)) is not None:
            return live.conversation.title
        summary = await (await self.workspace.history_of(conversation_id)).summary(conversation_id)
        return "" if summary is None else summary.title

    async def _give_title(self, conversation_id: str, title: str) -> None:
        if (live := self.workspace.opened(conversation_id)) is not None:
            await live.rename(title)
        else:
            await (await self.workspace.history_of(conversation_id)).rename(conversation_id, title)

    async def pin(self, conversation_id: str | None = None) -> None:
        with self.notices.store_problems():
            if (shelved := await self._shelved(conversation_id)) is None:
                return
            summary = await shelved.history.summary(shelved.id)
            is_pinned = summary is not None and summary.is_pinned
            await shelved.history.pin(shelved.id, not is_pinned)
            self.notices.say("Not pinned any more." if is_pinned else "Pinned: it stays at the top.")
        await self.refresh_rows()

    async def tag(self, conversation_id: str | None = None) -> None:
        with self.notices.store_problems():
            if (shelved := await self._shelved(conversation_id)) is None:
                return
            summary = await shelved.history.summary(shelved.id)
            before = summary.tags if summary is not None else ()
            text = await self.ask("Tags, with spaces between them", tag_line(before))
            if text is None:
                return
            wanted = tags_in(text)
            for tag in before:
                if tag not in wanted:
                    await shelved.history.untag(shelved.id, tag)
            for tag in wanted:
                await shelved.history.tag(shelved.id, tag)
        await self.refresh_rows()

    async def archive(self, conversation_id: str | None = None) -> None:
        with self.notices.store_problems():
            if (shelved := await self._shelved(conversation_id)) is None:
                return
            summary = await shelved.history.summary(shelved.id)
            is_archived = summary is not None and summary.is_archived
            await shelved.history.archive(shelved.id, not is_archived)
            self.notices.say(
                "Back on the list." if is_archived else "Archived: off the list, and still found by searching."
            )
        await self.refresh_rows()

    # -- deleting ----------------------------------------------------------------------------------------------------

    async def delete(self, conversation_id: str | None = None) -> None:
        with self.notices.store_problems():
            if (gone := await self._shelved(conversation_id)) is None:
                return
            summary = await gone.history.summary(gone.id)
            if gone.live is not None:
                gone.live.cancel_all()
            await gone.history.delete(gone.id)
            self._deleted.append(gone)
            if gone.live is self.current.live:
                await self.show(self.workspace.new([pane.model for pane in self.current.panes]))
            title = plain_line(summary.title if summary is not None else "", 40) or "untitled"
            key = self.key_of("conversation.undelete") or "“Bring back” in the palette"
            self.notices.say(f"Deleted: {title}. {key} brings it back, until you quit.", timeout=10)
        await self.refresh_rows()

    async def undelete(self) -> None:
        if not self._deleted:
            self.notices.say("Nothing was deleted since the start.")
            return
        gone = self._deleted.pop()
        with self.notices.store_problems():
            await gone.history.undelete(gone.id)
            await self.open_stored(gone.id)
        await self.refresh_rows()

    # -- out of the program ------------------------------------------------------------------------------------------

    async def export(self) -> None:
        """Write the conversation to a new file named by the user; asks again for an unusable name."""
        from textchat.live.files import NotWritten, free_name, path_from, write
        from textchat.store.transfer.export import file_stem

        live = self.current.live
        if not live.conversation.messages:
            self.notices.say("This conversation is new: there is nothing of it yet.")
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
