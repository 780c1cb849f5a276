"""Actions on panes: add, close, duplicate, move, activate, choose one, change the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from textchat.core import turns
from textchat.core.parameters import Effort
from textchat.core.text.names import name_list
from textchat.core.text.sanitize import plain_name
from textchat.core.turns import MOST_PANES
from textchat.ui.conversation.app_services import Dialogs
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, Activate, KeyOf, RunWork, TellUndo, Work
from textchat.ui.menu.needs import Need

if TYPE_CHECKING:
    from textchat.live.workspace import Workspace

ConnectModels = Callable[[str], Awaitable[tuple[str, ...]]]
"""Lets the user connect a provider, by its name or empty for any, and choose from its models."""
LONGEST_LIST = 120
"""Cells of a list of models in a sentence."""
USUAL_EFFORTS = (Effort.LOW, Effort.MEDIUM, Effort.HIGH)
"""Of a model of which nobody knows: what it refuses is left out, and its reply says so."""


@dataclass(eq=False)
class PaneActions:
    """Changes the set of panes, which one is active, and the model of each."""

    workspace: Workspace
    current: CurrentConversation
    activate: Activate
    dialogs: Dialogs
    notices: Notices
    key_of: KeyOf
    run: RunWork
    tell_undo: TellUndo
    connect: ConnectModels
    _is_asking: bool = field(default=False, init=False)
    """Whether the user is being asked about replies that grow."""

    def actions(self) -> ActionTable:
        return {
            "pane.add": self.add,
            "pane.close": self.close,
            "pane.duplicate": self.duplicate,
            "pane.efforts": self.race_efforts,
            "pane.next": partial(self.turn, 1),
            "pane.previous": partial(self.turn, -1),
            "pane.model": self.change_model,
            "pane.choose": self.choose,
            "pane.keep": self.keep,
            "pane.move_left": partial(self.move, -1),
            "pane.move_right": partial(self.move, 1),
        }

    async def add(self) -> None:
        blind = self.current.conversation.blind
        if blind is not None and blind.answers:  # the new one would be known
            self.notices.say(Need.KNOWN)
        elif self._has_room():
            await self.add_models(await self.pick_models("Add a pane with a model"))

    async def change_model(self) -> None:
        pane_id = self.current.active_id
        if models := await self.pick_models("Change the model of this pane"):
            await self._set(pane_id, models)

    async def open_models(self, models: tuple[str, ...]) -> None:
        """Show models that were just connected: in this pane while nothing was said there, else beside it."""
        if not models:
            return
        is_empty = self.current.active_pane.leaf_id is None and self.current.active_id not in self.current.live.replies
        if is_empty or len(self.current.panes) >= MOST_PANES:
            await self._set(self.current.active_id, models)
        else:
            await self.add_models(models)

    async def _set(self, pane_id: str, models: tuple[str, ...]) -> None:
        """Ask the first of the models in this pane, the others in panes beside it."""
        first, *others = models
        await self.current.live.panes.set_model(pane_id, first)
        await self.add_models(tuple(others))

    async def add_models(self, models: tuple[str, ...]) -> None:
        """Open a pane for each of the models, as many as fit."""
        live = self.current.live
        for place, model in enumerate(models):
            if len(self.current.panes) >= MOST_PANES:
                left = name_list(models[place:], LONGEST_LIST)
                self.notices.say(f"No more than {MOST_PANES} panes fit. Not opened: {left}.")
                break
            pane = await live.panes.add(model, beside=self.current.active_id)
            self.current.active_id = pane.id
        if models:
            live.store.tell_change()

    async def pick_models(self, title: str) -> tuple[str, ...]:
        """Let the user choose models, or connect some first; none where that was given up."""
        from textchat.ui.dialogs.model_rows import ConnectRequest

        marked = "" if self.current.is_blind else self.current.active_pane.model
        match await self.dialogs.pick_models(title, marked, self.workspace, self._favour_soon):
            case None:
                return ()
            case str(model):
                return (model,)
            case ConnectRequest(provider):
                return await self.connect(provider)
            case models:
                return models

    async def pick_model(self, title: str, marked: str) -> str | None:
        """Let the user choose one model; None where that was given up."""
        return await self.dialogs.pick_model(title, marked, self.workspace, self._favour_soon)

    def _favour_soon(self, model: str, is_favourite: bool) -> None:
        self.run(self._favour(model, is_favourite))

    async def _favour(self, model: str, is_favourite: bool) -> None:
        with self.notices.store_problems():
            await self.workspace.favour(model, is_favourite)

    async def keep(self) -> None:
        """Save the models of these panes as the default for new conversations, from the next start on."""
        models = [pane.model for pane in self.current.panes]
        self.workspace.found.used(models)
        with self.notices.store_problems():
            await self.workspace.preferences.keep({"default_models": models})
            self.notices.say(f"New conversations start with {', '.join(models)}, unless config.toml says otherwise.")

    def duplicate(self) -> Work | None:
        return self.current.live.panes.duplicate(self.current.active_id) if self._has_room() else None

    def race_efforts(self) -> Work | None:
        """Open the model of this pane once for each effort that it takes."""
        pane = self.current.active_pane
        known = self.workspace.known_efforts(pane.model)
        model, efforts = plain_name(pane.model), USUAL_EFFORTS if known is None else known
        if len(efforts) < 2:
            takes = f"takes only effort {efforts[0].value}" if efforts else "has no effort to set"
            self.notices.say(f"{model} {takes}. Change the model first.")
            return None
        after = turns.open_efforts(self.current.conversation, pane.id, efforts)
        if after.panes == self.current.panes:
            self.notices.say(f"{model} is open with each of its efforts.")
        elif (excess := len(after.panes) - MOST_PANES) > 0:
            panes = "1 pane" if excess == 1 else f"{excess} panes"
            self.notices.say(
                f"{model} has {len(efforts)} efforts, and no more than {MOST_PANES} panes fit. Close {panes} first."
            )
        else:
            return self._race_efforts(pane.id, efforts)
        return None

    async def _race_efforts(self, pane_id: str, efforts: Sequence[Effort]) -> None:
        self.tell_undo(await self.current.live.panes.open_efforts(pane_id, efforts))

    def _has_room(self) -> bool:
        """Whether another pane is allowed; if not, a notice says so."""
        if len(self.current.panes) < MOST_PANES:
            return True
        key = self.key_of("pane.close")
        self.notices.say(f"No more than {MOST_PANES} panes fit. Close one first{f' ({key})' if key else ''}.")
        return False

    def close(self) -> Work | None:
        if len(self.current.panes) > 1:
            return self._close(self.current.active_id)
        key = self.key_of("conversation.new")
        self.notices.say(f"This is the last pane.{f' {key} starts a new conversation.' if key else ''}")
        return None

    async def _close(self, pane_id: str) -> None:
        self.tell_undo(await self.current.live.close_pane(pane_id))

    def choose(self) -> Work | None:
        """Close the other panes; their replies stay as versions. Asks first if that stops some of them."""
        if len(self.current.panes) == 1 or self._is_asking:
            return None
        return self._choose(self.current.active_id)

    async def _choose(self, pane_id: str) -> None:
        live = self.current.live
        if await self._may_stop(len(live.replies.keys() - {pane_id})):
            self.tell_undo(await live.choose(pane_id))

    async def _may_stop(self, running: int) -> bool:
        """Whether so many replies of other panes may be stopped; the user is asked if there are any."""
        if not running:
            return True
        panes, them = ("1 other pane is", "it") if running == 1 else (f"{running} other panes are", "them")
        self._is_asking = True
        try:
            question = f"{panes} still replying. Stop {them} and continue with this pane?"
            return await self.dialogs.confirm(question, f"stop {them}")
        finally:
            self._is_asking = False

    def turn(self, step: int) -> None:
        """Activate the pane `step` places further, wrapping around."""
        ids = [pane.id for pane in self.current.panes]
        self.activate(ids[(ids.index(self.current.active_id) + step) % len(ids)])

    def move(self, step: int) -> Work:
        return self.current.live.panes.move(self.current.active_id, step)
