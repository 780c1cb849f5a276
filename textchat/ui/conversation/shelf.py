"""What keys do to keep order: rename, pin, tag, archive, delete with undo, export; and private conversations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work

from textchat.core.sanitize import plain_line
from textchat.core.store_error import StoreError
from textchat.ui.conversation.live_screen import LiveScreen
from textchat.ui.keymap import shown_key

if TYPE_CHECKING:
    from textchat.live.conversation import LiveConversation

PRIVATE = "private: kept in memory only, gone when you quit"
IN_MEMORY = "in memory only: the disk cannot be used"


class KeepingOrder(LiveScreen):
    """Acts on the conversation on the screen, in the store that it is kept in."""

    def __init__(self) -> None:
        super().__init__()
        self._deleted: list[LiveConversation] = []
        """Those that can be brought back, the last one last."""

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What the store cannot do within is a notice."""
        try:
            yield
        except StoreError as error:
            self.problem(str(error))

    def remarks(self) -> Iterator[str]:
        if self.live.is_private:
            yield PRIVATE
        elif self.workspace.history.path is None:
            yield IN_MEMORY

    def _has_messages(self) -> bool:
        if not self.live.conversation.messages:
            self.notify("This conversation is new: there is nothing of it yet.", markup=False)
        return bool(self.live.conversation.messages)

    @work(group="edits", exit_on_error=False)
    async def action_rename_conversation(self) -> None:
        from textchat.core.conversation import first_words

        live = self.live
        title = await self._ask("Rename the conversation", live.conversation.title)
        if title and title.strip():
            await live.rename(first_words(" ".join(title.split()), 200))
            await self.refresh_rows()

    @work(group="edits", exit_on_error=False)
    async def action_pin_conversation(self) -> None:
        live = self.live
        if not self._has_messages():
            return
        with self.telling():
            summary = await live.history.summary(live.conversation.id)
            is_pinned = summary is not None and summary.is_pinned
            await live.history.pin(live.conversation.id, not is_pinned)
            self.notify("Not pinned any more." if is_pinned else "Pinned: it stays at the top.", markup=False)
        await self.refresh_rows()

    @work(group="edits", exit_on_error=False)
    async def action_tag_conversation(self) -> None:
        live = self.live
        if not self._has_messages():
            return
        with self.telling():
            summary = await live.history.summary(live.conversation.id)
            before = summary.tags if summary is not None else ()
            text = await self._ask("Tags, with spaces between them", tag_line(before))
            if text is None:
                return
            wanted = tags_in(text)
            for tag in before:
                if tag not in wanted:
                    await live.history.untag(live.conversation.id, tag)
            for tag in wanted:
                await live.history.tag(live.conversation.id, tag)
        await self.refresh_rows()

    @work(group="edits", exit_on_error=False)
    async def action_archive_conversation(self) -> None:
        live = self.live
        if not self._has_messages():
            return
        with self.telling():
            summary = await live.history.summary(live.conversation.id)
            is_archived = summary is not None and summary.is_archived
            await live.history.archive(live.conversation.id, not is_archived)
            said = "Back on the list." if is_archived else "Archived: off the list, and still found by searching."
            self.notify(said, markup=False)
        await self.refresh_rows()

    # -- deleting ----------------------------------------------------------------------------------------------------

    @work(group="edits", exit_on_error=False)
    async def action_delete_conversation(self) -> None:
        gone = self.live
        if not self._has_messages():
            return
        gone.cancel_all()
        with self.telling():
            await gone.history.delete(gone.conversation.id)
            self._deleted.append(gone)
            await self.show_conversation(self.workspace.new([pane.model for pane in self.panes]))
            title = plain_line(gone.conversation.title, 40) or "untitled"
            key = shown_key(self, "conversation.undelete") or "“Bring back” in the palette"
            self.notify(f"Deleted: {title}. {key} brings it back, until you quit.", timeout=10, markup=False)
        await self.refresh_rows()

    @work(group="edits", exit_on_error=False)
    async def action_undelete_conversation(self) -> None:
        if not self._deleted:
            self.notify("Nothing was deleted since the start.", markup=False)
            return
        gone = self._deleted.pop()
        with self.telling():
            await gone.history.undelete(gone.conversation.id)
            await self.open_conversation(gone.conversation.id)
        await self.refresh_rows()

    # -- out of the program, and never on the disk -------------------------------------------------------------------

    @work(group="edits", exit_on_error=False)
    async def action_export_conversation(self) -> None:
        from textchat.live.files import NotWritten, free_name, path_from, write
        from textchat.store.transfer.export import file_stem

        live = self.live
        if not self._has_messages():
            return
        path = free_name(file_stem(live.conversation), Path.cwd())
        while True:
            text = await self._ask("Export to a new file: .md, .json or .html", str(path))
            if text is None or not text.strip():
                return
            try:
                with self.telling():
                    path = path_from(text.strip(), Path.cwd())
                    await write(live, path)
                    self.notify(f"Written to {path}", markup=False)
                return
            except NotWritten as error:
                self.problem(str(error))
                path = free_name(path.stem, path.parent, path.suffix)

    def action_private_conversation(self) -> None:
        """A conversation with the panes of this one that never touches the disk."""
        live = self.workspace.new([pane.model for pane in self.panes], is_private=True)
        self.do(self.show_conversation(live))
        self.input_bar.focus()

    async def _ask(self, title: str, text: str) -> str | None:
        from textchat.ui.dialogs.prompt_dialog import PromptDialog

        return await self.app.push_screen_wait(PromptDialog(title, text, is_one_line=True))

    async def refresh_rows(self) -> None:
        """The stored conversations have changed: show them in the side panel as they are now."""
        raise NotImplementedError

    async def open_conversation(self, conversation_id: str) -> None:
        """Show a stored conversation."""
        raise NotImplementedError


def tag_line(tags: tuple[str, ...]) -> str:
    """The tags as they are typed: one that holds a space stands in quotes."""
    return " ".join(f'"{tag}"' if re.search(r"[\s\"]", tag) else tag for tag in tags)


def tags_in(text: str) -> list[str]:
    """The tags in what was typed, each once; a sign before them, as in #work, is no part of them."""
    found = (quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|([^\s"]+)', text))
    return list(dict.fromkeys(tag for each in found if (tag := " ".join(each.lstrip("#").split())[:100])))
