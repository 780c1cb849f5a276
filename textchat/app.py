"""The Textual app: it builds the workspace once, registers themes and keys, and opens the conversation screen."""

from __future__ import annotations

import os
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import App, SystemCommand
from textual.screen import Screen
from textual.worker import Worker

from textchat.live.conversation import LiveConversation
from textchat.live.workspace import Workspace
from textchat.store import paths
from textchat.store.errors import StoreError
from textchat.store.log import start_log
from textchat.ui.keymap import Group, bindings_for, keymap_from, palette_commands
from textchat.ui.screens.conversation import ConversationScreen
from textchat.ui.screens.help import HelpScreen
from textchat.ui.themes import load_themes, shipped_folder, variable_defaults


@dataclass(frozen=True, slots=True)
class Opening:
    """What the command line asks the app to open."""

    models: Sequence[str] = ()
    prompt: str | None = None
    conversation_id: str | None = None


class TextchatApp(App[None]):
    """It has what all screens share; what is said in a conversation is the screen's and the workspace's business."""

    TITLE = "textchat"
    CSS_PATH = "ui/textchat.tcss"
    BINDINGS = bindings_for(Group.APP)
    COMMAND_PALETTE_BINDING = "ctrl+p"

    def __init__(self, opening: Opening | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ
        self._opening = opening or Opening()
        self.workspace = Workspace(environ, start=self._start_worker)
        super().__init__()
        self._dress()

    def _dress(self) -> None:
        """Themes and keys; what of them cannot be used is a notice, and the rest counts."""
        themes, theme_problems = load_themes((shipped_folder(), paths.themes_folder(self._environ)))
        for theme in themes:
            self.register_theme(theme)
        self.keymap, key_problems = keymap_from(self.workspace.settings.keys)
        self.set_keymap(self.keymap)
        self.workspace.problems += [*theme_problems, *key_problems]
        wanted = self.workspace.settings.ui.theme
        if wanted in self.available_themes:
            self.theme = wanted
        else:
            self.workspace.problems.append(f"There is no theme {wanted!r}; choose one with Ctrl+P, “theme”.")

    async def on_mount(self) -> None:
        if sentence := start_log(self._environ):
            self.workspace.problems.append(sentence)
        live = await self._first_conversation()
        await self.push_screen(ConversationScreen(self.workspace, live, self._opening.prompt))

    async def _first_conversation(self) -> LiveConversation:
        opening = self._opening
        if opening.conversation_id is not None:
            try:
                live = await self.workspace.open(opening.conversation_id)
            except StoreError as error:
                self.workspace.problems.append(str(error))
            else:
                if live is not None:
                    return live
                self.workspace.problems.append(f"There is no conversation {opening.conversation_id}.")
        return self.workspace.new(opening.models)

    def _start_worker(self, work: Coroutine[Any, Any, None], name: str) -> Worker[None]:
        # The app owns the workers, so that a reply outlives the pane and the screen that show it.
        return self.run_worker(work, name=name, group=name, description=name, exit_on_error=False)

    async def on_unmount(self) -> None:
        await self.workspace.aclose()

    # -- what all screens offer --------------------------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: the table of actions, nothing beside it."""
        for action in palette_commands():
            yield SystemCommand(
                action.label, action.help, lambda name=action.action: self.call_later(self.run_action, name)
            )

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def watch_theme(self, theme: str) -> None:
        """A theme chosen by the user is kept for the next start."""

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.keymap))


def run_app(opening: Opening | None = None) -> int:
    """Open the app and return the exit code of the program."""
    app = TextchatApp(opening)
    app.run()
    return app.return_code or 0
