"""Dialog that finds one of a few items by typing: personas, saved prompts."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.palette import Palette


class ItemPalette(Palette):
    """Closes with the chosen item, or None; it runs nothing."""

    PLACEHOLDER = "Search by name"
    RESULTS = ""

    def __init__(self, title: str, items: Sequence[MenuItem]) -> None:
        super().__init__(items)
        self._title = title

    def on_mount(self) -> None:
        self.query_one(".menu-dialog").border_title = Content(self._title)
