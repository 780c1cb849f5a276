"""Opens the settings, and puts what is changed there into effect on the screen."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.configuration import Settings
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, RunWork
from textchat.ui.keymap import BY_ID, keys_of

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.ui.attaching.bar_attaching import BarAttaching
    from textchat.ui.conversation.app_services import Dialogs
    from textchat.ui.conversation.pane_views import PaneViews
    from textchat.ui.side_panel.showing import SidePanelShowing

SETTINGS = "app.settings"


@dataclass(eq=False)
class SettingsActions:
    """The screen of settings, above the conversation."""

    workspace: Workspace
    dialogs: Dialogs
    notices: Notices
    run: RunWork

    def actions(self) -> ActionTable:
        return {SETTINGS: self.open}

    def open(self) -> None:
        """Show all settings."""
        from textchat.live.settings.setting_edits import SettingEdits
        from textchat.ui.settings.setting_dialogs import SettingDialogs
        from textchat.ui.settings.settings_screen import SettingsScreen

        workspace, app, keymap = self.workspace, self.dialogs.app, self.dialogs.keymap
        edits = SettingEdits(workspace.changes, workspace.catalog, workspace.undo, workspace.preferences.path)
        dialogs = SettingDialogs(app, edits, lambda: workspace.settings.keys, self._pick_model)
        app.push_screen(
            SettingsScreen(
                edits,
                workspace.changes.current,
                dialogs,
                choose_theme=lambda: app.call_later(app.run_action, BY_ID["app.theme"].action),
                undo_keys=keys_of(BY_ID["app.undo"], keymap),
                closing_keys=keys_of(BY_ID[SETTINGS], keymap),
            )
        )

    def _pick_model(self, title: str, current: str) -> Awaitable[str | None]:
        return self.dialogs.pick_model(title, current, self.workspace, self._favour)

    def _favour(self, model: str, is_favourite: bool) -> None:
        self.run(self._keep_favourite(model, is_favourite))

    async def _keep_favourite(self, model: str, is_favourite: bool) -> None:
        with self.notices.store_problems():
            await self.workspace.favour(model, is_favourite)


@dataclass(eq=False)
class ScreenInEffect:
    """What of the screen goes by the settings and was made before they changed."""

    side_panel: SidePanelShowing
    pane_views: PaneViews
    attaching: BarAttaching

    def follow(self, before: Settings, now: Settings) -> None:
        """Take in changed settings."""
        if now.ui.side_panel is not before.ui.side_panel:
            self.side_panel.change_mode(now.ui.side_panel)
        if now.ui.smoothing != before.ui.smoothing:
            self.pane_views.smooth(now.ui.smoothing)
        if now.ui.fold_pastes != before.ui.fold_pastes:
            self.attaching.fold_from(now.ui.fold_pastes)
