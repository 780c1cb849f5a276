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


@dataclass(eq=False)
class ConversationShelf:
    """Organizes the current conversation in its store."""

    workspace: Workspace
    current: CurrentConversation
    show: ShowConversation
    open_stored: Callable[[str], Awaitable[None]]
    refresh_rows: Callable[[], Awaitable[None]]
    ask: AskLine
    notices: Notices
    key_of: KeyOf
    _deleted: list[LiveConversation] = field(default_factory=list, init=False)
    """Conversations that can be brought back, the one deleted last at the end."""

    def actions(self) -> ActionTable:
        return {
            "conversation.rename": self.rename,
            "conversation.pin": self.pin,
            "conversation.tag": self.tag,
            "conversation.archive": self.archive,
            "conversation.delete": self.delete,
            "app.undo": self.undelete,
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
        with self.notices.store_problems():
            summary = await live.history.summary(live.conversation.id)
            is_archived = summary is not None and summary.is_archived
            await live.history.archive(live.conversation.id, not is_archived)
            self.notices.say(
                "Back on the list." if is_archived else "Archived: off the list, and still found by searching."
            )
        await self.refresh_rows()

    # -- deleting ----------------------------------------------------------------------------------------------------

    async def delete(self) -> None:
        gone = self.current.live
        if not self._has_messages():
            return
        gone.cancel_all()
        with self.notices.store_problems():
            await gone.history.delete(gone.conversation.id)
            self._deleted.append(gone)
            await self.show(self.workspace.new([pane.model for pane in self.current.panes]))
            title = plain_line(gone.conversation.title, 40) or "untitled"
            key = self.key_of("app.undo") or "“Undo” in the palette"
            self.notices.say(f"Deleted: {title}. {key} brings it back, until you quit.", timeout=10)
        await self.refresh_rows()

    async def undelete(self) -> None:
        if not self._deleted:
            self.notices.say("Nothing was deleted since the start.")
            return
        gone = self._deleted.pop()
        with self.notices.store_problems():
            await gone.history.undelete(gone.conversation.id)
            await self.open_stored(gone.conversation.id)
        await self.refresh_rows()

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
