"""Access to the clipboard and the web browser of the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from textual.app import App

from textchat.ui.conversation.notices import Notices

WEB = ("http://", "https://", "mailto:")


@dataclass(eq=False)
class Desktop:
    """Copies texts and opens links; a notice says what was done."""

    app: App[Any]
    notices: Notices

    async def copy(self, text: str) -> None:
        """Copy a text to the clipboard, and say which way it went."""
        from textchat.ui.clipboard import Clipboard

        self.notices.say(await Clipboard(self.app).copy(text))

    async def open_link(self, target: str) -> None:
        """Open a link that a model wrote, if it is a web or mail link."""
        from textchat.ui.browser import open_in_browser

        if not target.lower().startswith(WEB):
            self.notices.say(f"Only web and mail links are opened; this one is {target!r}.")
        elif not await open_in_browser(target):
            self.notices.say("No browser can be started here; the address is copied instead.")
            await self.copy(target)
