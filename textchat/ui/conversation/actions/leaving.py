"""Offers to export what is only in memory, before textchat quits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.core.text.sanitize import plain_line
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import AskLine

if TYPE_CHECKING:
    from textchat.live.conversation import LiveConversation
    from textchat.live.workspace import Workspace

TITLE_LENGTH = 40


@dataclass(eq=False)
class Leaving:
    """Asks for a file for the conversations that could not be stored; the key that quits, pressed again, quits."""

    workspace: Workspace
    ask: AskLine
    notices: Notices
    key_of: Callable[[str], str]

    async def keep_what_would_be_lost(self) -> bool:
        """Whether nothing is lost any more by quitting: it is stored now, or exported."""
        from textchat.live.files import NotWritten, free_name, path_from, write, write_all
        from textchat.store.transfer.file_names import file_stem

        lives = await self.workspace.unstored()
        if not lives:
            return True
        path = free_name(file_stem(lives[0].conversation) if len(lives) == 1 else "conversations", Path.cwd(), ".json")
        while True:
            text = await self.ask(self._question(lives), str(path))
            if text is None or not text.strip():
                return False
            try:
                with self.notices.store_problems():
                    path = path_from(text.strip(), Path.cwd())
                    await (write(lives[0], path) if len(lives) == 1 else write_all(lives, path))
                    self.workspace.kept_elsewhere.update(live.conversation.id for live in lives)
                    return True
                return False
            except NotWritten as error:
                self.notices.problem(str(error))
                path = free_name(path.stem, path.parent, path.suffix)

    def _question(self, lives: Sequence[LiveConversation]) -> str:
        title = plain_line(lives[0].conversation.title, TITLE_LENGTH) or "untitled"
        what = f"“{title}”" if len(lives) == 1 else f"{len(lives)} conversations"
        forms = ".json, .md or .html" if len(lives) == 1 else ".json"
        return (
            f"Before you quit: export {what}, only in memory\n"
            f"To a new file: {forms} · {self.key_of('app.quit')} quits without"
        )
