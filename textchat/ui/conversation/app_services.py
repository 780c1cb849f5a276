"""App services for the conversation screen: dialogs, clipboard and web browser, imported at first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.ui.conversation.notices import Notices
from textchat.ui.keymap import BY_ID, keys_of

if TYPE_CHECKING:
    from textchat.core.conversation import Message
    from textchat.core.personas.template import Variable
    from textchat.core.reply import Reply
    from textchat.live.traces import Traced
    from textchat.live.workspace import Workspace
    from textchat.ui.dialogs.conversation_picker import ActOnRow, ConversationMatch, ConversationSearch
    from textchat.ui.dialogs.model_picker import ModelChoice, ModelPicker
    from textchat.ui.dialogs.model_rows import ConnectRow
    from textchat.ui.menu.items import MenuItem

WEB = ("http://", "https://", "mailto:")


@dataclass(eq=False)
class Dialogs:
    """Opens dialogs.

    Coroutines return what the user chose, None where the dialog was closed without; they have to run in a worker.
    """

    app: App[Any]
    keymap: Mapping[str, str]

    async def edit_line(self, title: str, text: str) -> str | None:
        """Let the user edit one line."""
        from textchat.ui.dialogs.prompt_dialog import PromptDialog

        return await self.app.push_screen_wait(PromptDialog(title, text, is_one_line=True))

    async def edit_text(self, title: str, text: str) -> str | None:
        """Let the user edit a text of several lines."""
        from textchat.ui.dialogs.prompt_dialog import PromptDialog

        return await self.app.push_screen_wait(PromptDialog(title, text))

    async def choose_item(self, title: str, items: Sequence[MenuItem]) -> MenuItem | None:
        """Let the user choose one of a list by typing; what the item runs is the caller's business."""
        from textchat.ui.personas.item_palette import ItemPalette

        return await self.app.push_screen_wait(ItemPalette(title, items))

    async def fill_in(self, title: str, variables: Sequence[Variable]) -> Mapping[str, str] | None:
        """Let the user give a value to each variable of a prompt."""
        from textchat.ui.personas.variables_dialog import VariablesDialog

        return await self.app.push_screen_wait(VariablesDialog(title, variables))

    async def confirm(self, question: str, yes: str) -> bool:
        """Ask a question before something that cannot be taken back whole; `yes` says what Enter does."""
        from textchat.ui.dialogs.confirm_dialog import ConfirmDialog

        return await self.app.push_screen_wait(ConfirmDialog(question, yes))

    async def pick_model(
        self, title: str, current: str, workspace: Workspace, favour: Callable[[str, bool], None]
    ) -> str | None:
        """Let the user choose from the models that the configured providers list."""
        choice = await self.app.push_screen_wait(await self._picker(title, current, workspace, favour))
        return choice if isinstance(choice, str) else None

    async def pick_models(
        self, title: str, current: str, workspace: Workspace, favour: Callable[[str, bool], None]
    ) -> ModelChoice | None:
        """Let the user choose one or several of these models, or a provider to connect first."""
        from textchat.live.connecting.known_providers import keyless_providers
        from textchat.ui.dialogs.model_rows import ConnectRequest, ConnectRow

        keyless = [
            ConnectRow(ConnectRequest(known.name), known.name, f"no key: set {known.variable}, or press Enter")
            for known in keyless_providers(workspace.catalog, workspace.environ)
        ]
        return await self.app.push_screen_wait(await self._picker(title, current, workspace, favour, keyless))

    async def _picker(
        self,
        title: str,
        current: str,
        workspace: Workspace,
        favour: Callable[[str, bool], None],
        connect: Sequence[ConnectRow] | None = None,
    ) -> ModelPicker:
        from textchat.ui.dialogs.model_picker import ModelPicker

        return ModelPicker(
            title,
            workspace.list_models,
            price_of=workspace.price_of,
            current=current,
            recent=await workspace.recent_models(),
            favourites=workspace.favourites,
            favour=favour,
            takes_several=connect is not None,
            connect=connect,
        )

    async def pick_conversation(self, search: ConversationSearch, act_on: ActOnRow) -> ConversationMatch | None:
        """Let the user search all conversations and choose one; `act_on` runs the actions on one that is listed."""
        from textchat.ui.dialogs.conversation_picker import ConversationPicker

        return await self.app.push_screen_wait(ConversationPicker(search, act_on))

    def inspect(self, traced: Traced, latest: Callable[[], Message], folder: Path) -> None:
        """Show the wire traffic of a message; `latest` returns its current form, recordings are written to `folder`."""
        from textchat.ui.dialogs.inspector import InspectorScreen

        self.app.push_screen(InspectorScreen(traced, latest, folder))

    def list_problems(self, problems: Sequence[str]) -> None:
        """Show what could not be used at the start."""
        from textchat.ui.dialogs.problems import ProblemsScreen

        self.app.push_screen(ProblemsScreen(problems))

    def compare(self, answers: Sequence[tuple[int, Message | Reply]], base: int) -> None:
        """Show the differences of answers, each with its number, from the one at index `base`."""
        from textchat.ui.dialogs.diff_screen import ComparedAnswer, DiffScreen

        closing_keys = keys_of(BY_ID["pane.diff"], self.keymap)
        self.app.push_screen(
            DiffScreen(
                [
                    ComparedAnswer(number, it.model or "", it.text, it.citations, tuple(it.parts))
                    for number, it in answers
                ],
                base,
                closing_keys,
            )
        )


@dataclass(eq=False)
class Desktop:
    """Copies texts and opens links; a notice reports the result."""

    app: App[Any]
    notices: Notices

    async def copy(self, text: str) -> None:
        """Copy a text to the clipboard, and report how."""
        from textchat.ui.clipboard import Clipboard

        self.notices.say(await Clipboard(self.app).copy(text))

    async def open_link(self, target: str) -> None:
        """Open a link from a model's answer, if it is a web or mail link."""
        from textchat.ui.browser import open_in_browser

        if not target.lower().startswith(WEB):
            self.notices.say(f"Only web and mail links are opened; this one is {target!r}.")
        elif self.app.is_web:
            self.app.open_url(target)
        elif not await open_in_browser(target):
            self.notices.say("No browser found. The address is copied instead.")
            await self.copy(target)
