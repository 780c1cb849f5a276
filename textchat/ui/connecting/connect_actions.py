"""Action that connects a model: which provider, then where it and its key are, then which of its models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.app import App

from textchat.core.provider import Listing
from textchat.core.text.sanitize import plain_name
from textchat.live.connecting.connecting import Connected, Connecting
from textchat.live.connecting.known_providers import KnownProvider, known_providers
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, Work

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace

OpenModels = Callable[[tuple[str, ...]], Awaitable[None]]
"""Shows these models in panes."""


@dataclass(eq=False)
class ConnectFlow:
    """Leads through the dialogs; each step can be left by Escape, and what was connected by then stays."""

    app: App[Any]
    workspace: Workspace
    notices: Notices

    async def models(self, provider: str = "") -> tuple[str, ...]:
        """The models that the user has connected and chosen; none where a dialog was left. `provider` goes first."""
        known = await self._provider(provider)
        if known is None or (connected := await self._connect(known)) is None:
            return ()
        number = len(connected.models)
        said = f"Connected {plain_name(connected.name)}: {number} model{'' if number == 1 else 's'}."
        self.notices.say(" ".join((said, *connected.remarks)))
        if number == 1:
            models: tuple[str, ...] = (f"{connected.name}/{connected.models[0].id}",)
        else:
            models = await self._choose(connected)
        if await self._connecting.use_first(models):
            self.notices.say(f"New conversations start with {', '.join(map(plain_name, models))}.")
        return models

    @property
    def _connecting(self) -> Connecting:
        return Connecting(self.workspace.catalog, self.workspace.changes, self.workspace.environ)

    async def _provider(self, name: str) -> KnownProvider | None:
        from textchat.ui.connecting.provider_picker import ProviderPicker

        known = known_providers(self.workspace.catalog, self.workspace.environ)
        if named := next((each for each in known if name and each.name == name), None):
            return named
        await self.workspace.found.look()
        answering = {server.name: server.models for server in self.workspace.found.servers}
        known = known_providers(self.workspace.catalog, self.workspace.environ)
        return await self.app.push_screen_wait(ProviderPicker(known, answering))

    async def _connect(self, known: KnownProvider) -> Connected | None:
        from textchat.providers.system_keyring import is_keyring_installed, keeps_secrets
        from textchat.ui.connecting.connect_dialog import ConnectDialog

        dialog = ConnectDialog(known, self._connecting.connect, keeps_secrets, is_keyring_installed)
        return await self.app.push_screen_wait(dialog)

    async def _choose(self, connected: Connected) -> tuple[str, ...]:
        from textchat.ui.dialogs.model_picker import ModelPicker

        async def listed() -> AsyncIterator[Listing]:
            yield Listing(connected.name, connected.models)

        name = plain_name(connected.name)
        picker = ModelPicker(
            f"Choose from the models of {name}", listed, price_of=self.workspace.price_of, takes_several=True
        )
        match await self.app.push_screen_wait(picker):
            case str(model):
                return (model,)
            case tuple(models):
                return models
            case _:
                return ()


@dataclass(eq=False)
class ConnectActions:
    """Connects a model and shows it."""

    flow: ConnectFlow
    open_models: OpenModels

    def actions(self) -> ActionTable:
        return {"model.connect": self.connect}

    def connect(self, provider: str = "") -> Work:
        return self._connect(provider)

    async def _connect(self, provider: str) -> None:
        await self.open_models(await self.flow.models(provider))
