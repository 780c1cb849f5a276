"""What helps to write a prompt: commands behind a slash, prompts that were sent before, an editor of the user's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textchat.ui.bar.external.editor_actions import EditorActions
from textchat.ui.bar.recall.recall_actions import RecallActions
from textchat.ui.bar.slash.bar_commands import BarCommands
from textchat.ui.keymap import BY_ID, keys_of

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace
    from textchat.ui.attaching.bar_attaching import BarAttaching
    from textchat.ui.bar.slash.commands import CommandSource
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.conversation.ports import ActionTable, ScreenContext
    from textchat.ui.input.plain_editor import PlainEditor
    from textchat.ui.menu.menus import Menus


class BarTools:
    """Builds and holds them; `commands` takes further sources of slash commands."""

    def __init__(
        self,
        context: ScreenContext,
        workspace: Workspace,
        current: CurrentConversation,
        attaching: BarAttaching,
        menus: Menus,
        refresh_rows: Callable[[], Awaitable[None]],
    ) -> None:
        self._context = context
        self._workspace = workspace
        self._current = current
        self._attaching = attaching
        self._menus = menus
        self._refresh_rows = refresh_rows
        self.commands = BarCommands(context, self._action_commands, attaching.put_above)
        closing_keys = keys_of(BY_ID["prompt.history"], context.keymap)
        self._recall = RecallActions(context, workspace, current, closing_keys)
        self._editor = EditorActions(context)

    def actions(self) -> ActionTable:
        return {**self._recall.actions(), **self._editor.actions()}

    async def edit_field(self, field: PlainEditor) -> None:
        """Edit the text of a field in the user's own editor."""
        await self._editor.edit_field(field)

    async def closed(self) -> None:
        """Return once no editor of the user's is open any more; for the end of the app, which ends it."""
        await self._editor.gone()

    def _action_commands(self) -> CommandSource:
        from textchat.ui.bar.slash.action_commands import ActionCommands
        from textchat.ui.bar.slash.arguments import CommandArguments

        app = self._context.screen.app
        arguments = CommandArguments(
            self._workspace,
            self._current,
            self._attaching,
            self._context.notices,
            refresh_rows=self._refresh_rows,
            themes=lambda: sorted(app.available_themes),
            use_theme=lambda name: setattr(app, "theme", name),
        )
        return ActionCommands(
            self._context.keymap,
            self._menus.run,
            self._menus.present,
            arguments.of_actions(),
            arguments.of_parameters(),
        )
