"""Palette and help over a screen that is not the conversation: what the app itself offers can be run there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textchat.ui.keymap import ACTIONS, BY_ID, Action, Group, keys_of
from textchat.ui.menu.action_items import editing_items, item_of
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.palette import Palette

if TYPE_CHECKING:
    from textual.app import App

    from textchat.ui.dialogs.help import HelpScreen

NOT_HERE = "Works in the conversation only."


@dataclass(eq=False)
class ElsewhereMenus:
    """Builds them over the differences, the inspector and the like."""

    app: App[Any]
    keymap: Mapping[str, str]

    def palette(self, themes: Sequence[MenuItem]) -> Palette:
        items = [item for item in self._items() if item.id != "app.palette"]
        return Palette(items, themes, closing_keys=keys_of(BY_ID["app.palette"], self.keymap))

    def help(self) -> HelpScreen:
        from textchat.ui.dialogs.help import HelpScreen
        from textchat.ui.help_pages.page_items import page_items

        items = [*page_items(self.app, self.keymap), *self._items(), *editing_items(self.keymap)]
        return HelpScreen(items, closing_keys=keys_of(BY_ID["app.help"], self.keymap))

    def _items(self) -> list[MenuItem]:
        items = [(action, item_of(action, self.keymap, self._run)) for action in ACTIONS]
        return [item if action.group is Group.APP else replace(item, lacks=NOT_HERE) for action, item in items]

    def _run(self, action: Action) -> None:
        self.app.call_later(self.app.run_action, action.action)
